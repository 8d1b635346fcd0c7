"""The auditor's box of the whole call, as the worker makes it: what a dossier costs, what memory it takes, and that its checker agrees.

`bin/prove box`. Half of the dossiers are packed, then the other half as after an interruption; the last one has the whole closed. Fails when the
checker differs, when what was packed is packed again, or above MOST_MEMORY more than before.
"""

import resource
import subprocess
import sys
import time
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

MOST_MEMORY = 150  # MB


def main() -> int:
    warnings.simplefilter("ignore")
    import django

    django.setup()
    from tests.pages import standing_at

    with standing_at("running") as here:
        return prove(here)


def prove(here: object) -> int:
    from calls.models import Call
    from dashboards import actions
    from dashboards.box import shelf
    from directory.models import User
    from edsh_portal import events
    from edsh_portal.models import Delivery
    from tests.database import as_role

    box = actions.ask_box(Call.objects.get(), by=User.objects.get(email__startswith="aude@"))
    total = box.data["dossiers"]
    before, began, worked = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic(), time.process_time()

    def work(most: int) -> list[str]:
        with as_role("worker"):
            owed = Delivery.objects.filter(event=box, state="todo").order_by("pk").values_list("pk", flat=True)[:most]
            return [Delivery.objects.get(pk=pk).last_error for pk in owed if not events.run(pk)]

    faults = work(total // 2)
    stamps = {path: path.stat().st_mtime_ns for path in shelf.folder(box).glob("*.zip")}
    faults += work(total) + work(1)
    again = [path.name for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp]
    state = shelf.state(box)
    size = shelf.whole(box).stat().st_size
    spent, memory = time.process_time() - worked, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(
        f"{state.done} dossiers of {total}, {size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s, {spent / total:.2f} s of processor each"
    )
    print(f"memory: {memory} MB more at most")
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(shelf.whole(box)) as file:
            file.extractall(folder)
        count, began = sum(path.is_file() for path in Path(folder).rglob("*")), time.monotonic()
        done = subprocess.run(
            [sys.executable, "-I", f"{folder}/check.py"], cwd="/", env={}, capture_output=True, text=True
        )
        print(f"checked: {count} files in {time.monotonic() - began:.1f} s: {done.stdout.splitlines()[-1]}")
    wrong = [*faults, *(f"packed again: {name}" for name in again), *([done.stdout] if done.returncode else [])]
    print("\n".join(wrong))
    return int(bool(wrong) or state.done != total or state.made is None or memory > MOST_MEMORY)


if __name__ == "__main__":
    sys.exit(main())
