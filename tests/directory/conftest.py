"""The directory's cast, on a clock that stands still."""

import pytest

from .world import AT, world


@pytest.fixture
def town(db, set_clock):
    set_clock(AT, frozen=True)
    return world()
