"""What a page weighs the first time it is opened, over the wire: itself, its styles, scripts and faces, in a real Chromium."""

import pytest
from playwright.sync_api import Page as Tab

from tests import pages
from tests.browser.driver import context
from tests.browser.test_pages import browser, stages  # noqa: F401  (its fixtures)
from tests.pages import OneStage, Page

pytestmark = pytest.mark.browser
MOST = 110_000  # bytes, heads of answers included
COLD = (
    pages.BY_NAME["register"],
    Page("dossier", "review", "driss", "/dossiers/{valmont}/"),
    pages.BY_NAME["read"],
    Page("dossier-reopened", "review", "writer:MONTECLAIR", "/dossiers/{monteclair}/"),
)


def weighed(tab: Tab, path: str) -> dict[str, int]:
    """{address: bytes received} of a page that nothing was kept of."""
    wire = tab.context.new_cdp_session(tab)
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.requestWillBeSent", lambda told: asked.update({told["requestId"]: told["request"]["url"]}))
    wire.on(
        "Network.loadingFinished", lambda told: sizes.update({asked[told["requestId"]]: int(told["encodedDataLength"])})
    )
    wire.send("Network.enable")
    wire.send("Network.clearBrowserCache")
    tab.goto(path, wait_until="networkidle")
    tab.evaluate("document.fonts.ready.then(() => true)")
    return sizes


@pytest.mark.parametrize("page", COLD, ids=lambda page: page.name)
def test_a_first_visit_weighs_little(stages: OneStage, page: Page) -> None:  # noqa: F811
    visit = stages(page.stage)
    tab, _said = visit.tab(page.who)
    fresh = context(visit.browser, visit.portal.base_url, beside=tab.context)
    sizes = weighed(fresh.new_page(), visit.places.path(page))
    fresh.close()
    told = {address.rpartition("/static/")[2] or address: size for address, size in sorted(sizes.items())}
    print(page.name, sum(sizes.values()), told)
    assert {name.rpartition(".")[2] for name in told} >= {"css", "js", "woff2"}
    assert [name for name in told if name.endswith(".woff2") and "-core" not in name] == []
    assert sum(sizes.values()) <= MOST, told
