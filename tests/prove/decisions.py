"""A batch of decisions, approved, then sealed, released and notified while three workers are killed and the broker is emptied twice.

`bin/prove decisions [N]`: N decisions, 500 without a number. Their rate is compared with a bare loop of the same run, on the same
processors: one process that lays out and seals the same letters one after the other, and keeps nothing.
"""

import sys
import time
from typing import Any

from tests.processes import Portal, launcher, running
from tests.prove.decision_chaos import WORKERS, Chaos, build, counted, persistently, wait_for

COUNT, AWARDS = 500, 20
BARE = 40  # letters of the bare loop, at most
BAR = 0.85  # of the rate of the bare loop


def main(count: int = COUNT) -> int:
    with running(names=(), PORTAL_LEASE_SECONDS="6", PORTAL_SWEEP_SECONDS="1") as portal:
        portal.work_here()
        awards = min(AWARDS, count // 5)
        proposals = build(portal, awards, count - awards)
        drained()
        failures = approved(proposals)
        bare = bare_rate(count)
        # No page is asked meanwhile, and the bare loop gives way to nobody: on a busy machine both get the same share of it.
        launcher.start_workers(portal.ground, portal.environment, names=WORKERS, give_way=False)
        wait_until_alive(portal)
        chaos, began = planned(portal, count), time.monotonic()
        wait_for("rendered_at IS NOT NULL", count, chaos)
        sealed = time.monotonic() - began
        release_all(count)
        wait_for("notified_at IS NOT NULL", count, chaos)
        took = time.monotonic() - began
        # What a notification leaves to do (a dossier to close) is not of the rate, and has to be done too.
        portal.wait_until("SELECT count(*) FROM delivery WHERE reaction LIKE 'decisions.%' AND state = 'todo'", 0)
        failures += checked(portal, chaos, count, awards)
    rate = count / took
    if rate < BAR * bare:
        failures.append(f"the rate should be at least {BAR} of the bare loop")
    print(
        f"decisions: {count} sealed in {sealed:.1f} s, all notified in {took:.1f} s, {rate:.2f} a second; bare loop {bare:.2f}"
        f" a second: ratio {rate / bare:.2f}; {chaos.said()}; {'; '.join(failures) or 'each sealed and notified once'}"
    )
    return bool(failures)


def drained() -> None:
    """What the dossiers of the batch leave to do is not the batch's."""
    from datetime import timedelta

    from edsh_portal import events

    while any(events.run(pk) for pk, _queue in events.due(ahead=timedelta(minutes=1))):
        pass


def approved(proposals: list[Any]) -> list[str]:
    """All of them, in one batch; what was refused."""
    from decisions import actions
    from directory.models import User

    began = time.monotonic()
    answers = actions.approve_each(proposals, by=User.objects.get(email="victor@test.invalid"))
    print(f"{len(answers)} approved in {time.monotonic() - began:.1f} s", flush=True)
    return [f"{one.proposal}: {one.why}" for one in answers if one.decision is None][:3]


def bare_rate(count: int) -> float:
    """Letters a second of the bare loop; the first is not counted, which waits for the press to warm."""
    from decisions import letter
    from decisions.models import Decision

    step = max(count // BARE, 1)
    told = list(Decision.objects.order_by("pk").values_list("snapshot", flat=True)[::step])
    seal(letter, told[0])
    began = time.monotonic()
    for one in told:
        seal(letter, one)
    return len(told) / (time.monotonic() - began)


def seal(letter: Any, told: dict[str, Any]) -> None:
    from edsh_portal import pdf

    pdf.seal(letter.lay_out(told), reason=letter.title(told), location="Paris")


def wait_until_alive(portal: Portal) -> None:
    """The workers have come: their loading is not the batch's."""
    until = time.monotonic() + 60
    while any(portal.pid(name) is None for name in WORKERS):
        if time.monotonic() > until:
            raise SystemExit("the workers did not come")
        time.sleep(0.1)


def planned(portal: Portal, count: int) -> Chaos:
    """Three workers killed and the broker emptied twice, as the batch goes."""
    chaos = Chaos(portal)
    chaos.sealed = [
        (count // 6, lambda: chaos.kill("pdf")), (count // 3, chaos.flush), (2 * count // 3, lambda: chaos.kill("pdf")),
    ]  # fmt: skip
    chaos.notified = [(count // 4, lambda: chaos.kill("default")), (count // 2, chaos.flush)]
    return chaos


def release_all(count: int) -> None:
    from decisions import actions
    from decisions.models import Decision
    from directory.models import User

    dora = User.objects.get(email="dora@test.invalid")
    sealed = list(Decision.objects.filter(state="rendered").order_by("pk"))
    assert persistently(lambda: actions.release(sealed, by=dora)) == count


def checked(portal: Portal, chaos: Chaos, count: int, awards: int) -> list[str]:
    """What went wrong, in words."""
    from decisions.models import Decision, Notification
    from edsh_portal.models import Delivery, Mail
    from funding.models import Grant

    wrong = []
    if (chaos.killed, chaos.flushed) != ({"pdf": 2, "default": 1, "postgres": 0}, 2):
        wrong.append(f"not struck: {chaos.said()}")
    if counted() != (count, count) or Notification.objects.count() != count:
        wrong.append(f"sealed and notified {counted()}, {Notification.objects.count()} notifications")
    if sorted(Decision.objects.values_list("rank", flat=True)) != list(range(1, count + 1)):
        wrong.append("numbers")
    if Decision.objects.values("sha256").distinct().count() != count:
        wrong.append("a file twice")
    if Grant.objects.filter(state="engaged").count() != awards:
        wrong.append("grants engaged")
    left = Delivery.objects.filter(reaction__startswith="decisions.").exclude(state="done")
    if left.exists():
        wrong.append(f"obligations left: {list(left.values_list('reaction', 'state', 'last_error'))[:3]}")
    mails = list(Mail.objects.filter(event__kind="decision.released").values_list("event", "to"))
    if len(mails) != len(set(mails)):
        wrong.append("a mail twice")
    try:
        portal.manage("verify")
    except AssertionError as error:
        wrong.append(str(error)[-600:])
    return wrong


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
