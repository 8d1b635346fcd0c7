"""Each main page in a real Chromium, at 320 and 1440 px: nothing wider than the window, no serious fault for axe, a quiet console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import pages
from tests.browser.driver import WIDTHS, chromium, context
from tests.pages import Page, Places
from tests.processes import Portal, running, staged

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 120)).join(" | ")}`))"""


class Visit:
    """One stage of the call, served by a web server; each person signs in once a width."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal, self.places = browser, portal, Places(portal.database)
        self._contexts: dict[tuple[str, int], BrowserContext] = {}

    def context(self, who: str, width: int) -> BrowserContext:
        if (who, width) not in self._contexts:
            email = self.places.email(who) if who else ""
            self._contexts[who, width] = context(self.browser, self.portal.base_url, email, width=width)
        return self._contexts[who, width]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module", params=pages.STAGES)
def visit(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visit]:
    name, files = staged(request.param)
    with running(name, files=files, names=("web",)) as portal:
        yield Visit(browser, portal)


def cases() -> list[object]:
    return [pytest.param(page.stage, page, id=f"{page.name}") for page in pages.PAGES]


@pytest.mark.parametrize(("visit", "page"), cases(), indirect=["visit"])
def test_page(visit: Visit, page: Page) -> None:
    path = visit.places.path(page)
    for width in WIDTHS:
        said: list[str] = []
        tab = visit.context(page.who, width).new_page()
        tab.on("console", lambda m, said=said: said.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error, said=said: said.append(str(error)))
        answer = tab.goto(path)
        tab.wait_for_load_state("load")
        try:
            assert answer is not None and answer.status == page.status, f"{path}: {answer and answer.status}"
            assert tab.url.removeprefix(visit.portal.base_url) == path, "it leads elsewhere"
            assert tab.evaluate("document.scrollingElement.scrollWidth") <= width, f"{path} scrolls sideways at {width} px"
            assert tab.title().strip() and tab.locator("h1").count() == 1, f"{path}: {tab.title()!r}"
            assert tab.get_attribute("html", "lang") == "fr"
            tab.evaluate(AXE.read_text())
            assert tab.evaluate(RULES) == [], f"{path} at {width} px"
            quiet = [line for line in said if not (page.status != 200 and "status of" in line)]
            assert quiet == [], f"{path} at {width} px"
        finally:
            tab.close()
