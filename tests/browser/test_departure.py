"""C10, C12: what is left and taken back, asked before the deposit, and the annex as it would be: by mouse, wide and at 320 px."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

from tests.browser.driver import WIDTHS, chromium, context, follow, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
REFERENCE = "SELECT reference FROM applications_application WHERE acronym = '{}'"


@pytest.fixture(scope="module")
def place() -> Iterator[Any]:
    with portal_of_its_own("open", names=("web",)) as portal, chromium() as browser:

        def window(who: str, width: int) -> Tab:
            return context(browser, portal.base_url, f"{who}@edsh.example", width=width).new_page()

        yield SimpleNamespace(portal=portal, window=window)


def reference(place, acronym: str) -> str:
    with place.portal.database.connect("auditor") as line:
        return str(line.execute(REFERENCE.format(acronym)).fetchone()[0])


def fits(tab: Tab, name: str) -> None:
    """Nothing is wider than the window."""
    width = tab.viewport_size["width"]  # type: ignore[index]
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= width, f"{name} scrolls sideways at {width} px"


def opened(alice: Tab, acronym: str) -> None:
    alice.goto("/dossiers/nouveau/")
    alice.locator("[name=coordinator]").select_option(index=1)
    alice.fill("[name=acronym]", acronym)
    press(alice, "Créer le dossier")


@pytest.mark.parametrize("width", WIDTHS)
def test_13_12_a_draft_is_doubled_asked_about_left_and_taken_up_again(place, width):
    acronym, alice = f"BROUILLON{width}", place.window("alice", width)
    opened(alice, acronym)
    alice.get_by_text("est créé").wait_for()
    opened(alice, acronym.lower())
    alice.get_by_text("Ce dossier est peut-être déjà ouvert").wait_for()
    assert alice.get_by_role("checkbox", name="Ouvrir un second dossier de même acronyme").is_visible()
    fits(alice, "the second draft")
    follow(alice, f"Ouvrir le dossier {reference(place, acronym)}")

    follow(alice, "Poser une question au service instructeur")
    follow(alice, "Écrire un message")
    alice.fill("[name=subject]", f"GCS {width}")
    alice.fill("[name=text]", "Un GCS peut-il coordonner ?")
    press(alice, "Envoyer le message")
    alice.get_by_text("Votre message est envoyé.").wait_for()
    driss = place.window("driss", width)
    driss.goto("/accueil/")
    follow(driss, "Questions posées avant le dépôt")
    fits(driss, "the questions")
    follow(driss, f"GCS {width}")
    driss.fill("[name=text]", "Oui.")
    press(driss, "Envoyer le message")
    driss.get_by_text("Votre message est envoyé.").wait_for()
    fits(driss, "the exchange")

    home = f"/dossiers/{reference(place, acronym)}/"
    assert driss.goto(home).status == 404
    alice.goto(home)
    follow(alice, "Abandonner ce brouillon")
    fits(alice, "the abandonment")
    press(alice, "Abandonner ce brouillon")
    alice.get_by_text("est abandonné.").wait_for()
    alice.locator("summary", has_text="abandonné").click()
    fits(alice, "the folded line")
    assert alice.goto(home).status == 404
    alice.goto("/accueil/")
    alice.locator("summary", has_text="abandonné").click()
    follow(alice, f"Reprendre le brouillon {acronym}")
    fits(alice, "the return")
    press(alice, "Reprendre le brouillon")
    alice.get_by_text("est repris.").wait_for()
    assert alice.url.endswith(home)


@pytest.mark.parametrize("width", WIDTHS)
def test_13_12_a_withdrawal_is_taken_back(place, width):
    sophie, home = place.window("sophie", width), f"/dossiers/{reference(place, 'VALMONT')}/"
    sophie.goto(home)
    follow(sophie, "Retirer le dossier")
    sophie.fill("[name=reason]", "Par erreur.")
    press(sophie, "Retirer le dossier")
    sophie.get_by_text("est retiré.").wait_for()
    fits(sophie, "the dossier withdrawn")
    follow(sophie, "Annuler le retrait")
    sophie.fill("[name=reason]", "Retiré par erreur.")
    fits(sophie, "the return")
    press(sophie, "Annuler le retrait")
    sophie.get_by_text("est annulé.").wait_for()
    assert sophie.get_by_role("link", name="Retirer le dossier").is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_13_10_the_annex_as_it_would_be_is_a_download_away(place, width):
    alice = place.window("alice", width)
    alice.goto(f"/dossiers/{reference(place, 'VALMONT')}/pieces/")
    fits(alice, "the pieces")
    with alice.expect_download() as file:
        alice.get_by_role("link", name="Voir l’annexe telle qu’elle serait (XLSX)").click()
    assert file.value.suggested_filename == f"annexe-{reference(place, 'VALMONT')}.xlsx"
