"""Each main page in a real Chromium, at 1440 then 320 px: nothing wider than the window, no serious fault for axe, a quiet console."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests import pages
from tests.browser.driver import chromium, context
from tests.pages import OneStage, Page, Places
from tests.processes import Portal, running, staged

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FAULTS = """narrow => axe.run(document, {resultTypes: ["violations"], ...(narrow ? {runOnly: {type: "rule", values: narrow}} : {})})
    .then(found => found.violations.filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 120)).join(" | ")}`))"""
# What a narrow window may break and a wide one not; everything else is the same document.
FIRST = (
    """document.body.classList.contains("calm") && document.querySelector("main > *")?.getBoundingClientRect().top"""
)
NARROW = ["scrollable-region-focusable", "target-size", "color-contrast", "link-in-text-block"]


class Visit:
    """One stage of the call, served by a web server; each person signs in once."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal, self.places = browser, portal, Places(portal.database)
        self._tabs: dict[str, tuple[Tab, list[str]]] = {}

    def tab(self, who: str) -> tuple[Tab, list[str]]:
        """This person's window, and what its console has said."""
        if who not in self._tabs:
            email = self.places.email(who) if who else ""
            tab = context(self.browser, self.portal.base_url, email).new_page()
            said: list[str] = []
            tab.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
            tab.on("pageerror", lambda error: said.append(str(error)))
            self._tabs[who] = tab, said
        tab, heard = self._tabs[who]
        heard.clear()
        tab.set_viewport_size({"width": 1440, "height": 900})
        return tab, heard


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def stages(browser: Browser) -> Iterator[OneStage]:
    @contextmanager
    def opening(stage: str) -> Iterator[Visit]:
        name, files = staged(stage)
        with running(name, files=files, names=("web",)) as portal:
            yield Visit(browser, portal)

    here = OneStage(opening)
    yield here
    here.close()


@pytest.mark.parametrize("page", pages.BY_STAGE, ids=lambda page: page.name)
def test_page(stages: OneStage, page: Page) -> None:
    visit = stages(page.stage)
    path, (tab, said) = visit.places.path(page), visit.tab(page.who)
    answer = tab.goto(path)
    assert answer is not None and answer.status == page.status, f"{path}: {answer and answer.status}"
    assert tab.url.removeprefix(visit.portal.base_url) == path, "it leads elsewhere"
    assert tab.title().strip() and (tab.locator("h1").count() == 1 or page.name == "gallery"), (
        f"{path}: {tab.title()!r}"
    )
    assert tab.get_attribute("html", "lang") == "fr"
    tab.evaluate(AXE.read_text())  # given by the driver: the page's own policy would refuse it
    assert tab.evaluate(FAULTS, None) == [], path
    tab.set_viewport_size({"width": 320, "height": 700})
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 320, f"{path} scrolls sideways at 320 px"
    assert tab.evaluate(FIRST) <= 200, f"{path}: nothing to read in the first 200 px at 320 px"
    assert tab.evaluate(FAULTS, NARROW) == [], f"{path} at 320 px"
    assert [line for line in said if not (page.status != 200 and "status of" in line)] == [], path
