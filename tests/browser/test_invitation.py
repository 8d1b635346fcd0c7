"""An invitation is accepted as it reaches whoever it is for: from the mail, in a browser that has never seen the portal, wide and narrow.

Each kind: a colleague by a signatory, a person of an establishment and one of the State by an administrator, somebody who has an account;
a partner, a delegate, a person who has forgotten their password.
"""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

from demo import texts
from demo.cast import PASSWORD as THEIRS
from tests.browser.driver import WIDTHS, chromium, context, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PASSWORD = "une phrase assez longue 22"
VALMONT = "SELECT {} FROM directory_establishment WHERE name = 'CHU fictif de Valmont'"
ALICE = "SELECT full_name FROM directory_user WHERE email = 'alice@edsh.example'"
DELEGATED = "address = 'alice@edsh.example' AND strpos(body, '/delegations/') > 0"
WELCOME = "Bienvenue. Votre accès est ouvert."


@pytest.fixture(scope="module")
def place() -> Iterator[Any]:
    with portal_of_its_own("open", names=("web", "default")) as portal, chromium() as browser:
        tabs: dict[str, Tab] = {}

        def tab(who: str) -> Tab:
            if who not in tabs:
                tabs[who] = context(browser, portal.base_url, f"{who}@edsh.example").new_page()
            return tabs[who]

        yield SimpleNamespace(portal=portal, browser=browser, tab=tab)


def only(portal, statement: str, *values: str):
    with portal.database.connect("auditor") as line:
        ((value,),) = line.execute(statement, values).fetchall()
    return value


def sent(tab: Tab, address: str, **chosen: str) -> None:
    """The form of an invitation, filled and sent."""
    tab.fill("[name=email]", address)
    tab.fill("[name=full_name]", "Nour Nouvelle")
    for name, value in chosen.items():
        field = tab.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(tab, tab.locator("main form button.button-main"))
    tab.get_by_text("L’invitation part").wait_for()


def followed(place, address: str, link: str, width: int) -> Tab:
    """The link of the one mail that bears it, followed in a fresh window."""
    letters = f"FROM mail WHERE address = '{address}' AND strpos(body, '{link}') > 0"
    place.portal.wait_until(f"SELECT count(*) {letters}", 1)
    body = only(place.portal, f"SELECT body {letters}")
    window = context(place.browser, place.portal.base_url, width=width).new_page()
    window.goto(re.search(rf"https?://\S+{link}\S*", body)[0])
    return window


def opened(place, address: str, width: int) -> Tab:
    """An invitation: its secret has left the address."""
    window = followed(place, address, "/invitation/", width)
    assert window.url == f"{place.portal.base_url}/invitation/"
    return window


def comes_in(window: Tab) -> None:
    window.fill("[name=password]", PASSWORD)
    window.fill("[name=again]", PASSWORD)
    window.get_by_role("button", name="Accepter l’invitation").dblclick()  # an impatient hand
    window.get_by_text(WELCOME).wait_for()
    assert window.locator(".masthead").get_by_text("Nour Nouvelle").count() == 1


def signs_in(window: Tab, address: str, password: str = THEIRS) -> None:
    window.fill("[name=email]", address)
    window.fill("[name=password]", password)
    press(window, window.locator("main form button"))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_colleague(place, width):
    sophie, address = place.tab("sophie"), f"colleague.{width}@edsh.example"
    sophie.goto(f"/annuaire/etablissements/{only(place.portal, VALMONT.format('id'))}/")
    sophie.get_by_role("link", name=re.compile("Inviter")).first.click()
    sent(sophie, address, kind="writer")
    comes_in(opened(place, address, width))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["signatory", "expert"])
def test_from_an_administrator(place, kind, width):
    adam, address = place.tab("adam"), f"{kind}.{width}@edsh.example"
    adam.goto("/annuaire/invitations/nouvelle/")
    asked = (
        {"role": kind}
        if kind == "expert"
        else {"establishment": only(place.portal, VALMONT.format("finess")), "kind": kind}
    )
    sent(adam, address, **asked)
    comes_in(opened(place, address, width))


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_who_has_an_account(place, width):
    adam, address = place.tab("adam"), {1440: "zoe@edsh.example", 320: "bruno@edsh.example"}[width]
    adam.goto("/annuaire/invitations/nouvelle/")
    sent(adam, address, role="expert")
    window = opened(place, address, width)
    window.get_by_role("link", name="Se connecter pour accepter").click()
    signs_in(window, address)
    press(window, "Accepter l’invitation")
    window.get_by_text(WELCOME).wait_for()


# ── links that lead to what is to be answered ────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("width", WIDTHS)
def test_a_partner(place, width):
    alice = place.tab("alice")
    alice.goto("/dossiers/nouveau/")
    alice.locator("[name=coordinator]").select_option(label="CHU fictif de Valmont")
    alice.fill("[name=acronym]", f"LIEN-{width}")
    press(alice, alice.locator("main form button.button-main"))
    alice.wait_for_url("**/dossiers/EDSH-*/")
    root = alice.url
    alice.goto(f"{root}consortium/?q=Rivebelle")
    press(alice, "Inviter CH fictif de Rivebelle")
    alice.get_by_text("Invitation envoyée aux personnes").wait_for()
    path = root.removeprefix(place.portal.base_url)
    window = followed(place, "bruno@edsh.example", f"{path}consortium/", width)
    signs_in(window, "bruno@edsh.example")
    press(window, "Rejoindre le consortium")
    window.get_by_text("Votre établissement fait partie du consortium").wait_for()
    assert window.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_delegation(place, width):
    sophie, valmont = place.tab("sophie"), only(place.portal, VALMONT.format("id"))
    far = 0 if width == WIDTHS[0] else 10
    first, last = (
        only(place.portal, f"SELECT ((portal_now() AT TIME ZONE 'Europe/Paris')::date + {days})::text")
        for days in (far, far + 5)
    )
    sophie.goto(f"/delegations/{valmont}/donner/")
    sophie.locator("[name=delegate]").select_option(label=only(place.portal, ALICE))
    sophie.fill("[name=first_on]", first)
    sophie.fill("[name=last_on]", last)
    act = {"name": "acte.pdf", "mimeType": "application/pdf", "buffer": texts.page(f"Délégation {width}")}
    sophie.set_input_files("[name=file]", act)
    press(sophie, sophie.locator("main form button.button-main"))
    sophie.get_by_text("La délégation est enregistrée.").wait_for()
    if far:  # one letter each, to the same person: the second is awaited, then followed
        place.portal.wait_until(f"SELECT count(*) FROM mail WHERE {DELEGATED}", 2)
        window = context(place.browser, place.portal.base_url, width=width).new_page()
        window.goto(
            re.search(
                r"https?://\S+/delegations/\S+", only(place.portal, f"SELECT max(body) FROM mail WHERE {DELEGATED}")
            )[0]
        )
    else:
        window = followed(place, "alice@edsh.example", f"/delegations/{valmont}/", width)
    signs_in(window, "alice@edsh.example")
    assert window.locator("main").get_by_text("Alice").count() > 0 and f"/delegations/{valmont}/" in window.url
    assert window.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_forgotten_password(place, width):
    address = {1440: "bruno@edsh.example", 320: "zoe@edsh.example"}[width]
    window = context(place.browser, place.portal.base_url, width=width).new_page()
    window.goto("/connexion/")
    window.get_by_role("link", name="Mot de passe oublié ?").click()
    window.fill("[name=email]", address)
    press(window, "Recevoir le lien")
    window.get_by_text("Consultez votre messagerie").wait_for()
    window = followed(place, address, "/nouveau-mot-de-passe/", width)
    assert window.url == f"{place.portal.base_url}/nouveau-mot-de-passe/"
    window.fill("[name=password]", PASSWORD)
    window.fill("[name=again]", PASSWORD)
    window.get_by_role("button", name="Changer le mot de passe").dblclick()
    window.get_by_text("connectez-vous").first.wait_for()
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    signs_in(window, address, PASSWORD)
    window.get_by_role("heading", name="Bonjour").wait_for()
