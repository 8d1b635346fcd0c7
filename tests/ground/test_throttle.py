"""Waits grow, drain, and are counted before the attempt is judged."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from edsh_portal.models import Throttle
from edsh_portal.throttle import Limit, charge, forget, forgive
from tests.database import as_role

FAST = Limit("fast", free=3, drain=600, first=30, most=100, own=True)
SHARED = Limit("shared", free=5, drain=60, first=10)


def later(seconds: float) -> None:
    Throttle.objects.update(at=F("at") - timedelta(seconds=seconds))


def test_waits_grow_up_to_the_longest_and_a_refused_attempt_adds_nothing(db):
    waits = []
    for _ in range(3):
        assert charge({FAST: "a"}) == 0
    for _ in range(4):
        waits += [round(charge({FAST: "a"})), round(charge({FAST: "a"}))]
        later(waits[-1] + 1)
        assert charge({FAST: "a"}) == 0
    assert waits == [30, 30, 58, 58, 100, 100, 100, 100]
    assert charge({FAST: "b"}) == 0


def test_a_counter_drains(db):
    for _ in range(3):
        charge({FAST: "a"})
    later(3 * FAST.drain)
    assert [charge({FAST: "a"}) for _ in range(3)] == [0, 0, 0]
    assert round(charge({FAST: "a"})) == 30


def test_of_several_subjects_the_longest_wait_counts_and_none_is_charged(db):
    for _ in range(3):
        assert charge({FAST: "a", SHARED: "s"}) == 0
    for _ in range(9):
        assert round(charge({FAST: "a", SHARED: "s"})) == 30
    assert [charge({FAST: who, SHARED: "s"}) for who in "bc"] == [0, 0]
    assert round(charge({FAST: "d", SHARED: "s"})) == 10


def test_success_empties_ones_own_counter_and_gives_one_back_to_the_others(db):
    for _ in range(3):
        charge({FAST: "a", SHARED: "s"})
    forgive({FAST: "a", SHARED: "s"})
    assert sorted(Throttle.objects.values_list("level", flat=True)) == [0, pytest.approx(2, abs=0.2)]


def test_what_is_kept_names_nobody(db):
    charge({FAST: "paul@edsh.example"})
    assert "paul" not in Throttle.objects.get().key


def test_a_hundred_at_once_are_a_hundred(committed):
    told: list[float] = []
    together = threading.Barrier(12)

    def attempt() -> None:
        together.wait()
        told.extend(charge({FAST: "a", SHARED: str(n)}) for n in range(5))
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (told.count(0), len(told)) == (FAST.free, 60)


def test_the_worker_forgets(committed):
    charge({FAST: "a"})
    later(90_000)
    charge({FAST: "b"})
    with as_role("worker"):
        forget()
    assert Throttle.objects.count() == 1
