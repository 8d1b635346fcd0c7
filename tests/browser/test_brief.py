"""The brief of who signs, in a real Chromium at 1280 and 320 px: what is asked and the act are in sight at once, and by keyboard."""

import pytest

from tests.browser.driver import chromium, context
from tests.pages import BY_NAME, Places
from tests.processes import running, staged

pytestmark = pytest.mark.browser
MOST_TABS = 12
# Where the focus is, and whether something stands over it: its own words, or those that cover it.
FOCUS = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect();
    const over = document.elementFromPoint(box.left + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 20) / 2);
    return {words: e.textContent.trim(), seen: box.top >= 0 && box.bottom <= innerHeight && (e.contains(over) || over.contains(e))};
}"""


@pytest.fixture(scope="module")
def stage():
    """{width: sophie's window} on the dossier that she deposits again."""
    name, files = staged("open")
    with chromium() as browser, running(name, files=files, names=("web",), webs=1) as portal:
        places = Places(portal.database)

        def opened(width: int):
            tab = context(browser, portal.base_url, places.email("sophie"), width=width).new_page()
            tab.goto(places.path(BY_NAME["submit"]))
            return tab

        yield opened


@pytest.mark.parametrize("width", [1280, 320])
def test_13_8_what_is_asked_and_the_act_are_in_sight_without_a_scroll(stage, width):
    tab = stage(width)
    height = tab.viewport_size["height"]
    act = tab.get_by_role("button", name="Déposer le dossier")
    asked = tab.locator("main .lead")
    assert asked.inner_text().startswith("Vous demandez")
    first, last = asked.bounding_box(), act.bounding_box()
    assert first["y"] >= 0 and first["y"] + first["height"] <= last["y"], (first, last)
    assert last["y"] + last["height"] <= height, (last, height)
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert act.is_visible() and tab.evaluate("document.scrollingElement.scrollWidth") <= width
    # A whole dossier unfolded: the act stays where it was.
    tab.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true), scrollTo(0, 0)")
    assert act.bounding_box()["y"] + act.bounding_box()["height"] <= height


@pytest.mark.parametrize("width", [1280, 320])
def test_13_8_the_act_is_reached_by_keyboard_and_covers_nothing_that_has_the_focus(stage, width):
    tab, tabs = stage(width), 0
    while tab.evaluate(FOCUS)["words"] != "Aller au dépôt":
        tab.keyboard.press("Tab")
        tabs += 1
        assert tabs <= MOST_TABS
    tab.keyboard.press("Enter")
    assert tab.evaluate(FOCUS) == {"words": "Déposer le dossier", "seen": True}
    tab.evaluate("document.querySelector('main').focus()")
    hidden = []
    for _stop in range(80):
        tab.keyboard.press("Tab")
        here = tab.evaluate(FOCUS)
        if not here["seen"]:
            hidden.append(here["words"])
        if here["words"] == "Déposer le dossier":
            break
    assert here["words"] == "Déposer le dossier" and hidden == []
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/versions/2/")
