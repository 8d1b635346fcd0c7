"""The call at 6,000 dossiers: every page, list and file as whom it is for, beside the call of a hundred, row-level security on.

`bin/prove growth [--times 231] [NAME or STAGE…]`: 231 times the 26 dossiers of the demonstration, 2308 for 60,000. Prints what each
answer costs: processor time of the web and of PostgreSQL (what else runs here weighs less on it than on a clock), rows read, bytes,
memory; the ratio of the times; fails above 1.3 where nothing in `tests/growing.py` says why. A file is counted by row. Then what a web
process holds that has given every file in every format: 110 MB at most.
"""

import argparse
import os
import sys
import time
import warnings
from typing import Any

SMALL = 4  # times: lists are full
MOST, LEAST = 1.3, 4.0  # ratio, and ms under which a difference is noise
WORKER = "a web process after every file"
MOST_HELD = 110_000  # kB of a web process


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--times", type=int, default=231)
    parser.add_argument("--asks", type=int, default=5)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["PORTAL_ROLE"] = "web"
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    import edsh_portal.wsgi  # noqa: F401 (as the web is loaded)
    from tests import growing

    wanted = [p for p in (*growing.ASKED, *growing.FILES) if not asked.names or {p.name, p.stage} & {*asked.names}]
    above = [fault for stage in dict.fromkeys(page.stage for page in wanted) for fault in prove(stage, wanted, asked)]
    print(f"\ngrowth: {f'above {MOST}: ' + ', '.join(above) if above else 'all within'}")
    return 1 if above else 0


def prove(stage: str, wanted: list[Any], asked: Any) -> list[str]:
    """The names of the pages of this stage that cost more than they may."""
    small, big = measure(stage, SMALL, wanted, asked.asks), measure(stage, asked.times, wanted, asked.asks)
    held = big.pop(WORKER, None)
    print(f"\n{stage:26} {'ms':>15} {'× temps':>8} {'SQL ms':>15} {'lignes':>17} {'ko':>13} {'mémoire ko':>15}")
    above = [name for name in small if name in big and not show(name, small[name], big[name])]
    if held is not None:
        print(
            f"{WORKER}: {held['rss'] / 1000:.0f} MB held, {held['peak'] / 1000:.0f} at most, of {MOST_HELD / 1000:.0f}",
            flush=True,
        )
        above += [WORKER] if held["peak"] > MOST_HELD else []
    return above


def measure(stage: str, times: int, wanted: list[Any], asks: int) -> dict[str, Any]:
    from tests import growing
    from tests.processes import staged

    staged(stage)
    began = time.monotonic()
    with growing.scale(stage, times) as here:
        print(f"{stage}: {here.dossiers} dossiers, made in {time.monotonic() - began:.0f} s", flush=True)
        found = {page.name: cost for page in wanted if page.stage == stage and (cost := here.cost(page, asks))}
        if times > SMALL and (files := [page for page in growing.FILES if page in wanted and page.stage == stage]):
            found[WORKER] = here.worker(files)
        return found


def show(name: str, small: Any, big: Any) -> bool:
    """Prints the line of a page; whether it is within."""
    from tests import growing

    file = name in {page.name for page in growing.FILES}
    ratio = big.time / small.time / (big.read.dossiers / small.read.dossiers if file else 1)
    why = growing.GROWS.get(name, (0.0, growing.SLOWER.get(name, "")))[1]
    within = ratio <= MOST or bool(why) or (not file and big.time - small.time < LEAST)
    columns = (
        f"{small.time:6.1f} → {big.time:6.1f}", f"{ratio:8.2f}", f"{small.sql:6.1f} → {big.sql:6.1f}",
        f"{small.read.rows:6} → {big.read.rows:8}", f"{small.size // 1024:4} → {big.size // 1024:6}",
        f"{small.peak:6} → {big.peak:6}",
    )  # fmt: skip
    print(f"{name:26}", *columns, "" if within else "!", why, flush=True)
    return within


if __name__ == "__main__":
    sys.exit(main())
