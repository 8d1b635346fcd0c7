"""Five hundred people at work for two minutes, then 150 requests a second for thirty seconds (RELIABILITY G18).

`bin/prove sessions [SESSIONS] [SECONDS]`. The clients run on the same processors as the portal: what they take is printed.
"""

import sys
import time

from tests import sessions as crowds
from tests.processes import ALL, running


def main() -> int:
    given = [int(word) for word in sys.argv[1:3]]
    return work_of(*(given + [500, 120][len(given) :]))


BARS = (0.4, 1.0, 1.5)  # seconds: p95 and p99 at work, p95 of the crowd


def work_of(
    count: int,
    seconds: float,
    *,
    think: float = crowds.THINK,
    rate: float = 150,
    crowded: float = 30,
    bars: tuple[float, float, float] = BARS,
    names: tuple[str, ...] = ALL,
    **settings: str,
) -> int:
    """0 when the bars are held: no 5xx, nothing lost, the percentiles; then nobody sent away without being told when to
    come back, and still nothing lost. `settings` go to the portal's environment."""
    began = time.monotonic()
    with running(names=names, **settings) as portal:
        portal.work_here()
        people = crowds.build(portal, count)
        file = crowds.file_of_five()
        print(f"world: {count} complete dossiers, all signed in, in {time.monotonic() - began:.0f} s", flush=True)
        meter = crowds.Meter(portal)
        crowds.at_work(people, seconds, file, think)
        work = crowds.taken(people)
        print(
            f"sessions: {count} for {seconds:.0f} s, {len(work) / seconds:.0f} requests a second; {crowds.told(work)}; {meter}"
        )
        meter = crowds.Meter(portal)
        unsent = crowds.crowd(people, rate, crowded)
        press = crowds.taken(people)
        print(
            f"crowd: {rate:.0f} requests a second for {crowded:.0f} s, {unsent} that nobody was free to send;"
            f" {crowds.told(press)}; {meter}",
            flush=True,
        )
        wrong = crowds.lost(portal, people)
        portal.manage("verify")
    wrong += crowds.faults(work, press, bars)
    print(
        "; ".join(wrong[:8])
        or "no 5xx at work, nothing lost, every bar held; whoever was sent away was told when to come back"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
