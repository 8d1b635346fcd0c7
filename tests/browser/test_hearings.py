"""Hearings laid out, solved, moved and sent without a script, then read by those who come: at 1280 and 320 px, axe on each page."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from demo.cast import DOMAIN
from tests.browser.driver import chromium, context, follow, press
from tests.browser.test_pages import AXE, FAULTS
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")
MEMBERS = [f"expert{n:02}" for n in range(1, 9)]


def look(tab: Tab, name: str) -> None:
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            tab.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
    tab.set_viewport_size({"width": 1280, "height": 900})


def checked(tab: Tab, name: str) -> None:
    """Of a page with scripts: nothing wider than a phone, no fault of axe."""
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    look(tab, name)
    tab.evaluate(AXE.read_text())
    assert tab.evaluate(FAULTS, None) == []


def test_15_7_hearings_from_the_first_slot_to_the_agenda():
    with portal_of_its_own("deliberation", names=("web", "default")) as portal, chromium() as browser:
        jean = context(browser, portal.base_url, f"jean@{DOMAIN}", scripts=False).new_page()
        jean.goto("/jury/1/salle/")
        for member in MEMBERS:
            jean.fill("[name=person]", f"{member}@{DOMAIN}")
            press(jean, "Nommer au jury")
        driss = context(browser, portal.base_url, f"driss@{DOMAIN}", width=1280, scripts=False).new_page()
        driss.goto("/jury/1/auditions/")
        look(driss, "hearings-none")
        follow(driss, "Créneaux et salles")
        driss.fill("[name=blocks]", "13/12/2098 9:00-12:00\n13/12/2098 14:00-17:00\n14/12/2098 9:00-12:00")
        driss.fill("[name=venues]", "Salle Laennec\nVisioconférence https://visio.invalid/jury")
        driss.fill("[name=minutes]", "30")
        look(driss, "hearings-frame")
        press(driss, "Enregistrer")
        press(driss, "Proposer un programme")
        with_scripts = context(browser, portal.base_url, width=1280, beside=driss.context).new_page()
        with_scripts.goto("/jury/1/auditions/")  # it asks again by itself until the worker has answered
        expect(with_scripts.get_by_text("c’est prouvé")).to_be_visible(timeout=60_000)
        checked(with_scripts, "hearings-solved")
        driss.goto("/jury/1/auditions/")
        reference = driss.locator("td strong").first.inner_text()
        follow(driss, f"Déplacer {reference}")
        look(driss, "hearings-moving")
        press(driss, driss.get_by_role("button", name="Échanger").last)
        assert re.search(rf"{reference}.*décembre 2098", driss.locator("#messages").inner_text())
        with_scripts.goto("/jury/1/auditions/absences/")
        checked(with_scripts, "hearings-absences")
        driss.goto("/jury/1/auditions/envoyer/")
        look(driss, "hearings-send")
        press(driss, "Envoyer")
        expect(driss.locator("#messages")).to_contain_text("annoncées")
        with_scripts.goto("/jury/1/auditions/")
        checked(with_scripts, "hearings-sent")
        with portal.database.connect("auditor") as line:
            row = line.execute(
                "SELECT u.email, a.reference FROM reviews_summoned d JOIN reviews_summons s ON s.id = d.summons_id"
                " JOIN applications_application a ON a.id = s.application_id JOIN directory_user u ON u.id = d.person_id"
                " WHERE d.side = 'team' ORDER BY d.id LIMIT 1"
            ).fetchone()
            (member,) = line.execute(
                "SELECT u.email FROM reviews_summoned d JOIN directory_user u ON u.id = d.person_id WHERE d.side = 'jury' LIMIT 1"
            ).fetchone()
        applicant = context(browser, portal.base_url, row[0], width=1280).new_page()
        applicant.goto(f"/dossiers/{row[1]}/")
        expect(applicant.get_by_role("heading", name="Audition devant le jury")).to_be_visible()
        checked(applicant, "hearings-applicant")
        with applicant.expect_download() as got:
            applicant.get_by_role("link", name=re.compile("Ajouter à mon agenda")).click()
        assert got.value.suggested_filename == f"audition-{row[1]}.ics"
        sits = context(browser, portal.base_url, member, width=1280).new_page()
        sits.goto("/auditions/")
        checked(sits, "hearings-member")
        sits.goto("/accueil/")
        look(sits, "hearings-home")
