"""The world of these tests: three dossiers deposited and admissible, the wave closed."""

import pytest

from . import world as made


@pytest.fixture
def world(db, set_clock):
    return made.build(set_clock)


@pytest.fixture
def small(db, set_clock):
    """One dossier only."""
    return made.build(set_clock, 1)
