"""The stage of these tests, at a frozen instant of May 2023."""

import pytest

from tests.funding import stage as made


@pytest.fixture
def money(db, set_clock):
    set_clock(made.NOW, frozen=True)
    return made.build()


def no_chrome(request):
    return {}


@pytest.fixture(autouse=True)
def _meanwhile(settings):
    settings.CHROME = "tests.funding.conftest.no_chrome"
