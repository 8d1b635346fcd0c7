"""The directory's cast, on a clock that stands still; built once a file and rolled back."""

import copy

import pytest

from tests.database import rolled_back

from .world import AT, world


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        here.set_clock(AT, frozen=True)
        yield world()


@pytest.fixture
def town(built, db, set_clock):
    """What another test did to the objects is forgotten as what it wrote."""
    set_clock(AT, frozen=True)
    return copy.deepcopy(built)
