"""Listing 12 dossiers by keyboard: keys and pages counted; the refused, the stale, the phone, and no script at all."""

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from demo.cast import DOMAIN
from tests.browser.driver import chromium, context, press
from tests.browser.test_pages import AXE, FAULTS
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


def shot(tab: Tab, name: str) -> None:
    for width in (1440, 1280, 320):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        if SHOTS:
            tab.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    tab.set_viewport_size({"width": 1280, "height": 900})


@pytest.fixture(scope="module")
def sitting():
    with portal_of_its_own("deliberation", names=("web",)) as portal, chromium() as browser:
        yield portal, browser


def listed(portal) -> list[str]:
    with portal.database.connect("auditor") as line:
        rows = line.execute("SELECT list FROM reviews_rankingline ORDER BY rank").fetchall()
    return [value for (value,) in rows]


class Keys:
    """A keyboard that counts."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.pressed = tab, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.tab.keyboard.press(key)
            self.pressed += 1


def test_15_8_twelve_dossiers_are_listed_on_one_page_by_keys(sitting):
    portal, browser = sitting
    jean = context(browser, portal.base_url, f"jean@{DOMAIN}", width=1280).new_page()
    loads: list[str] = []
    jean.on("framenavigated", lambda frame: loads.append(frame.url))
    jean.goto("/jury/1/")
    count = jean.locator("tr[data-line]").count()
    assert count >= 12, count
    shot(jean, "ranking")
    keys = Keys(jean)
    keys.press("ArrowDown")
    keys.press("p", 7)
    keys.press("c", 3)
    keys.press("n", 2)
    left = f"{count - 12}"
    expect(jean.locator(".figures dd").last).to_have_text(re.compile(rf"^\s*{left}\s*$"))
    print(f"12 dossiers listed: {keys.pressed} keys, {len(loads)} page")
    assert listed(portal)[:12] == ["main"] * 7 + ["reserve"] * 3 + ["not_selected"] * 2
    assert (keys.pressed <= 14, len(loads)) == (True, 1)
    keys.press("Shift+P")  # past two that are not selected and have no reason yet
    expect(jean.locator(".error-summary")).to_contain_text("mieux classé, serait écarté sans motif")
    jean.evaluate(AXE.read_text())
    assert jean.evaluate(FAULTS, None) == []
    shot(jean, "ranking-listed")


def test_15_8_a_refusal_is_told_where_it_is_and_another_chair_s_choice_is_met(sitting):
    portal, browser = sitting
    jean = context(browser, portal.base_url, f"jean@{DOMAIN}", width=1280).new_page()
    other = jean.context.new_page()
    for tab in (jean, other):
        tab.goto("/jury/1/")
    row = jean.locator("tr[data-line]").first
    row.locator("a").first.focus()
    jean.keyboard.press("n")
    expect(jean.locator("[aria-invalid=true]")).to_be_focused()
    assert row.locator("input:checked").get_attribute("value") == "main"  # a refused choice is not shown as made
    shot(jean, "ranking-refused")
    jean.keyboard.type("Hors du champ.")
    row.locator("input[value=not_selected]").check()
    expect(jean.locator("[data-told]")).to_contain_text("1 dossier classé")
    first = other.locator("tr[data-line]").first
    first.locator("a").first.focus()
    other.keyboard.press("c")
    expect(other.locator(".error-summary")).to_contain_text("a changé pendant que vous écriviez")
    assert listed(portal)[0] == "not_selected"
    jean.context.close()


def test_15_8_the_lists_without_a_script(sitting):
    portal, browser = sitting
    jean = context(browser, portal.base_url, f"jean@{DOMAIN}", width=320, scripts=False).new_page()
    jean.goto("/jury/1/")
    rows = jean.locator("tr:has(input[name^=list_])")
    last = rows.nth(11)
    last.locator("input[value=reserve]").check()
    last.locator("summary").click()
    last.locator("textarea").fill("Projet à reprendre.")
    rows.nth(10).locator("input[value=reserve]").check()
    press(jean, "Enregistrer les listes")
    assert "2 dossiers classés" in jean.locator("#messages").inner_text()
    assert listed(portal)[10:12] == ["reserve", "reserve"]
    jean.context.close()


def test_15_8_the_room_is_live_and_comes_back(sitting):
    """An act is on the other page within 3 s; a line lost, then a web stopped, cost what they last and nothing else."""
    portal, browser = sitting
    jean = context(browser, portal.base_url, f"jean@{DOMAIN}", width=1280).new_page()
    claire = context(browser, portal.base_url, f"claire@{DOMAIN}", width=1280).new_page()

    jean.goto("/jury/1/salle/")
    jean.fill("[name=person]", f"claire@{DOMAIN}")
    press(jean, "Nommer au jury")
    claire.goto("/jury/1/salle/")
    for tab in (jean, claire):
        press(tab, "Signaler mon arrivée")
    press(jean, "Dossier suivant")
    expect(claire.locator("#room")).to_contain_text("EDSH-1-0001", timeout=3000)
    claire.context.set_offline(True)
    expect(claire.locator("[data-live]")).to_contain_text("Connexion perdue", timeout=6000)
    jean.fill("[name=text]", "Retenir ce dossier.")
    jean.fill("[name=cents]", "7 000 000,00")
    press(jean, "Ouvrir le vote")
    claire.context.set_offline(False)
    expect(claire.locator("#room")).to_contain_text("Retenir ce dossier.", timeout=6000)
    portal.supervisor.processes["web"].signal_group(signal.SIGKILL)
    portal.supervisor.wait("web", 20)
    press(claire, "Pour")
    expect(jean.locator("#room")).to_contain_text("1 voix exprimée", timeout=15_000)
    press(jean, "Pour")
    shot(jean, "room-vote")
    press(jean, "Fermer le vote")
    expect(claire.locator("#room")).to_contain_text("2 pour, 0 contre", timeout=6000)
    claire.evaluate(AXE.read_text())
    assert claire.evaluate(FAULTS, None) == []
    shot(claire, "room")
