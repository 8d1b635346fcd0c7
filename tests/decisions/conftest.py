"""The world of these tests, built once a module and rolled back; each test stands in it anew."""

import pytest

from tests.database import rolled_back
from tests.reviews.world import REVIEWING, again

from . import world as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        yield made.build(here.set_clock)


@pytest.fixture
def world(built, db, set_clock):
    """The same rows, read again: what another test did to the objects is forgotten as what it wrote."""
    set_clock(REVIEWING, frozen=True)
    return again(built)
