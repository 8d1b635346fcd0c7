"""What saying who speaks costs: the same pages with and without it, turn by turn in one run; processor time of both sides of the socket.

`bin/prove speaker [STAGE] [TIMES]`. The time is this process's and that of its PostgreSQL backend, median of TIMES asks a page.
"""

import statistics
import sys
import time
from pathlib import Path
from typing import Any


def ticks(backend: int) -> int:
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def measure(places: Any, page: Any, times: int) -> tuple[list[float], list[int]]:
    """(median milliseconds, ticks of the backend in all) without, then with."""
    from django.db import connection

    from edsh_portal import speaker
    from tests.pages import client_of

    client, path, asked = client_of(places, page.who), places.path(page), speaker.keys
    asks: list[list[float]] = [[], []]
    backend = [0, 0]
    for n in range(2 * (times + 2)):
        speaker.keys = asked if n % 2 else speaker.Keys
        pid = connection.connection.info.backend_pid if connection.connection else 0
        began, ticked = time.process_time(), ticks(pid) if pid else 0
        client.get(path)
        asks[n % 2].append((time.process_time() - began) * 1000)
        backend[n % 2] += ticks(pid) - ticked if pid else 0
    speaker.keys = asked
    return [statistics.median(one[2:]) for one in asks], backend


def main() -> int:
    import django

    django.setup()
    from tests import pages

    stage, times = (sys.argv[1:] + ["open", "15"][len(sys.argv) - 1 :])[:2]
    ratios, totals, backends = [], [0.0, 0.0], [0, 0]
    with pages.standing_at(stage) as places:
        for page in pages.at(stage):
            if page.who:
                (without, told), ticked = measure(places, page, int(times))
                ratios.append(told / without)
                totals = [totals[0] + without, totals[1] + told]
                backends = [one + more for one, more in zip(backends, ticked, strict=True)]
    print(
        f"speaker: {len(ratios)} pages of « {stage} », {times} asks each: {totals[0]:.0f} ms without, {totals[1]:.0f} ms told;"
        f" ratio {totals[1] / totals[0]:.3f}, median {statistics.median(ratios):.3f};"
        f" backend {backends[0]} and {backends[1]} ticks, ratio {backends[1] / max(backends[0], 1):.3f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
