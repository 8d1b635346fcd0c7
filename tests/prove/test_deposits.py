"""Whole deposits by the other hand in each window; the tests keep one of each hand, of each width, and the one without scripts."""

import pytest

from tests.browser import test_keyboard, test_newcomer
from tests.browser.driver import chromium
from tests.processes import portal_of_its_own


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("open") as portal, chromium() as browser:
        yield test_newcomer.Town(portal, browser)


@pytest.mark.parametrize(("hand", "width"), [(test_newcomer.Keyboard, 1440), (test_newcomer.Mouse, 320)])
def test_a_newcomer_deposits(town, hand, width):
    test_newcomer.deposits(town, hand, width)


def test_a_team_deposits_in_a_narrow_window(town):
    test_keyboard.deposits((town.portal, town.browser), "ETROIT", 320, scripts=True)
