"""100,000 lines of a national file made up, loaded twice: time, rate and memory; the second time nothing changes."""

import resource
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

LINES, MOST_MEMORY = 100_000, 60_000_000  # lines; bytes held by Python at most


def main() -> int:
    import django

    django.setup()
    from directory import actions, seed
    from directory.models import Establishment, Site
    from tests.directory import national

    seed.load()
    with tempfile.TemporaryDirectory() as directory:
        path, bodies_path = Path(directory, "sites.csv"), Path(directory, "bodies.csv")
        for made, text in ((path, national.many(LINES)), (bodies_path, national.many_bodies(LINES))):
            with made.open("w", encoding="utf-8") as out:
                out.writelines(text)
        told: list[int] = [0]

        def tell(_aside: object) -> None:
            told[0] += 1

        rounds = []
        for _round in range(2):
            began = time.monotonic()
            counts = actions.import_register(path, bodies_path, tell=tell, by=None)
            rounds.append((time.monotonic() - began, dict(counts), Establishment.objects.count(), Site.objects.count()))
        tracemalloc.start()
        actions.import_register(path, bodies_path, tell=tell, by=None)
        peak = tracemalloc.get_traced_memory()[1]
    for seconds, counts, bodies, sites in rounds:
        print(
            f"finess: {seconds:.1f} s, {counts['lines'] / seconds:.0f} lines/s, {bodies} bodies, {sites} sites, {counts}"
        )
    print(
        f"finess: Python held {peak / 1e6:.1f} MB at most; the process, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    same = rounds[0][2:] == rounds[1][2:] and set(rounds[1][1]) == {"lines", "skipped"}
    return 0 if same and rounds[0][1]["lines"] == LINES and peak < MOST_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
