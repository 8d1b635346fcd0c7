"""Two tabs of one expert, two officers on the settings: a page opened before erases nothing, and what both wrote is shown with both."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from demo.cast import DOMAIN
from tests.browser.driver import chromium, context, press
from tests.pages import Places
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


def shot(tab: Tab, name: str) -> None:
    for width in (1280, 320) if SHOTS else ():
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.screenshot(path=Path(SHOTS or "") / f"{name}-{width}.png", full_page=True)


@pytest.fixture(scope="module")
def review():
    with portal_of_its_own("review", names=("web",)) as portal, chromium() as browser:
        yield portal, browser


class Line:
    """That of a tab which listens no more: what it writes itself goes through, unless the line is broken for its scripts altogether."""

    broken = False

    def __call__(self, route: Route) -> None:
        listens = "x-portal-alone" in route.request.headers
        lost = listens or self.broken and route.request.resource_type == "fetch"
        route.abort() if lost else route.continue_()


def test_13_6_two_tabs_of_one_expert(review):
    portal, browser = review
    path = f"/expertise/{Places(portal.database).fact('file_to_judge')}/"
    hers = context(browser, portal.base_url, f"claire@{DOMAIN}")
    first, second = hers.new_page(), hers.new_page()
    line = Line()  # else it may hear of a comment before it types over it, and then nothing clashes
    first.route("**", line)
    for tab in (first, second):
        tab.goto(path)
    numbers = first.locator("[name^=value_]").evaluate_all("all => all.map((one) => one.name)")
    for name in numbers:
        first.fill(f"[name={name}]", "7")
    press(first, "Enregistrer")
    line.broken = (
        True  # the page that is back says again what it had no answer to, and would hear of the other's in return
    )
    second.fill("[name=comment_1]", "Écrit dans un onglet ouvert avant.")
    press(second, "Enregistrer")  # its values may have come by listening, before its comment was saved
    assert {second.input_value(f"[name={name}]") for name in numbers} == {"7"}
    first.fill("[name=comment_1]", "Écrit en même temps dans l’autre.")
    line.broken = False
    press(first, "Enregistrer")
    expect(first.locator("[data-met=comment_1]")).to_have_text("Écrit dans un onglet ouvert avant.")
    assert first.input_value("[name=comment_1]") == "Écrit en même temps dans l’autre."
    shot(first, "two-tabs")
    press(first, "Enregistrer")
    expect(first.locator("[data-met]")).to_have_count(0)
    second.goto(path)
    assert second.input_value("[name=comment_1]") == "Écrit en même temps dans l’autre."
    hers.close()


def save(tab: Tab) -> None:
    press(tab, tab.locator("main form button.button-main"))
    expect(tab).to_have_url(re.compile(r"/appel/reglages/(\?version=\d+)?$"))


def test_13_6_two_officers_on_the_settings_of_the_call(review):
    portal, browser = review
    driss, adam = (context(browser, portal.base_url, f"{name}@{DOMAIN}").new_page() for name in ("driss", "adam"))
    driss.goto("/appel/reglages/nouvelle-version/")
    save(driss)
    with portal.database.connect("auditor") as line:
        number = line.execute("SELECT max(version) FROM calls_callsettings").fetchone()[0]  # type: ignore[index]
    for tab in (driss, adam):
        tab.goto(f"/appel/reglages/{number}/limites/")
    driss.fill("[name=quorum]", "5")
    save(driss)
    adam.fill("[name=min_projects]", "6")
    save(adam)
    adam.goto(f"/appel/reglages/{number}/limites/")
    assert [adam.input_value(f"[name={name}]") for name in ("quorum", "min_projects")] == ["5", "6"]
    driss.goto(f"/appel/reglages/{number}/limites/")
    driss.fill("[name=quorum]", "3")
    save(driss)
    adam.fill("[name=quorum]", "4")
    press(adam, adam.locator("main form button.button-main"))
    expect(adam.locator("[data-met=quorum]")).to_have_text("3")
    shot(adam, "two-officers")
    adam.get_by_label("Garder la valeur en place").check()
    save(adam)
    adam.goto(f"/appel/reglages/{number}/limites/")
    assert adam.input_value("[name=quorum]") == "3"
    driss.context.close()
    adam.context.close()
