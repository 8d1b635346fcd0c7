"""Whole deposits by the other hand in each window; the tests keep the newcomer's by the keyboard in a narrow one, and a team's by the mouse
where no script runs."""

import pytest

from tests.browser import test_newcomer, test_team
from tests.browser.driver import chromium
from tests.browser.hands import Keyboard, Mouse
from tests.processes import portal_of_its_own


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("open") as portal, chromium() as browser:
        yield test_newcomer.Town(portal, browser)


@pytest.mark.parametrize(("hand", "width"), [(Mouse, 1440), (Keyboard, 1440), (Mouse, 320)])
def test_a_newcomer_deposits(town, hand, width):
    test_newcomer.deposits(town, hand, width)


@pytest.mark.parametrize(
    ("acronym", "width", "scripts"), [("ETROIT", 320, True), ("SANS-SCRIPT", 1440, False)], ids=["narrow", "no script"]
)
def test_a_team_deposits_by_the_keyboard(town, acronym, width, scripts):
    here = town.portal, town.browser
    test_team.deposits(here, acronym, test_team.way(here, Keyboard, width, scripts=scripts))
