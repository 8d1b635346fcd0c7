"""The world of these tests: three dossiers deposited and admissible, the wave closed; built once a file and rolled back."""

import pytest

from tests.database import rolled_back

from . import world as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        yield made.build(here.set_clock)


@pytest.fixture
def world(built, db, set_clock):
    """The same rows, read again: what another test did to the objects is forgotten as what it wrote."""
    set_clock(made.REVIEWING, frozen=True)
    return made.again(built)


@pytest.fixture
def small(db, set_clock):
    """One dossier only."""
    return made.build(set_clock, 1)
