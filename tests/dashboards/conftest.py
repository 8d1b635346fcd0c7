"""The worlds of these tests, built once a file and rolled back: the evaluation, then what was decided on it."""

import pytest

from tests.database import rolled_back
from tests.decisions import world as deciding
from tests.reviews import world as evaluating


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        yield evaluating.build(here.set_clock)


@pytest.fixture(scope="module")
def filled(built, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        here.set_clock(evaluating.REVIEWING, frozen=True)
        yield deciding.deliberated(evaluating.again(built))


@pytest.fixture
def evaluated(built, db, set_clock):
    """The same rows, read again: what another test did to the objects is forgotten as what it wrote."""
    set_clock(evaluating.REVIEWING, frozen=True)
    return evaluating.again(built)


@pytest.fixture
def decided(filled, db, set_clock):
    set_clock(evaluating.REVIEWING, frozen=True)
    return evaluating.again(filled)
