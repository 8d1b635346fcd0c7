"""The stage of these tests, at a frozen instant of May 2023; built once a file and rolled back."""

import copy

import pytest

from tests.database import rolled_back
from tests.funding import stage as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        here.set_clock(made.NOW, frozen=True)
        yield made.build()


@pytest.fixture
def money(built, db, set_clock):
    """What another test did to the objects is forgotten as what it wrote."""
    set_clock(made.NOW, frozen=True)
    return copy.deepcopy(built)
