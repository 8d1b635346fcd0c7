"""The world of these tests, at a frozen instant inside the wave."""

import pytest

from . import world as made


@pytest.fixture
def world(db, set_clock):
    set_clock(made.NOW, frozen=True)
    return made.build()


@pytest.fixture
def draft(world):
    return made.draft(world)


@pytest.fixture
def ready(world, draft):
    return made.fill(world, draft)
