"""Two people write one dossier in two browsers: what each types is saved, seen, kept through a lost line and a lost session."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from demo.cast import DOMAIN, PASSWORD
from tests.browser.driver import chromium, context
from tests.processes import portal_of_its_own
from tests.writers import reference_of

pytestmark = pytest.mark.browser
SAVED = re.compile(r"^Enregistré à \d\d:\d\d:\d\d$")
SHOTS = os.environ.get("PORTAL_SHOTS")


class Writer:
    """A person, and the page of one question in their browser."""

    def __init__(self, browser, portal, name: str, width: int = 1440):
        self.email = f"{name}@{DOMAIN}"
        self.reference = reference_of(portal)
        self.context = context(browser, portal.base_url, self.email, width=width)
        self.page = self.context.new_page()
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))

    def open(self, question: str) -> "Writer":
        self.page.goto(f"/dossiers/{self.reference}/recit/{question}/")
        return self

    @property
    def text(self):
        return self.page.locator("#id_text")

    @property
    def told(self):
        return self.page.locator("[data-saved]")

    def types(self, text: str) -> "Writer":
        self.text.fill(text)
        return self

    def saved(self) -> "Writer":
        expect(self.page.locator("form[data-writing]")).not_to_have_attribute("data-changed", "yes")
        expect(self.told).to_have_text(SAVED)
        return self

    def kept(self) -> list[str]:
        return self.page.evaluate("() => Object.keys(localStorage).filter(name => name.startsWith('edsh/'))")

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def pair():
    with portal_of_its_own("open") as portal, chromium() as browser:
        alice, sophie = Writer(browser, portal, "alice"), Writer(browser, portal, "sophie", width=320)
        yield alice, sophie
        assert alice.broken + sophie.broken == []


def test_two_people_one_dossier(pair):
    alice, sophie = pair
    alice.open("ambition"), sophie.open("ambition")
    alice.types("Un entrepôt pour tout le territoire.").saved()
    expect(sophie.text).to_have_value("Un entrepôt pour tout le territoire.")
    expect(sophie.page.locator("[data-present]")).to_contain_text("Aussi dans cette rubrique")

    # the line is lost: said at once, kept in the browser, sent from the next page that opens
    alice.context.set_offline(True)
    alice.types("Un entrepôt pour tout le territoire, sans silo.")
    expect(alice.told).to_contain_text("Non enregistré depuis")
    alice.shot("offline")
    assert alice.kept() == [
        f"edsh/{alice.page.locator('form[data-person]').get_attribute('data-person')}/{alice.reference}/answers.ambition"
    ]
    alice.page.close()
    alice.context.set_offline(False)
    alice.page = alice.context.new_page()
    alice.open("ambition").saved()
    assert alice.text.input_value() == "Un entrepôt pour tout le territoire, sans silo."
    assert alice.kept() == []

    # two texts meet: both are shown, to both
    expect(sophie.text).to_have_value("Un entrepôt pour tout le territoire, sans silo.")
    sophie.context.set_offline(True)
    sophie.types("Un entrepôt régional pour tout le territoire, sans silo.")
    expect(sophie.told).to_contain_text("Non enregistré depuis")
    alice.types("Un entrepôt pour tout le territoire, sans silo ni doublon.").saved()
    sophie.context.set_offline(False)
    for one in (sophie, alice):
        card = one.page.locator("[data-clash]")
        expect(card.locator("[data-theirs]")).to_have_text("Un entrepôt pour tout le territoire, sans silo ni doublon.")
        expect(card.locator("[data-mine]")).to_have_text("Un entrepôt régional pour tout le territoire, sans silo.")
        one.shot(f"clash-{one.email.partition('@')[0]}")
    merged = "Un entrepôt régional pour tout le territoire, sans silo ni doublon."
    assert sophie.page.locator("[data-clash] textarea").input_value() == merged
    sophie.page.get_by_role("button", name="Enregistrer les deux réunis").click()
    expect(sophie.page.locator("#messages")).to_contain_text("Le texte choisi est enregistré")
    expect(alice.text).to_have_value(merged)
    expect(alice.page.locator("[data-clash]")).to_have_count(0)

    # the session ends in the middle of a word: sign in again in place, nothing typed is lost
    sophie.context.clear_cookies()
    sophie.types(merged + " Suite.")
    box = sophie.page.locator("dialog")
    expect(box).to_be_visible()
    sophie.shot("session")
    box.locator("input[name=email]").fill(sophie.email)
    box.locator("input[name=password]").fill("faux")
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_contain_text("inconnus")
    box.locator("input[name=email]").fill(sophie.email)
    box.locator("input[name=password]").fill(PASSWORD)
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_have_count(0)
    sophie.saved()
    expect(alice.text).to_have_value(merged + " Suite.")

    # the button carries the last word with it
    alice.text.press_sequentially(" Fin")
    alice.page.get_by_role("button", name="Enregistrer", exact=True).click()
    alice.page.wait_for_url("**/recit/quality/")
    expect(sophie.text).to_have_value(re.compile("Fin"))


def test_structured_fields_and_the_last_failure(pair):
    alice, sophie = pair
    for one in pair:
        one.page.goto(f"/dossiers/{one.reference}/identite/")
    alice.page.locator("#id_months").fill("27")
    alice.saved()
    expect(sophie.page.locator("#id_months")).to_have_value("27")
    alice.page.locator("#id_months").fill("deux")
    expect(alice.page.locator("#id_months_field [role=alert]")).to_contain_text("nombre de mois")
    alice.shot("refused")
    alice.page.locator("#id_months").fill("36")
    alice.saved()
    expect(alice.page.locator("#id_months_field [role=alert]")).to_have_count(0)
    sophie.page.get_by_label("Consolider un entrepôt").check()
    expect(alice.page.get_by_label("Consolider un entrepôt")).to_be_checked()
    sophie.page.reload()
    assert sophie.page.locator("#id_months").input_value() == "36"

    # going out leaves nothing in the browser
    alice.context.set_offline(True)
    alice.page.locator("#id_title").fill("Un titre pas encore enregistré")
    expect(alice.told).to_contain_text("Non enregistré depuis")
    assert len(alice.kept()) == 1
    alice.context.set_offline(False)
    alice.page.evaluate("() => localStorage.setItem('edsh/autre', 'x')")
    alice.page.get_by_role("button", name="Se déconnecter").click()
    alice.page.wait_for_url(lambda url: "identite" not in url)
    assert alice.kept() == []
