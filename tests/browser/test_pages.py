"""Each main page in a real Chromium, at 1440 then 320 px and as printed: nothing wider than the window, no serious fault for axe, no
text over another, a quiet console."""

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
    .then(found => found.violations.filter(v => ["serious", "critical"].includes(v.impact) || v.id === "landmark-unique")
    .map(v => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 120)).join(" | ")}`))"""
# What a narrow window may break and a wide one not; everything else is the same document.
FIRST = (
    """document.body.classList.contains("calm") && document.querySelector("main > *")?.getBoundingClientRect().top"""
)
NARROW = ["scrollable-region-focusable", "target-size", "color-contrast", "link-in-text-block"]
# On paper, words that stand on the words of another element: (what is under, what is over). Said aloud only is not shown.
OVERLAPS = """() => {
    const shown = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
        if (!words || !parent.checkVisibility({visibilityProperty: true}) || parent.closest(".sr, .skip, select, svg, details:not([open]) > :not(summary)")) continue;
        const style = getComputedStyle(parent);
        if (style.clipPath !== "none") continue;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        for (const box of range.getClientRects()) if (box.width > 2 && box.height > 2) shown.push({parent, words, box});
    }
    shown.sort((a, b) => a.box.top - b.box.top);
    const found = [];
    for (let i = 0; i < shown.length; i++) for (let j = i + 1; j < shown.length; j++) {
        const a = shown[i], b = shown[j];
        if (b.box.top >= a.box.bottom) break;
        const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (a.parent !== b.parent && wide > 3 && high > 6) found.push(`${a.words.slice(0, 40)} | ${b.words.slice(0, 40)}`);
    }
    return [...new Set(found)].slice(0, 5);
}"""
# What is read before the title, its own surroundings apart: a page says first what it is.
BEFORE_TITLE = """() => {
    const title = document.querySelector("main h1");
    return [...document.querySelectorAll("main :is(p, dl, table, li, h2, form)")].filter(e => title
        && e.compareDocumentPosition(title) === Node.DOCUMENT_POSITION_FOLLOWING && e.checkVisibility()
        && !e.closest(".eyebrow, .page-head, nav, .notice, .messages, [role=alert], [role=status]")).map(e => e.outerHTML.slice(0, 90));
}"""
PAPER = {"width": 673, "height": 980}  # what is left of A4 between its margins
# What stands out of the window though no scroll bar says so: a drawing that grew, a word that does not break.
OUTSIDE = """() => [...document.querySelectorAll("main *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !e.closest(".table-region, .sr, details:not([open]) > :not(summary)");
}).slice(0, 4).map(e => e.outerHTML.slice(0, 120))"""


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
        with running(name, files=files, names=("web",), webs=1) as portal:
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
    assert page.name == "gallery" or tab.evaluate(BEFORE_TITLE) == [], f"{path}: read before its title"
    tab.evaluate(AXE.read_text())  # given by the driver: the page's own policy would refuse it
    assert tab.evaluate(FAULTS, None) == [], path
    tab.set_viewport_size({"width": 320, "height": 700})
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 320, f"{path} scrolls sideways at 320 px"
    assert tab.evaluate(FIRST) <= 200, f"{path}: nothing to read in the first 200 px at 320 px"
    assert tab.evaluate(FAULTS, NARROW) == [], f"{path} at 320 px"
    tab.emulate_media(media="print")
    tab.set_viewport_size(PAPER)
    assert tab.evaluate(OVERLAPS) == [], f"{path} on paper"
    tab.emulate_media(media="screen")
    assert [line for line in said if not (page.status != 200 and "status of" in line)] == [], path


# ── a dossier with something to review ───────────────────────────────────────────────────────────────────────────────
HOLDING = [
    page
    for page in pages.at("open")
    if page.name in ("schedule", "check", "submit", "sections", "dossier", "print-draft")
]


@pytest.fixture(scope="module")
def to_review(stages: OneStage) -> Visit:
    """VALMONT with a milestone out of the months of its package: « À revoir » stands on every page that shows the calendar."""
    visit = stages("open")
    tab, _said = visit.tab("alice")
    tab.goto(visit.places.path(pages.BY_NAME["schedule"]))
    tab.goto(tab.locator("a[href*='/jalons/']:not([href*='ajouter'])").first.get_attribute("href"))
    tab.fill("[name=month]", "60")
    with tab.expect_navigation():
        tab.click("main form:has([name=month]) .button-main")
    return visit


@pytest.mark.parametrize("page", HOLDING, ids=lambda page: page.name)
def test_13_21_what_is_to_review_stays_in_the_window(to_review: Visit, page: Page) -> None:
    path, (tab, _said) = to_review.places.path(page), to_review.tab(page.who)
    tab.goto(path)
    if page.name in ("schedule", "check", "submit"):
        assert tab.locator(".tag-warn", has_text="À revoir").count(), f"{path}: nothing is to review"
    for width in (1440, 320):
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= width, path
        assert tab.evaluate(OUTSIDE) == [], path
        sizes = tab.eval_on_selector_all("main .tag svg", "all => all.map(one => one.getBoundingClientRect().width)")
        assert [size for size in sizes if size > 20] == [], path


# ── a name of eighty letters without a blank ─────────────────────────────────────────────────────────────────────────
NAMED = (
    "home-coordinator", "dossier", "consortium", "budgets", "check", "submit", "delegations", "account",
    "register", "admissibility", "assignments", "search", "home-officer",
    "proposals", "batch", "decision", "payments", "conventions", "convention", "accounts", "envelope", "acts", "dashboard",
    "establishments", "establishment", "people", "person",
)  # fmt: skip


@pytest.fixture(scope="module")
def long_names(stages: OneStage) -> Iterator[OneStage]:
    """The same stages, where every name is one long word; written without a verb, for these rows are only looked at."""

    def here(stage: str) -> Visit:
        visit = stages(stage)
        with visit.portal.database.connect("superuser") as line:
            line.execute("SET session_replication_role = replica")
            line.execute(
                "UPDATE directory_establishment SET name = rpad(replace(name, ' ', ''), 80, 'hospitalier') WHERE id % 2 = 0"
            )
            line.execute("UPDATE applications_application SET title = rpad('', 110, 'interhospitalier')")
            line.execute("UPDATE directory_user SET full_name = rpad(replace(full_name, ' ', ''), 60, 'montmorency')")
        return visit

    yield here  # type: ignore[misc]


@pytest.mark.parametrize("page", [p for p in pages.BY_STAGE if p.name in NAMED], ids=lambda page: page.name)
def test_13_20_a_long_word_is_cut_before_it_leaves_the_window(long_names: OneStage, page: Page) -> None:
    visit = long_names(page.stage)
    path, (tab, _said) = visit.places.path(page), visit.tab(page.who)
    tab.goto(path)
    for width in (1440, 1024, 320):
        tab.set_viewport_size({"width": width, "height": 700})
        assert tab.evaluate("document.scrollingElement.scrollWidth") <= width, (
            f"{path} at {width} px: {tab.evaluate(OUTSIDE)}"
        )
