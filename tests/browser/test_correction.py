"""D13: an officer finds an establishment, corrects it, and reads the correction in its history; wide and at 320 px."""

import pytest

from tests.browser.driver import WIDTHS, chromium, context, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
NAMES = {1440: "CH fictif de Sourdeval-la-Neuve", 320: "Centre hospitalier fictif de Sourdeval"}


@pytest.fixture(scope="module")
def window():
    """{width: an officer's window}"""
    with portal_of_its_own("open", names=("web",)) as portal, chromium() as browser:
        yield lambda width: context(browser, portal.base_url, "driss@edsh.example", width=width).new_page()


@pytest.mark.parametrize("width", WIDTHS)
def test_13_13_an_officer_corrects_an_establishment(window, width):
    tab = window(width)
    tab.goto("/annuaire/etablissements/?q=Sourdeval")
    tab.locator("main table tbody a").first.click()
    tab.get_by_role("link", name="Corriger cet établissement").click()
    before = tab.locator("[name=name]").input_value()
    tab.fill("[name=name]", NAMES[width])
    press(tab, "Enregistrer la correction")
    tab.locator(".error-summary").wait_for()  # nothing is corrected without a reason, and what was typed stays
    assert tab.locator("[name=name]").input_value() == NAMES[width]
    tab.fill("[name=reason]", "Arrêté de fusion du 3 janvier 2023.")
    press(tab, "Enregistrer la correction")
    history = tab.get_by_role("region", name="Corrections")
    history.wait_for()
    assert tab.locator("h1").inner_text() == NAMES[width]
    told = history.locator("tbody tr").first.inner_text()
    for words in ("Dénomination", before, NAMES[width], "Arrêté de fusion du 3 janvier 2023.", "Driss"):
        assert words in told
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= width
