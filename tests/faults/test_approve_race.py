"""Sixteen processes approve at once, through the public verb, on the last euros of a line and then on its last cent."""

import multiprocessing
import random
from typing import Any

import pytest
from django.db import connections

from decisions import actions
from decisions.models import Decision, DecisionCounter, Proposal
from decisions.verify import verify_decisions
from directory.models import User
from edsh_portal.workflow import Refused
from funding import ledger
from funding.models import Line
from funding.seed import seed_funding
from funding.verify import verify_ledger
from reviews import actions as reviews
from reviews.models import RankingLine
from tests.crossing import only
from tests.decisions import world as made
from tests.reviews import world as evaluated

PROCESSES = 16


def _world(set_clock: Any) -> Any:
    """Sixteen dossiers on the main list; the other fifteen evaluations of each are the same two experts'."""
    world = evaluated.build(set_clock, PROCESSES)
    evaluated.reviewed_by_two(world, tuple(3 + number % 6 for number in range(PROCESSES)))
    session = reviews.open_session(world.wave, by=world.jean)
    tied = {}
    for line in RankingLine.objects.filter(session=session).order_by("rank", "pk"):
        tied.setdefault(line.rank, []).append(line)
    for lines in tied.values():
        if len(lines) > 1:
            reviews.break_tie(session, lines, "À égalité.", by=world.jean)
    for line in RankingLine.objects.filter(session=session):
        reviews.set_list(line, "main", "Retenu.", by=world.jean)
    reviews.close_session(type(session).objects.get(pk=session.pk), "Délibération tenue.", by=world.jean)
    seed_funding(world.call, proposer=world.emma, by=world.dora)
    return world


def _approve(proposals: list[int], victor: int, start: Any, results: Any) -> None:
    """One process: its own connection, its own dossiers; what was accepted, refused, and anything else."""
    connections.close_all()
    by = User.objects.get(pk=victor)
    accepted, refused, other = [], [], []
    start.wait()
    for proposal in Proposal.objects.filter(pk__in=proposals).order_by("pk"):
        try:
            accepted.append(actions.approve(proposal, by=by).cents)
        except Refused as no:
            (refused if no.code == "R61" else other).append(proposal.cents)
        except Exception as error:
            other.append(f"{type(error).__name__}: {error}")
    results.put((accepted, refused, other))
    connections.close_all()


def _race(proposals: list[Proposal], victor: Any) -> list[list[Any]]:
    fork = multiprocessing.get_context("fork")
    start, results = fork.Event(), fork.Queue()
    connections.close_all()  # a connection is not shared across a fork
    running = [
        fork.Process(target=_approve, args=([proposal.pk], victor.pk, start, results), daemon=True)
        for proposal in proposals
    ]
    for process in running:
        process.start()
    start.set()
    said = [results.get(timeout=120) for _ in running]
    for process in running:
        process.join(10)
    return [sum((one[part] for one in said), []) for part in range(3)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("left", only([1], [20_000_00, 1]))
def test_the_last_euros_are_approved_once(committed, superuser, set_clock, left):
    world = _world(set_clock)
    line = Line.objects.get(code="FR2030")
    made.freeze(world, ledger.summary(line)["available"] - left)
    chance = random.Random(left)
    amounts = [chance.randint(900_00, 5_000_00) if left > 1 else 1 for _ in range(PROCESSES)]
    proposals = [
        actions.propose(dossier, [(dossier.coordinator, line, cents)], "Course.", by=world.driss)
        for dossier, cents in zip(world.dossiers, amounts, strict=True)
    ]

    accepted, refused, other = _race(proposals, world.victor)

    rest = left - sum(accepted)
    print(
        f"\napprove_race: {left} cents, {len(accepted)} accepted, {len(refused)} refused, {rest} left, other {other[:3]}"
    )
    assert other == []
    assert len(accepted) + len(refused) == PROCESSES
    assert 0 <= rest < min(refused)
    assert left > 1 or accepted == [1]
    assert ledger.summary(line)["available"] == rest
    ranks = sorted(Decision.objects.values_list("rank", flat=True))
    assert ranks == list(range(1, len(accepted) + 1))
    assert DecisionCounter.objects.get().last == len(accepted)
    assert Proposal.objects.filter(state="proposed").count() == len(refused)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert superuser.execute(deadlocks).fetchone()[0] == 0
    assert [*verify_decisions(), *verify_ledger()] == []
