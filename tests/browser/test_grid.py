"""The grids in a real Chromium: keys, block copy and paste, undo, marks on what cannot be read; the totals that a budget shows while
one types are the server's, the sheets' and the API's, to the cent; the common core moves, copies and undoes as the budget does."""

import random
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Request, expect

from applications.content import annex
from edsh_portal import money, sheets
from edsh_portal.intake import workbook
from tests import pages
from tests.browser.driver import chromium, context
from tests.pages import Places
from tests.processes import running, staged

pytestmark = pytest.mark.browser
# The next answer waits until release() is called.
HELD = """() => { const direct = window.fetch, held = new Promise((done) => { window.release = done; });
    window.fetch = async (...asked) => { window.flew = true; const answer = await direct(...asked); await held; return answer; }; }"""
FILLED = "all => all.filter((one) => one.value).map((one) => one.name)"
PASTE = """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
COPY = """() => { const data = new DataTransfer();
    document.activeElement.dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
    return data.getData("text/plain"); }"""


FLYING: set[Request] = set()  # saves of this window that no answer has come to yet


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[Tab, Callable[[str], str], list[str]]]:
    name, files = staged("open")
    with chromium() as browser, running(name, files=files, names=("web",), webs=1) as portal:
        places = Places(portal.database)
        tab = context(browser, portal.base_url, places.email("alice")).new_page()
        faults: list[str] = []
        tab.on("dialog", lambda dialog: dialog.accept())
        tab.on("pageerror", lambda error: faults.append(str(error)))
        FLYING.clear()
        tab.on("request", lambda asked: FLYING.add(asked) if asked.url.endswith("/direct/") else None)
        for over in ("requestfinished", "requestfailed"):
            tab.on(over, lambda asked: FLYING.discard(asked))
        yield tab, lambda name: places.path(next(page for page in pages.BY_STAGE if page.name == name)), faults


@pytest.fixture
def grid(opened):
    tab, path, faults = opened
    # what the test before left unsaved, on purpose, must not hold the page back
    tab.evaluate("document.querySelectorAll('form[data-changed]').forEach((form) => { delete form.dataset.changed; })")
    fresh(tab, path("budget"))
    at(tab, f"1-staff-{years(tab)[0]}")
    tab.keyboard.press("Control+a")
    tab.keyboard.press("Delete")
    yield tab
    assert faults == []


def at(tab: Tab, name: str) -> None:
    tab.locator(f'[name="{name}"]').focus()


def value(tab: Tab, name: str) -> str:
    return tab.input_value(f'[name="{name}"]').replace("\u202f", " ")


def here(tab: Tab) -> str:
    return tab.evaluate("document.activeElement.name")


def said(tab: Tab) -> str:
    return tab.inner_text("[data-said]")


def years(tab: Tab) -> list[int]:
    return [int(text) for text in tab.locator("table.grid thead th.num").all_inner_texts() if text.isdigit()]


def test_keys_move_type_replace_and_edit(grid):
    first, second = years(grid)[:2]
    at(grid, f"1-staff-{first}")
    grid.keyboard.type("1234,5")
    grid.keyboard.press("Enter")
    assert (here(grid), value(grid, f"1-staff-{first}")) == (f"1-permanent-{first}", "1 234,50")
    grid.keyboard.press("ArrowUp")
    grid.keyboard.press("ArrowRight")
    assert here(grid) == f"1-staff-{second}"
    grid.keyboard.type("7")
    grid.keyboard.press("Tab")
    grid.keyboard.press("Shift+Tab")
    assert (here(grid), value(grid, f"1-staff-{second}")) == (f"1-staff-{second}", "7,00")
    grid.keyboard.type("8")  # replaces
    grid.keyboard.press("Enter")
    assert value(grid, f"1-staff-{second}") == "8,00"
    grid.keyboard.press("ArrowUp")
    grid.keyboard.press("F2")
    grid.keyboard.press("Backspace")
    grid.keyboard.press("Escape")
    assert value(grid, f"1-staff-{second}") == "8,00"
    grid.keyboard.press("End")
    assert here(grid) == f"1-staff-{years(grid)[-1]}"
    grid.keyboard.press("Home")
    assert here(grid) == f"1-staff-{first}"
    grid.keyboard.press("Delete")
    assert value(grid, f"1-staff-{first}") == ""
    grid.keyboard.press("Control+End")
    assert here(grid).startswith("0-overhead-")


def test_a_click_is_at_the_cell_and_an_arrow_keeps_what_was_typed(grid):
    """As on a sheet: only F2 and a double click put the caret in what is there."""
    first, second = years(grid)[:2]
    fill(grid, f"1-staff-{first}", "200000")
    box = grid.locator(f'[name="1-staff-{first}"]')
    box.click()
    grid.wait_for_timeout(600)  # two clicks, not a double one
    box.click()
    grid.keyboard.type("1234,5")
    grid.keyboard.press("ArrowRight")
    assert (here(grid), value(grid, f"1-staff-{first}")) == (f"1-staff-{second}", "1 234,50")
    box.dblclick()
    grid.keyboard.press("ArrowLeft")
    grid.keyboard.press("Backspace")
    assert (here(grid), value(grid, f"1-staff-{first}")) == (f"1-staff-{first}", "1 234,0")
    grid.keyboard.press("ArrowDown")
    assert (here(grid), value(grid, f"1-staff-{first}")) == (f"1-permanent-{first}", "1 234,00")
    grid.keyboard.press("Control+ArrowRight")
    assert here(grid) == f"1-permanent-{years(grid)[-1]}"


def test_blocks_are_pasted_copied_undone_and_redone(grid):
    first, second = years(grid)[:2]
    at(grid, f"1-staff-{first}")
    grid.evaluate(PASTE, "1\u202f234,56\t1234.56\r\n\t1 234,56 €\r\n12k\t5\r\n")
    assert [value(grid, f"1-{c}-{y}") for c in ("staff", "permanent", "equipment") for y in (first, second)] == [
        "1 234,56", "1 234,56", "", "1 234,56", "12k", "5,00",
    ]  # fmt: skip
    assert "6 cases collées." in said(grid) and "1 n’est pas un montant" in said(grid)
    assert grid.locator("table.grid input[aria-invalid=true]").evaluate_all("all => all.map(one => one.name)") == [
        f"1-equipment-{first}"
    ]
    assert grid.inner_text(f'[data-sum="1--{second}"]').replace("\u202f", " ") == "2 474,12"
    assert grid.evaluate(COPY) == "1234,56\t1234,56\n\t1234,56\n12k\t5,00"
    grid.keyboard.press("Control+z")
    assert value(grid, f"1-staff-{first}") == "" and grid.inner_text('[data-sum="--"]') == "0,00"
    grid.keyboard.press("Control+y")
    assert value(grid, f"1-permanent-{second}") == "1 234,56"
    at(grid, f"1-staff-{second}")
    grid.keyboard.press("Shift+ArrowDown")
    assert said(grid) == "Bloc de 2 sur 1."
    grid.keyboard.press("Delete")
    assert value(grid, f"1-staff-{second}") == value(grid, f"1-permanent-{second}") == ""
    grid.keyboard.press("Control+z")
    assert value(grid, f"1-staff-{second}") == "1 234,56"
    grid.keyboard.press("Control+End")
    grid.evaluate(PASTE, "1\t2\n3\t4")
    assert "3 valeurs dépassaient du tableau" in said(grid)


# ── what a gesture does is kept in this browser as what is typed is ──────────────────────────────────────────────────
CUT = """() => document.activeElement.dispatchEvent(new ClipboardEvent("cut", {clipboardData: new DataTransfer(), bubbles: true, cancelable: true}))"""


def press(*keys: str) -> Callable[[Tab], None]:
    def gesture(tab: Tab) -> None:
        for key in keys:
            tab.keyboard.press(key)

    return gesture


def cut(tab: Tab) -> None:
    tab.keyboard.press("Shift+ArrowDown")
    tab.evaluate(CUT)


# Over two cells one above the other, of which the first was just typed in: what the two then hold, « typed », « was » or nothing.
GESTURES: dict[str, tuple[Callable[[Tab], None], tuple[str, str]]] = {
    "delete": (press("Shift+ArrowDown", "Delete"), ("", "")),
    "cut": (cut, ("", "")),
    "fill down": (press("Shift+ArrowDown", "Control+d"), ("typed", "typed")),
    "undo": (press("Control+z"), ("first", "second")),
    "redo": (press("Control+z", "Control+y"), ("typed", "second")),
    "undo of a fill": (press("Shift+ArrowDown", "Control+d", "Control+z"), ("typed", "second")),
}


def settled(tab: Tab) -> None:
    """Nothing waits in this browser any more."""
    until, waiting = time.monotonic() + 20, None
    while waiting != {} and time.monotonic() < until:
        tab.wait_for_timeout(100)
        waiting = tab.evaluate(
            "Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith('edsh/')))"
        )
    assert waiting == {}, tab.inner_text("[data-saved]")
    expect(tab.locator("form[data-writing]")).not_to_have_attribute("data-changed", "yes", timeout=20_000)


def survives(tab: Tab, above: str, below: str, texts: dict[str, str], type_in: Callable[[Tab, str, str], None]) -> None:
    """Each gesture, the line being cut: after a reload the page shows what it did; once the line is back, so does the server."""
    for name, (gesture, wanted) in GESTURES.items():
        for control, text in ((above, "first"), (below, "second")):
            type_in(tab, control, texts[text])
        settled(tab)
        tab.route("**/direct/", lambda route: route.abort())
        type_in(tab, above, texts["typed"])
        at(tab, above)
        gesture(tab)
        expected = [texts[text] if text else "" for text in wanted]
        tab.reload()
        assert [tab.input_value(f'[name="{control}"]') for control in (above, below)] == expected, name
        tab.unroute("**/direct/")
        tab.reload()
        settled(tab)
        tab.reload()
        assert [tab.input_value(f'[name="{control}"]') for control in (above, below)] == expected, name


def fresh(tab: Tab, path: str) -> None:
    """The page, with nothing that the tests before left unreadable, nor a save of theirs on its way: it would come after the page was drawn,
    and meet what is typed there."""
    tab.evaluate("() => { window.fetch = () => new Promise(() => {}); }")  # from here on nothing leaves the page before
    until = time.monotonic() + 20
    while FLYING and time.monotonic() < until:
        tab.wait_for_timeout(50)
    tab.goto("/healthz")
    tab.evaluate("localStorage.clear()")
    tab.goto(path)


def test_26_an_empty_work_package_opens_for_whoever_comes_to_it(grid):
    """By an arrow, by its name; what is wrong in a cell is told under the grid, and goes once it is corrected."""
    first = years(grid)[0]
    fill(grid, f"1-staff-{first}", "5")
    for name in grid.locator("table[data-cells] input").evaluate_all(FILLED):
        at(grid, name)
        grid.keyboard.press("Delete")
    settled(grid)  # the bar may still tell of the save before
    grid.reload()
    folds = grid.locator("table[data-cells] details")
    numbers = folds.locator("summary").evaluate_all("all => all.map((one) => one.id.slice(1))")
    last, before = numbers[-1], numbers[-2]
    box, told, fold = grid.locator(f'[name="{last}-staff-{first}"]'), grid.locator("[data-faults]"), folds.last
    expect(fold).not_to_have_attribute("open", "")
    expect(box).to_be_hidden()
    folds.nth(-2).evaluate("one => { one.open = true; }")
    at(grid, f"{before}-overhead-{first}")
    grid.keyboard.press("ArrowDown")
    assert here(grid) == f"{last}-staff-{first}"
    expect(fold).to_have_attribute("open", "")
    fold.locator("summary").press("Enter")
    expect(box).to_be_hidden()
    fold.locator("summary").press("Enter")
    expect(box).to_be_visible()
    fill(grid, f"{last}-staff-{first}", "12k")
    expect(told).to_contain_text("Écrivez un montant en euros")
    expect(told).to_contain_text(fold.inner_text())
    expect(grid.locator("table[data-cells]")).not_to_contain_text("Écrivez")
    fill(grid, f"{last}-staff-{first}", "12")
    expect(told).to_be_empty()
    saved(grid)
    at(grid, f"{last}-staff-{first}")
    grid.keyboard.press("Delete")
    saved(grid)


def test_a_refusal_goes_with_what_was_refused(grid):
    """Refused, then typed back as it is in place, before anything else leaves: the bar says what it said before."""
    first = years(grid)[0]
    fill(grid, f"1-staff-{first}", "5")
    saved(grid)
    bar, told = grid.locator("[data-saved]"), grid.locator("[data-faults]")
    before = bar.inner_text()
    fill(grid, f"1-staff-{first}", "5k")
    expect(bar).to_contain_text("Non enregistré")
    fill(grid, f"1-permanent-{first}", "6k")
    expect(told.locator("[data-fault]")).to_have_count(2)
    box = grid.locator(f'[name="1-staff-{first}"]')
    box.fill("5,00")
    expect(told.locator("[data-fault]")).to_have_count(1)
    expect(bar).to_contain_text("Non enregistré")
    grid.locator(f'[name="1-permanent-{first}"]').fill("")
    expect(told).to_be_empty()
    expect(bar).to_have_text(before)
    expect(bar).not_to_have_class(re.compile("error-text"))


def test_13_7_what_a_gesture_does_in_a_budget_survives_a_reload(opened):
    tab, path, faults = opened
    fresh(tab, path("budget"))
    first = years(tab)[0]
    texts = {"first": "1,00", "second": "2,00", "typed": "9,00"}
    survives(tab, f"1-staff-{first}", f"1-permanent-{first}", texts, fill)
    assert faults == []


def test_what_is_typed_back_while_its_refusal_comes_waits_no_more(opened):
    """In doubt after a cut line: « 2, » is on its way to be refused, and the amount in place is typed again."""
    tab, path, faults = opened
    fresh(tab, path("budget"))
    name = f"1-permanent-{years(tab)[0]}"
    fill(tab, name, "2,00")
    settled(tab)
    tab.route("**/direct/", lambda route: route.abort())
    fill(tab, name, "3,00")
    expect(tab.locator("[data-saved]")).to_contain_text("Non enregistré depuis")
    tab.reload()
    expect(tab.locator("[data-saved]")).to_contain_text("Non enregistré depuis")
    box = tab.locator(f'[name="{name}"]')
    box.fill("2,")
    tab.unroute("**/direct/")
    tab.evaluate(HELD)
    tab.evaluate("dispatchEvent(new Event('online'))")
    tab.wait_for_function("window.flew")
    box.fill("2,00")
    tab.evaluate("window.release()")
    settled(tab)
    assert faults == []


def test_what_is_typed_and_erased_again_while_its_erasure_comes_waits_no_more(opened):
    """The answer speaks of the text that left, which is the one that stands again: nothing of it waits."""
    tab, path, faults = opened
    fresh(tab, path("budget"))
    name = f"1-permanent-{years(tab)[0]}"
    fill(tab, name, "2,00")
    settled(tab)
    tab.evaluate(HELD)
    at(tab, name)
    tab.keyboard.press("Delete")
    tab.keyboard.press("Enter")
    tab.wait_for_function("window.flew")
    fill(tab, name, "5")
    at(tab, name)
    tab.keyboard.press("Delete")
    tab.evaluate("window.release()")
    settled(tab)
    assert faults == []


def test_13_7_what_is_typed_after_a_paste_replaces_it(grid):
    first, second = years(grid)[:2]
    at(grid, f"1-staff-{first}")
    grid.evaluate(PASTE, "5\t6")
    grid.keyboard.type("7")
    grid.keyboard.press("Enter")
    assert [value(grid, f"1-staff-{year}") for year in (first, second)] == ["7,00", "6,00"]


AMOUNTS = (
    "", "0", "1", "12,3", "12.34", "1 234,56", "1\u202f234,56\u00a0€", "12 €", "€", "1,234.56", "-1", "12k", "12,345", "9999999999,99",
    "10000000000", "99999999999999", "1e3", "٣", "1,", ",5", "-", "- €", "\u2212", "-€-", "1\u2009000",
)  # fmt: skip


def amount_read(text: str) -> str:
    """What the server makes of it, as a cell shows it; what it refuses stays as it was written."""
    try:
        cents = money.parse(text) if text else 0
    except ValueError:
        return text
    return money.plain(cents) if cents else ""


def test_the_grid_reads_an_amount_as_the_server_does(grid):
    """Each pasted into an empty cell of one page."""
    cell = grid.locator(f'[name="1-staff-{years(grid)[0]}"]')
    shown = {}
    for text in AMOUNTS:
        cell.focus()
        grid.keyboard.press("Delete")
        assert cell.input_value() == ""
        grid.evaluate(PASTE, text)
        shown[text] = cell.input_value()
    assert shown == {text: amount_read(text) for text in AMOUNTS}


@pytest.mark.parametrize("seed", range(4))
def test_the_grid_the_server_the_sheets_and_the_api_say_the_same(grid, seed):
    draw, span = random.Random(seed), years(grid)
    lines = [[draw.choice([0, draw.randrange(10**10)]) for _year in span] for _row in range(9 * 4)]
    at(grid, f"1-staff-{span[0]}")
    grid.evaluate(PASTE, "\n".join("\t".join(money.plain(cents) for cents in line) for line in lines))
    whole = sum(map(sum, lines))
    for name, cents in (
        ("aid_cents", whole // 3),
        ("own_cents", whole - whole // 3),
        ("public_cents", 0),
        ("other_cents", 0),
    ):
        grid.fill(f'[name="{name}"]', money.plain(cents))
    live = grid.evaluate(
        "() => [...document.querySelectorAll('[data-sum], [data-figure]')].map((cell) => cell.textContent.trim())"
    )
    assert grid.inner_text('[data-sum="--"]') == money.plain(whole)
    if whole >= money.LARGEST:  # one plan amount may then be beyond what the portal keeps
        pytest.skip("too large a draw")
    with grid.expect_navigation():
        grid.locator("main button", has_text="Enregistrer et recalculer").click()
    expect(grid.get_by_text("Enregistré.", exact=True)).to_be_visible()
    served = grid.evaluate(
        """async (url) => { const text = await (await fetch(url)).text(), page = new DOMParser().parseFromString(text, "text/html");
        return [...page.querySelectorAll('[data-sum], [data-figure]')].map((cell) => cell.textContent.trim()); }""",
        grid.url,
    )
    assert served == live
    for ending in sorted(sheets.WRITERS):
        content = grid.request.get(f"{grid.url}modele.{ending}").body()
        table = workbook.read(content).tables[0]
        row = next(row for row in range(200) if table.text(row, 0) == "Total des dépenses")
        assert int(table.at(row, annex.FIRST + len(span)).scaleb(2)) == whole


def test_the_grid_scrolls_inside_its_region_at_320_px(grid):
    grid.set_viewport_size({"width": 320, "height": 700})
    assert grid.evaluate("document.documentElement.scrollWidth") <= 320
    region = grid.locator(".table-region.own-scroll")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    region.evaluate("one => { one.scrollLeft = 200; }")
    head = grid.locator("table.grid tbody th[scope=row]").first
    assert abs(head.bounding_box()["x"] - region.bounding_box()["x"]) <= 2
    at(grid, f"1-staff-{years(grid)[-1]}")
    grid.keyboard.press("Home")
    cell = grid.locator(f'[name="1-staff-{years(grid)[0]}"]').bounding_box()
    assert cell["x"] >= head.bounding_box()["x"] + head.bounding_box()["width"] - 1  # not under the head of its row
    region.scroll_into_view_if_needed()
    total = grid.locator('[data-sum="--"]').bounding_box()
    assert total["y"] + total["height"] <= region.bounding_box()["y"] + region.bounding_box()["height"] + 1
    grid.set_viewport_size({"width": 1440, "height": 900})


def test_two_people_fill_one_grid(opened):
    """Each cell is saved as it is typed and shown to the other; the cell that both changed is shown with both amounts."""
    tab, path, faults = opened
    tab.goto(path("budget"))
    first, second = years(tab)[:2]
    other = context(tab.context.browser, tab.url.split("/dossiers")[0], beside=tab.context)
    hers = other.new_page()
    hers.on("pageerror", lambda error: faults.append(str(error)))
    hers.goto(path("budget"))
    fill(tab, f"1-training-{first}", "1234,5")
    expect(hers.locator(f'[name="1-training-{first}"]')).to_have_value("1\u202f234,50", timeout=15_000)
    fill(hers, f"1-training-{second}", "20")
    expect(tab.locator(f'[name="1-training-{second}"]')).to_have_value("20,00", timeout=15_000)
    expect(tab.locator('[data-sum="1-training-"]')).to_have_text("1\u202f254,50")
    hers.context.set_offline(True)
    fill(hers, f"1-travel-{first}", "7")
    expect(hers.locator("[data-saved]")).to_contain_text("Non enregistré")
    fill(tab, f"1-travel-{first}", "9")
    saved(tab)
    hers.context.set_offline(False)
    card = hers.locator("[data-clash]")
    expect(card).to_contain_text("9,00", timeout=30_000)
    expect(card).to_contain_text("7,00")
    card.get_by_role("button", name=re.compile("^Garder le mien")).click()
    expect(hers.locator(f'[name="1-travel-{first}"]')).to_have_value("7,00")
    expect(tab.locator(f'[name="1-travel-{first}"]')).to_have_value("7,00", timeout=15_000)
    tab.goto(path("budget"))
    assert [value(tab, f"1-{name}") for name in (f"training-{first}", f"training-{second}", f"travel-{first}")] == [
        "1 234,50",
        "20,00",
        "7,00",
    ]
    other.close()
    assert faults == []


def fill(tab: Tab, name: str, amount: str) -> None:
    at(tab, name)
    tab.keyboard.type(amount)
    tab.keyboard.press("Enter")


def saved(tab: Tab) -> None:
    expect(tab.locator("form[data-writing]")).not_to_have_attribute("data-changed", "yes")
    expect(tab.locator("[data-saved]")).to_have_text(re.compile(r"^Enregistré à \d\d:\d\d:\d\d$"))


# ── the common core: its cells are lists ─────────────────────────────────────────────────────────────────────────────
def test_the_common_core_is_a_grid_of_lists(opened):
    tab, path, faults = opened
    fresh(tab, path("socle"))
    names = tab.locator("table[data-cells] select").evaluate_all("all => all.map(one => one.name)")
    assert len(names) == 2 * 51
    held = {name: tab.input_value(f'[name="{name}"]') for name in names[:6]}

    def shown(*wanted: str) -> list[str]:
        return [tab.input_value(f'[name="{name}"]') for name in wanted]

    # arrows move and change nothing, a letter chooses, and it is saved
    at(tab, names[0])
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowRight")
    assert (here(tab), shown(*names[:6])) == (names[3], [*held.values()])
    tab.keyboard.press("e")
    assert shown(names[3]) == ["fhir"]
    saved(tab)
    # F2 opens the list and Enter keeps a word of it
    tab.keyboard.press("F2")
    tab.wait_for_function("document.activeElement.matches(':open')")
    tab.keyboard.press("Home")
    tab.keyboard.press("Enter")
    expect(tab.locator(f'[name="{names[3]}"]')).to_have_value("")
    tab.wait_for_function("!document.activeElement.matches(':open')")
    tab.keyboard.press("Control+z")
    tab.keyboard.press("Control+z")
    assert shown(names[3]) == [held[names[3]]]
    # the words of a sheet, in both languages; what is none of them changes nothing
    at(tab, names[0])
    tab.evaluate(PASTE, "Brut\texposé en FHIR\r\nRaw\tà venir\r\n\tStructuré\r\n")
    assert shown(*names[:6]) == ["raw", "fhir", "raw", held[names[3]], "", "structured"]
    assert said(tab) == "5 cases collées. 1 valeur ne correspond à aucun des cinq états : non collée."
    assert tab.evaluate(COPY) == f"Brut\tExposé en FHIR\nBrut\t{word(tab, names[3])}\n\tStructuré"
    tab.keyboard.press("Control+d")
    assert shown(*names[:6]) == ["raw", "fhir"] * 3
    tab.keyboard.press("Control+z")
    tab.keyboard.press("Control+z")
    assert (said(tab), shown(*names[:6])) == ("Annulé : 5 cases.", [*held.values()])
    saved(tab)
    tab.goto(path("socle"))
    assert shown(*names[:6]) == [*held.values()]
    assert faults == []


def word(tab: Tab, name: str) -> str:
    return tab.locator(f'[name="{name}"]').evaluate("one => one.selectedOptions[0].label")


def test_13_7_what_a_gesture_does_in_the_common_core_survives_a_reload(opened):
    tab, path, faults = opened
    fresh(tab, path("socle"))
    names = tab.locator("table[data-cells] select").evaluate_all("all => all.map(one => one.name)")

    def choose(tab: Tab, name: str, stage: str) -> None:
        tab.locator(f'[name="{name}"]').select_option(stage)

    for now in (names[0], names[2]):  # a target is not below what is there
        choose(tab, now, "")
    survives(tab, names[1], names[3], {"first": "raw", "second": "structured", "typed": "fhir"}, choose)
    assert faults == []
