"""The stage of these tests, at a frozen instant of May 2023."""

import pytest

from tests.funding import stage as made


@pytest.fixture
def money(db, set_clock):
    set_clock(made.NOW, frozen=True)
    return made.build()
