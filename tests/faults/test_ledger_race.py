"""Sixteen processes on the last euros of a line, then on its last cent, through the ledger's door, as the web role."""

import multiprocessing
import random
from typing import Any

import pytest
from django.db import connections, transaction

from edsh_portal.workflow import Refused
from funding import ledger
from funding.models import Balance, Posting
from funding.verify import verify_ledger
from tests.funding import world as two
from tests.funding.world import lane, people, thing

PROCESSES, TRIES = 16, 40


def _contend(
    number: int, line: int, grant: int, persons: tuple[int, int], amounts: list[int], start: Any, results: Any
) -> None:
    """One process: its own connection, its own amounts; tells what was accepted, refused, and anything else."""
    connections.close_all()
    accepted, refused, other = [], [], []
    start.wait()
    for rank, cents in enumerate(amounts):
        try:
            with transaction.atomic():
                two.reserve(
                    line=thing(line),
                    grant=thing(grant),
                    cents=cents,
                    proposer=thing(persons[0]),
                    by=thing(persons[1]),
                    key=f"race:{line}:{number}:{rank}",
                )
            accepted.append(cents)
        except Refused as no:
            (refused if no.code == "L01" else other).append(cents)
        except Exception as error:
            other.append(f"{type(error).__name__}: {error}")
    results.put((accepted, refused, other))
    connections.close_all()


def race(line: Any, cast: list[Any], amounts: list[list[int]]) -> tuple[list[int], list[int], list[Any]]:
    fork = multiprocessing.get_context("fork")
    start, results = fork.Event(), fork.Queue()
    connections.close_all()  # a connection is not shared across a fork
    grants = list(line.grants)
    running = [
        fork.Process(
            target=_contend,
            args=(n, line.pk, grants[n % len(grants)], (cast[0].pk, cast[1].pk), of, start, results),
            daemon=True,
        )
        for n, of in enumerate(amounts)
    ]
    for process in running:
        process.start()
    start.set()
    said = [results.get(timeout=120) for _ in running]
    for process in running:
        process.join(10)
    return tuple(sum((one[part] for one in said), []) for part in range(3))  # type: ignore[return-value]


def deadlocks(superuser: Any) -> int:
    return superuser.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("left", [20_000_00, 1])
def test_nothing_is_promised_twice(committed, superuser, left):
    cast = people(superuser)
    line = lane(superuser, ledger.clock.now(), grants=PROCESSES)
    two.open_ae(line=line, cents=left, act="arrêté", proposer=cast[1], by=cast[0], key="open")
    chance = random.Random(left)
    amounts = [
        [chance.randint(1, 400_00) if left > 1 else 1 for _ in range(TRIES if left > 1 else 4)]
        for _ in range(PROCESSES)
    ]

    accepted, refused, other = race(line, cast, amounts)

    rest = left - sum(accepted)
    print(
        f"\nledger_race: {left} cents, {len(accepted)} accepted, {len(refused)} refused, {rest} left, other {other[:3]}"
    )
    assert other == []
    assert len(accepted) + len(refused) == sum(map(len, amounts))
    assert rest >= 0
    assert rest < min(refused)
    assert (left > 1) or accepted == [1]
    assert Balance.objects.get(account__code=f"ae.available:{line.pk}").cents == rest
    assert Posting.objects.filter(kind="reserve").count() == len(accepted)
    assert deadlocks(superuser) == 0
    assert list(verify_ledger()) == []
