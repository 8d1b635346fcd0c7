"""Two people write one dossier in two browsers: what each types is saved, seen, kept through a lost line and a lost session."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from demo.cast import DOMAIN, PASSWORD
from tests.browser.driver import chromium, context, press, sign_out
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
        self.line: list[str] = []
        self.context = context(browser, portal.base_url, self.email, width=width)
        self.page = self.context.new_page()
        self.broken: list[str] = []
        self.context.on("request", lambda asked: self.line.append(f"{time.time():.3f} > {asked.method} {asked.url}"))
        self.context.on("response", lambda said: self.line.append(f"{time.time():.3f} < {said.status} {said.url}"))
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


@pytest.fixture(scope="module")
def desk():
    with portal_of_its_own("open", names=("web",)) as portal, chromium() as browser:
        yield browser, portal


@pytest.fixture
def pair(desk):
    """Two browsers in which nobody has been, on the dossier as the tests before left it."""
    alice, sophie = Writer(*desk, "alice"), Writer(*desk, "sophie", width=320)
    yield alice, sophie
    for one in (alice, sophie):
        print(one.email, *one.line[-60:], sep="\n")  # shown of a test that failed
        one.context.close()
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
    press(sophie.page, sophie.page.get_by_role("button", name="Enregistrer les deux réunis"))
    expect(sophie.page.locator("#messages")).to_contain_text("Le texte choisi est enregistré")
    expect(alice.text).to_have_value(merged)
    expect(alice.page.locator("[data-clash]")).to_have_count(0)

    _the_session_ends(sophie, merged)
    expect(alice.text).to_have_value(merged + " Suite.")

    # the button carries the last word with it
    alice.text.press_sequentially(" Fin")
    press(alice.page, "Enregistrer")
    alice.page.wait_for_url("**/recit/quality/")
    expect(sophie.text).to_have_value(re.compile("Fin"))


def _the_session_ends(sophie, merged: str) -> None:
    """In the middle of a word: sign in again in place, nothing typed is lost. (Off the line, so that the dialog does not come first.)"""
    sophie.context.set_offline(True)
    sophie.types(merged + " Suite.")
    sophie.context.clear_cookies()
    sophie.context.set_offline(False)
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


def test_whoever_only_listens_signs_in_again_and_is_told_no_more_that_it_ended(pair):
    _alice, sophie = pair
    sophie.open("ambition")
    sophie.context.clear_cookies()
    sophie.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    box = sophie.page.locator("dialog")
    expect(sophie.told).to_contain_text("Votre session a expiré")
    box.locator("input[name=email]").fill(sophie.email)
    box.locator("input[name=password]").fill(PASSWORD)
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_have_count(0)
    expect(sophie.told).to_have_text("Connexion retrouvée.")


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
    sign_out(alice.page)
    assert alice.kept() == []


ABOVE = """() => {  // what has the focus in the form is seen below the bar
    const bar = document.querySelector(".writing-bar").getBoundingClientRect(), at = document.activeElement;
    return !at.closest("form[data-writing]") || at.getBoundingClientRect().top >= bar.bottom - 1;
}"""
IN_VIEW = """e => { const at = e.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight
    && e.contains(document.elementFromPoint(at.left + 4, at.top + at.height / 2)); }"""


def test_every_failure_is_in_view_and_nothing_refused_is_lost(pair):
    alice, sophie = pair
    row_buttons(alice)
    refused_text(alice)
    no_line(sophie)


def test_what_others_did_a_session_that_ended_and_a_row_added_then_removed(pair):
    alice, sophie = pair
    answer_lost(alice)
    two_texts(alice, sophie)
    session_over(alice, sophie)
    added_then_removed(alice)


def answer_lost(alice: Writer) -> None:
    """The server saved, the line fell before it could say so: what is typed next, here or back on the page, meets nobody."""
    page, heard = alice.open("quality").page, []

    def lose(route):
        route.fetch()
        heard.extend(save["text"] for save in json.loads(route.request.post_data)["saves"])
        route.abort("connectionreset")

    page.route("**/direct/", lose)
    with page.expect_event("requestfailed", lambda sent: "Un mot" in (sent.post_data or "")):
        alice.types("Un mot")
    expect(alice.told).to_contain_text("Non enregistré depuis")
    with page.expect_event("requestfailed", lambda sent: "Un mot, un autre" in (sent.post_data or "")):
        alice.types("Un mot, un autre")
    page.unroute("**/direct/")
    alice.types("Un mot, un autre, le dernier").saved()
    assert sorted({*heard}) == ["Un mot", "Un mot, un autre"]
    expect(page.locator("[data-clash]")).to_have_count(0)
    page.reload()
    assert alice.text.input_value() == "Un mot, un autre, le dernier"

    # put back as it was, while nothing says that what was typed in between did not arrive
    page.route("**/direct/", lose)
    with page.expect_event("requestfailed", lambda sent: "Un mot de trop" in (sent.post_data or "")):
        alice.types("Un mot de trop")
    expect(alice.told).to_contain_text("Non enregistré depuis")
    alice.types("Un mot, un autre, le dernier")
    page.unroute("**/direct/")
    alice.saved()
    assert alice.kept() == []
    page.reload()
    assert alice.text.input_value() == "Un mot, un autre, le dernier"
    expect(page.locator("[data-clash]")).to_have_count(0)


def row_buttons(alice: Writer) -> None:
    """Each button of a row is its own, and the form of the state of a section is accepted."""
    root = f"/dossiers/{alice.reference}"
    page = alice.page
    for path in (f"{root}/rubriques/", "/accueil/"):
        page.goto(path)
        under = page.evaluate("""() => [...document.querySelectorAll(".task-list :is(button, select, .task-note a)")].filter(e => {
            e.scrollIntoView({block: "center"});
            const at = e.getBoundingClientRect(), top = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
            return !(e === top || e.contains(top) || top.contains(e) && top.matches("label"));
        }).map(e => e.outerHTML.slice(0, 120))""")
        assert under == []
    alice.open("ambition")
    page.get_by_label("État de la rubrique").select_option("check")
    press(page, "Enregistrer l’état")
    expect(page.locator("#messages")).to_contain_text("État de la rubrique enregistré")


def refused_text(alice: Writer) -> None:
    """Too long, and sent all the same: still there, still unsaved, asked about before leaving, and shown on the next page."""
    root = f"/dossiers/{alice.reference}"
    page = alice.page
    assert alice.text.evaluate(
        "e => { e.value = 'a\\nb'; e.dispatchEvent(new Event('input', {bubbles: true})); return e.dataset.limit }"
    )
    limit = int(alice.text.get_attribute("data-limit"))
    expect(page.locator("[data-counter]")).to_have_text(
        re.compile(f"^Encore {(limit - 3) // 1000}.{(limit - 3) % 1000:03}")
    )
    long = "x" * (limit + 500)
    alice.types(long)
    expect(page.locator("#id_text_field .error-message")).to_contain_text("au plus")
    press(page, "Enregistrer")
    expect(page.locator(".error-summary")).to_be_visible()
    assert alice.text.input_value() == long
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    expect(alice.told).to_contain_text("Non enregistré")
    page.goto(f"{root}/recit/quality/")
    assert asked == ["beforeunload"]
    stranded = page.locator("[data-stranded]")
    expect(stranded.locator("textarea")).to_have_value(long)
    alice.shot("stranded")
    assert alice.kept() != []
    stranded.get_by_role("button", name="Effacer de ce navigateur").click()
    expect(stranded).to_have_count(0)
    assert alice.kept() == []
    alice.types("y" * 3_000_000)
    expect(page.locator("#id_text_field .error-message")).to_contain_text("trop long pour être envoyé")
    expect(alice.told).to_contain_text("Non enregistré")
    alice.types("Court.").saved()
    assert alice.kept() == []


def no_line(sophie: Writer) -> None:
    """On a phone without a line: the failure is in view, and the bar hides nothing that has the focus."""
    root = f"/dossiers/{sophie.reference}"
    phone = sophie.page
    phone.goto(f"{root}/identite/")
    sophie.context.set_offline(True)
    phone.locator("#id_title").fill("Sur le quai")
    expect(sophie.told).to_contain_text(re.compile("Non enregistré depuis"))
    phone.get_by_role("button", name="Enregistrer", exact=True).scroll_into_view_if_needed()
    assert sophie.told.evaluate(IN_VIEW)
    if SHOTS:
        phone.screenshot(path=Path(SHOTS) / "phone-offline.png")
    for first, key in (("#id_acronym", "Tab"), ("form[data-writing] .button-main", "Shift+Tab")):
        phone.locator(first).focus()
        for _stop in range(10):
            phone.keyboard.press(key)
            assert phone.evaluate(ABOVE), phone.evaluate("() => document.activeElement.outerHTML.slice(0, 90)")
    sophie.context.set_offline(False)
    sophie.saved()


def two_texts(alice: Writer, sophie: Writer) -> None:
    """Two texts meet: whose is whose; once settled elsewhere, the page says by whom."""
    page = alice.page
    phone = sophie.page
    alice.open("economics"), sophie.open("economics")
    sophie.context.set_offline(True)
    sophie.types("Le texte de Sophie")
    expect(sophie.told).to_contain_text("Non enregistré depuis")
    alice.types("Le texte d’Alice").saved()
    sophie.context.set_offline(False)
    card = phone.locator("[data-clash]")
    expect(card.get_by_role("button", name=re.compile("^Garder le mien, écrit à"))).to_be_visible()
    sophie.shot("card")
    page.get_by_role("button", name=re.compile("^Garder celui écrit par Sophie")).click()
    expect(sophie.told).to_have_text(re.compile(r" a choisi entre les deux textes à \d\d:\d\d:\d\d"))
    expect(card).to_have_count(0)


def session_over(alice: Writer, sophie: Writer) -> None:
    """The session ends: the sign-in that was sent away waits to be called; a plain form waits for it too."""
    root = f"/dossiers/{alice.reference}"
    page = alice.page
    phone = sophie.page
    sophie.context.clear_cookies()
    sophie.types("Un mot de plus")
    box = phone.locator("dialog")
    expect(box).to_be_visible()
    phone.keyboard.press("Escape")
    expect(box).to_have_count(0)
    with phone.expect_response(lambda answer: answer.url.endswith("/direct/"), timeout=40_000):
        pass
    assert box.count() == 0 and sophie.text.input_value() == "Un mot de plus"
    phone.get_by_role("button", name="Se connecter de nouveau").click()
    came_back(box, sophie.email)
    sophie.saved()
    page.goto(f"{root}/messages/nouveau/")
    page.locator("#id_subject").fill("Une question")
    page.locator("#id_text").fill("Un long message.")
    alice.context.clear_cookies()
    page.get_by_role("button", name="Envoyer le message").click()
    came_back(page.locator("dialog"), alice.email)
    page.wait_for_url("**/messages/*/")
    expect(page.locator("main")).to_contain_text("Un long message.")


def added_then_removed(alice: Writer) -> None:
    """What is added is written at once on its own page; what is taken out is asked about first."""
    root = f"/dossiers/{alice.reference}"
    page = alice.page
    page.goto(f"{root}/projets/ajouter/")
    page.locator("#id_title").fill("Projet de trop")
    press(page, "Ajouter")
    page.wait_for_url(re.compile(r"/projets/\d+/$"))
    page.locator("#id_summary").fill("Un résumé qui ne se perd pas.")
    alice.saved()
    page.goto(f"{root}/projets/")
    last = page.locator("main a[data-confirm]").last
    expect(last).to_have_text("Retirer Projet de trop")
    last.click()
    box = page.locator("dialog")
    expect(box).to_contain_text("Retirer le projet « Projet de trop »")
    alice.shot("confirm")
    box.get_by_role("button", name="Retirer").click()
    expect(page.locator("#messages")).to_contain_text("Projet retiré")


def came_back(box, email: str) -> None:
    """Signs in again in the dialog."""
    box.locator("input[name=email]").fill(email)
    box.locator("input[name=password]").fill(PASSWORD)
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_have_count(0)
