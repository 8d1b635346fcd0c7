"""`manage.py verify`, whole, at 6,000 dossiers whose seals and chain hold: what each check costs, and that it finds what it should.

`bin/prove verify [--times 231]`. Copies share an envelope, numbers and acts with the first ones (tests/grown.py): COPIES names what is
therefore found of them; anything else is a fault. Fails above 60 s of processor time, of the command and of its statements together: what
else runs on the machine does not weigh on it.
"""

import argparse
import os
import shutil
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MOST = 60.0
COPIES = {  # checks: what is said of a copy that is not its own: its act, its envelope, its payee, its batch or its file
    "I01", "I02", "I11", "I13", "I15", "I17", "seals.event", "seals.rewritten", "acts.payload", "acts.alone", "decisions.alone", "decisions.gap", "decisions.number", "ledger.act", "ledger.after", "ledger.balance",
    "ledger.event", "ledger.instant", "ledger.payload", "ledger.prefix", "ranking.score", "roles.alone",
}  # fmt: skip
LENT = (
    "right portal_alone() edsh_web",
    "right reads_all() edsh_web",
)  # to the web, on a test's clone only (tests/database.py)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=231)
    times = parser.parse_args().times
    warnings.simplefilter("ignore")
    os.environ["PORTAL_ROLE"] = "owner"
    import django

    django.setup()
    from django.conf import settings
    from django.test import override_settings

    from tests.pages import standing_at

    with standing_at("running") as here, TemporaryDirectory(dir=Path(settings.MEDIA_ROOT).parent) as folder:
        media = Path(folder, "media")  # its bytes are linked: on the same disk
        shutil.copytree(settings.MEDIA_ROOT, media, copy_function=os.link)
        if Path(settings.ROOTS_DIR).exists():  # a stage built in a hurry signs none
            shutil.copytree(settings.ROOTS_DIR, Path(folder, "roots"))
        with override_settings(MEDIA_ROOT=media, ROOTS_DIR=Path(folder, "roots")):
            began = time.monotonic()
            grow(here, times)
            print(f"made in {time.monotonic() - began:.0f} s", flush=True)
            return prove()


def grow(here: Any, times: int) -> None:
    """Everything sealed and signed, then copied and chained again; what waits in quarantine has its bytes."""
    from django.db import connection

    from edsh_portal import chain
    from edsh_portal.intake import quarantine
    from edsh_portal.models import Document
    from tests.grown import grow as copied

    chain.sign_roots()
    held = {
        sha: quarantine.path_of(key)
        for key, sha in Document.objects.filter(scan="examining").values_list("pk", "sha256")
    }
    connection.close()
    with here.database.connect("superuser") as superuser:
        copied(superuser, times, rechained=True)
    for key, sha in Document.objects.filter(scan="examining", scan_result=None).values_list("pk", "sha256"):
        if not quarantine.path_of(key).exists():
            os.link(held[sha], quarantine.path_of(key))


def prove() -> int:
    from django.db import connection

    from edsh_portal.verify import CHECKS, steps
    from tests.growing import worked

    spent: Counter[str] = Counter()
    lasted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    for step in steps():
        name, began = step.name.partition(" ")[0], (time.monotonic(), time.process_time(), worked(pid))
        found.update(finding.code for finding in step.findings() if finding.what not in LENT)
        lasted[name] += time.monotonic() - began[0]  # type: ignore[assignment]  # seconds
        spent[name] += time.process_time() - began[1] + (worked(pid) - began[2]) / 1e9  # type: ignore[assignment]  # seconds
    print(f"{'check':16} {'s':>7} {'s CPU':>7}")
    for name in sorted(CHECKS):
        print(f"{name:16} {lasted[name]:7.2f} {spent[name]:7.2f}")
    total, faults = sum(spent.values()), sorted(found.keys() - COPIES)
    print(f"{'whole':16} {sum(lasted.values()):7.2f} {total:7.2f}\nof copies: {dict(found)}")
    print(
        f"verify: {f'found {faults}' if faults else 'nothing else'}, {total:.1f} s of processor time, of {MOST:.0f} at most"
    )
    return 1 if faults or total > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
