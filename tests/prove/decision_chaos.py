"""Sixty decisions while the broker is emptied, workers and PostgreSQL (durable here) are killed: each sealed and notified once.

Then the broker is frozen and an approval is timed: the page does not wait for the bell.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.processes import Portal, launcher, running

AWARDS, SET_ASIDE = 24, 36  # and one award more, approved while the broker is frozen
WORKERS = ("default", "pdf", "intake", "beat")


def main() -> int:
    began = time.monotonic()
    with running(names=(), PORTAL_LEASE_SECONDS="6", PORTAL_SWEEP_SECONDS="1") as portal:
        portal.work_here()
        proposals = build(portal, AWARDS + 1, SET_ASIDE)
        built = time.monotonic() - began
        print(f"world: {AWARDS + 1 + SET_ASIDE} dossiers proposed in {built:.0f} s", flush=True)
        launcher.start_workers(portal.ground, portal.environment, names=WORKERS)
        chaos = Chaos(portal)
        began = time.monotonic()
        for proposal in proposals[:-1]:
            approve(proposal, chaos)
        wait_for("rendered_at IS NOT NULL", len(proposals) - 1, chaos)
        release(chaos)
        wait_for("notified_at IS NOT NULL", len(proposals) - 1, chaos)
        took = time.monotonic() - began
        frozen = approve_with_frozen_broker(portal, proposals[-1])
        wait_for("rendered_at IS NOT NULL", len(proposals), chaos)
        failures = checked(portal, chaos, len(proposals), frozen)
        print(
            f"decision_chaos: {len(proposals) - 1} decisions in {took:.0f} s; {chaos.said()}; "
            f"approval with a frozen broker {frozen:.2f} s; {'; '.join(failures) or 'all sealed and notified once'}"
        )
    return 1 if failures else 0


def build(portal: Portal, awards: int, set_aside: int) -> list[Any]:
    """So many awards of the main list and dossiers set aside, each with its proposal, through verbs."""
    from decisions import actions
    from funding.models import Line
    from funding.seed import seed_funding
    from tests.reviews import world as evaluated

    world = evaluated.build(portal.set_clock, awards)
    ranked(world)
    seed_funding(world.call, proposer=world.emma, by=world.dora)
    source = Line.objects.get(code="FR2030")
    made = [
        actions.propose(dossier, [(dossier.coordinator, source, 10_000_000 + n)], "Solide.", by=world.driss)
        for n, dossier in enumerate(world.dossiers)
    ]
    portal.set_clock(evaluated.NOW, frozen=True)
    first = len(world.hospitals)
    world.hospitals += [evaluated.place(1000 + n, f"CH {n}") for n in range(set_aside)]
    late = [evaluated.deposit(world, first + n) for n in range(set_aside)]
    portal.set_clock(evaluated.later(days=1), frozen=True)
    return [*[ineligible(world, dossier) for dossier in late][::-1], *made]


def ranked(world: Any) -> None:
    """Two experts mark every dossier, the jury breaks the ties, puts all on the main list and closes its session."""
    from reviews import actions as reviews
    from reviews.models import RankingLine
    from tests.reviews import world as evaluated

    evaluated.reviewed_by_two(world, tuple(3 + number % 6 for number in range(len(world.dossiers))))
    session = reviews.open_session(world.wave, by=world.jean)
    equals: dict[int, list[RankingLine]] = {}
    for line in RankingLine.objects.filter(session=session).order_by("pk"):
        equals.setdefault(line.rank, []).append(line)
    for lines in equals.values():
        if len(lines) > 1:
            reviews.break_tie(session, lines, "À égalité.", by=world.jean)
    for line in RankingLine.objects.filter(session=session):
        reviews.set_list(line, "main", "Retenu.", by=world.jean)
    reviews.close_session(type(session).objects.get(pk=session.pk), "Délibération tenue.", by=world.jean)


def ineligible(world: Any, dossier: Any) -> Any:
    """Its refusal, proposed."""
    from casework import actions as casework
    from decisions import actions

    opinion = casework.propose_admissibility(
        dossier, verdict="ineligible", rule="R12", evidence="Sept membres.", by=world.driss
    )
    casework.validate_admissibility(opinion, by=world.victor)
    return actions.propose_refusal(dossier, "Sept membres.", by=world.driss)


class Chaos:
    """What is broken, once a given number of decisions is sealed or notified."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.flushed = 0
        self.killed: dict[str, int] = {"pdf": 0, "default": 0, "postgres": 0}
        self.sealed = [
            (4, self.flush), (8, lambda: self.kill("pdf")), (16, self.flush), (22, self.kill_postgres),
            (34, lambda: self.kill("pdf")), (44, self.flush),
        ]  # fmt: skip
        self.notified = [(6, lambda: self.kill("default")), (20, self.flush)]

    def strike(self, sealed: int, notified: int) -> None:
        for reached, blows in ((sealed, self.sealed), (notified, self.notified)):
            while blows and reached >= blows[0][0]:
                blows.pop(0)[1]()

    def flush(self) -> None:
        import redis

        redis.Redis.from_url(self.portal.redis_url).flushall()
        self.flushed += 1

    def kill(self, name: str) -> None:
        pid = self.portal.pid(name)
        while pid is None:  # being restarted
            time.sleep(0.2)
            pid = self.portal.pid(name)
        os.killpg(os.getpgid(pid), signal.SIGKILL)
        self.killed[name] += 1

    def kill_postgres(self) -> None:
        with self.portal.database.connect("superuser") as line:
            data = line.execute("SHOW data_directory").fetchone()[0]
        os.kill(int(Path(data, "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        self.killed["postgres"] += 1

    def said(self) -> str:
        killed = ", ".join(f"{name} killed ×{count}" for name, count in self.killed.items())
        return f"broker emptied ×{self.flushed}, {killed}"


def persistently(verb: Callable[[], Any]) -> Any:
    """Again and again while the database is away."""
    from django.db import InterfaceError, OperationalError, connections

    until = time.monotonic() + 120
    while True:
        try:
            return verb()
        except (OperationalError, InterfaceError, psycopg.OperationalError):
            if time.monotonic() > until:
                raise
            connections.close_all()
            time.sleep(0.3)


def approve(proposal: Any, chaos: Chaos) -> None:
    from decisions import actions
    from decisions.models import Proposal
    from directory.models import User

    def once() -> None:
        fresh = Proposal.objects.get(pk=proposal.pk)
        if fresh.state == "proposed":  # the transaction that was cut may have been committed
            actions.approve(fresh, by=User.objects.get(email="victor@test.invalid"))

    persistently(once)
    chaos.strike(*counted())


def release(chaos: Chaos) -> None:
    from decisions import actions
    from decisions.models import Decision
    from directory.models import User

    while sealed := persistently(lambda: list(Decision.objects.filter(state="rendered").order_by("pk")[:10])):
        dora = persistently(lambda: User.objects.get(email="dora@test.invalid"))
        persistently(lambda sealed=sealed, dora=dora: actions.release(sealed, by=dora))
        chaos.strike(*counted())


def counted() -> tuple[int, int]:
    from decisions.models import Decision

    def count() -> tuple[int, int]:
        return (
            Decision.objects.filter(rendered_at__isnull=False).count(),
            Decision.objects.filter(notified_at__isnull=False).count(),
        )

    return persistently(count)


def wait_for(condition: str, expected: int, chaos: Chaos) -> None:
    until = time.monotonic() + 300
    which = 0 if condition.startswith("rendered") else 1
    while (found := counted())[which] < expected:
        chaos.strike(*found)
        if time.monotonic() > until:
            raise SystemExit(f"{condition}: {found[which]} of {expected} after 300 s")
        time.sleep(0.2)
    chaos.strike(*found)


def approve_with_frozen_broker(portal: Portal, proposal: Any) -> float:
    """Seconds of the approving POST while the broker accepts connections and answers nothing."""
    from django.test import Client

    from directory.models import User

    client = Client()
    client.force_login(User.objects.get(email="victor@test.invalid"))
    path = f"/programmation/{proposal.application.reference}/approuver/"
    client.get(path)
    broker = portal.pid("broker")
    assert broker
    os.kill(broker, signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = client.post(path)
        return time.monotonic() - began if answer.status_code == 302 else 99.0
    finally:
        os.kill(broker, signal.SIGCONT)


def checked(portal: Portal, chaos: Chaos, expected: int, frozen: float) -> list[str]:
    """What went wrong, in words; nothing when every promise is held."""
    from decisions.models import Decision, Notification
    from edsh_portal.models import Delivery, Mail
    from funding.models import Grant

    found: list[str] = []

    def need(held: bool, what: str) -> None:
        if not held:
            found.append(what)

    need(chaos.killed == {"pdf": 2, "default": 1, "postgres": 1} and chaos.flushed >= 3, f"not struck: {chaos.said()}")
    ranks = sorted(Decision.objects.values_list("rank", flat=True))
    need(ranks == list(range(1, expected + 1)), f"numbers {ranks}")
    need(Notification.objects.count() == expected - 1, f"{Notification.objects.count()} notifications")
    need(Grant.objects.filter(state="engaged").count() == AWARDS, "grants engaged")
    left = Delivery.objects.filter(reaction__startswith="decisions.").exclude(state="done")
    need(not left.exists(), f"obligations left: {list(left.values_list('reaction', 'state', 'last_error'))[:3]}")
    mails = Mail.objects.filter(event__kind="decision.released").values_list("event", "to")
    need(len(mails) == len(set(mails)) > 0, "a mail twice")
    need(frozen < 1, f"approval took {frozen:.2f} s")
    try:
        portal.manage("verify")
    except AssertionError as error:
        found.append(str(error)[-600:])
    return found


if __name__ == "__main__":
    sys.exit(main())
