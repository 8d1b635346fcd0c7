"""Three hundred dossiers deposited in the last sixty seconds, the webs' own clocks two hours fast and two hours slow."""

import math
import sys
import time

from tests import noon
from tests.processes import running


def main() -> int:
    return rush_of(int(sys.argv[1]) if len(sys.argv) > 1 else 300, 60.0, margin=0.5, least=0.8)


def rush_of(count: int, lead: float, *, margin: float, least: float) -> int:
    """`count` deposits in `lead` seconds, all received; receipts must then come at `least` of the rate of the bare loop,
    which nobody runs for nothing. 0 when all is well."""
    began = time.monotonic()
    with running(names=()) as portal:
        portal.work_here()
        rush = noon.build(portal, count, lead, margin, weighed=bool(least))
        print(f"world: {count} complete dossiers in {time.monotonic() - began:.0f} s", flush=True)
        noon.run(rush, lead)
        noon.receive(rush, 600)
        bare = noon.bare_rate(rush, 40) if least else math.inf
        wrong = noon.wrong(rush)
    posts = [answer for one in rush.depositors for answer in one.answers]
    saves = [save for one in rush.depositors for save in one.saves]
    in_time = sum(one.deposited for one in rush.depositors if one.must)
    edge = [one.deposited for one in rush.depositors if one.must is None]
    late = [one for one in rush.depositors if one.must is False and one.answers]
    received, frozen = rush.steps
    behind = max(one.pressed - one.plan for one in rush.depositors if one.answers)
    ratio = rush.receipts_rate / bare
    if ratio < least:
        wrong.append(f"receipts come at {ratio:.2f} of the bare loop")
    print(
        f"noon_rush: {in_time} dossiers of {count} deposited in the last {lead:.0f} s, {sum(edge)} of the {len(edge)} pressed within"
        f" 0.1 s of the cut-off, {sum(one.deposited for one in late)} of the {len(late)} pressed after it; {len(posts)} presses,"
        f" {sum(one.retries for one in rush.depositors)} sent again after a lost answer; deposit p50/p95/p99"
        f" {noon.percentiles([s for _a, _b, s in posts])}, from a press to its stamp {noon.percentiles(rush.waits)}, these clients"
        f" at most {behind:.2f} s behind their plan; {len(saves)} autosaves {noon.percentiles([s for _a, _b, s in saves])};"
        f" processor to receive a dossier {1000 * received:.1f} ms, to freeze it {1000 * frozen:.1f} ms;"
        f" receipts: {rush.receipts_counted} left at the end of the rush came at {rush.receipts_rate:.2f} a second, bare loop {bare:.2f},"
        f" ratio {ratio:.2f}; {'; '.join(wrong[:6]) or 'one version each, none at or after the cut-off, no 5xx, no receipt lost'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
