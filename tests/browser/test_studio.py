"""The studio in a real Chromium, by the keyboard alone: the cut-off moved, a scenario saved, commented, frozen into proposals."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from decisions.models import Proposal, Scenario
from tests.browser.driver import chromium, context, follow, press
from tests.browser.hands import Keyboard
from tests.browser.served import served
from tests.browser.test_pages import AXE, FAULTS
from tests.browser.window import Window
from tests.crossing import only
from tests.decisions import wide
from tests.pressed import browser

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


@pytest.fixture(scope="module")
def driven():
    with chromium() as opened:
        yield opened


def shot(tab: Tab, name: str) -> None:
    """At two widths, nothing beyond the window; no fault that axe finds."""
    for width in (320, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        if SHOTS:
            tab.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    tab.evaluate(AXE.read_text())
    assert tab.evaluate(FAULTS, None) == []


@pytest.mark.django_db
@pytest.mark.parametrize("scripts", only([True], [True, False]))
def test_16_5_the_cut_off_is_moved_and_proposed_by_the_keyboard_alone(set_clock, driven, scripts):
    world = wide.build(set_clock, 6, 2)
    with served() as here, context(driven, here.base_url, scripts=scripts) as opened:
        window = Window(opened)
        window.held_by(browser(world.driss), here.base_url)
        tab = window.page
        with here.answering():
            tab.goto("/programmation/")
            keys = Keyboard(tab)

            def enter(wanted):
                keys.reach(wanted)
                with tab.expect_navigation():
                    tab.keyboard.press("Enter")

            enter(tab.get_by_role("link", name="Studio : Relève 1"))
            told = tab.locator("label[for=coupe]")
            expect(told).to_have_text("Coupure après 4 dossiers sur 6")
            keys.reach(tab.locator("#coupe"))
            for key, count in (("ArrowRight", 5), ("ArrowRight", 6), ("ArrowLeft", 5)):
                tab.keyboard.press(key)
                if not scripts:
                    enter(tab.get_by_role("button", name="Déplacer la coupure"))
                expect(told).to_have_text(f"Coupure après {count} dossiers sur 6")
                if scripts:
                    expect(tab.locator("#coupe")).to_be_focused()  # the arrows go on
                else:
                    keys.reach(tab.locator("#coupe"))
            if scripts:
                shot(tab, "studio")
            keys.reach(tab.get_by_label("Nom du scénario"))
            tab.keyboard.type("Cinq dossiers")
            enter(tab.get_by_label("Nom du scénario"))
            if scripts:
                shot(tab, "scenario")
            keys.reach(tab.get_by_label("Votre commentaire"))
            tab.keyboard.type("Tient dans les deux sources.")
            enter(tab.get_by_role("button", name="Commenter"))
            expect(tab.locator("main")).to_contain_text("Tient dans les deux sources.")
            enter(tab.get_by_role("link", name="Proposer ces aides"))
            if scripts:
                shot(tab, "freeze")
            keys.reach(tab.get_by_label("Motif de ces aides"))
            tab.keyboard.type("Projet solide.")
            enter(tab.get_by_role("button", name="Proposer 5 aides"))
            expect(tab.locator("#messages")).to_contain_text("5 dossiers sont proposés")
            if scripts:
                shot(tab, "studio-proposed")
        window.leave()
        assert (window.heard, keys.unseen) == ([], set())
    scenario = Scenario.objects.get()
    assert (scenario.name, scenario.cut, scenario.state, Proposal.objects.count()) == ("Cinq dossiers", 5, "frozen", 5)


MOVED_AS_DRAWN = """() => new MutationObserver((_, watch) => {
    const cut = document.getElementById('coupe');
    cut.value = 3;
    cut.dispatchEvent(new Event('change', {bubbles: true}));
    watch.disconnect();
}).observe(document.querySelector('main'), {childList: true, subtree: true})"""


@pytest.mark.django_db
def test_the_cut_off_moved_faster_than_it_is_drawn_ends_where_it_was_left(set_clock, driven):
    world = wide.build(set_clock, 6, 2)
    with served() as here, context(driven, here.base_url) as opened:
        window = Window(opened)
        window.held_by(browser(world.driss), here.base_url)
        tab = window.page
        with here.answering():
            tab.goto("/programmation/releve/1/?coupe=4")
            told = tab.locator("label[for=coupe]")
            tab.locator("#coupe").focus()
            for _ in range(3):
                tab.keyboard.press("ArrowLeft")
            expect(told).to_have_text("Coupure après 1 dossier sur 6")
            tab.evaluate(MOVED_AS_DRAWN)
            tab.keyboard.press("ArrowRight")
            expect(told).to_have_text("Coupure après 3 dossiers sur 6")
            expect(tab).to_have_url(re.compile("coupe=3"))
        window.leave()
        # An answer that is no longer waited for is said by htmx, in the console: nothing else is.
        assert {said.split(",")[0] for said in window.heard} <= {"htmx:afterRequest", "htmx:sendAbort"}


@pytest.mark.django_db
def test_a_row_is_cut_by_the_mouse_and_drawn_member_by_member(set_clock, driven):
    world = wide.build(set_clock, 4, 1)
    with served() as here, context(driven, here.base_url) as opened:
        window = Window(opened)
        window.held_by(browser(world.driss), here.base_url)
        tab = window.page
        with here.answering():
            tab.goto("/programmation/releve/1/")
            tab.get_by_role("link", name="Couper ici").first.click()  # in the page
            expect(tab.locator("label[for=coupe]")).to_have_text("Coupure après 1 dossier sur 4")
            expect(tab).to_have_url(re.compile("coupe=1"))
            follow(tab, "Membres")
            shot(tab, "studio-members")
            tab.goto("/programmation/releve/1/conseil/")
            shot(tab, "advice")
            for name, cut in (("Un", 1), ("Trois", 3)):
                tab.goto(f"/programmation/releve/1/?coupe={cut}")
                tab.get_by_label("Nom du scénario").fill(name)
                press(tab, "Enregistrer ce scénario")
            follow(tab, "Comparer")
            shot(tab, "compare")
            first, second = Scenario.objects.order_by("pk")
            tab.goto(f"/programmation/releve/1/?scenario={second.pk}")
            follow(tab, "Montants")
            shot(tab, "draw")
            tab.get_by_label("Motif pour écarter ce dossier").fill("Renoncement annoncé.")
            press(tab, "Inscrire dans le scénario")
            expect(tab.locator("main")).to_contain_text("Renoncement annoncé.")
            tab.goto(f"/programmation/{world.dossiers[0].reference}/")
        window.leave()
        assert window.heard == []
    assert (first.name, second.asides.count()) == ("Un", 1)
