"""An invitation is accepted as it reaches whoever it is for: from the mail, in a browser that has never seen the portal, wide and narrow.

Each kind: a colleague by a signatory, a person of an establishment and one of the State by an administrator, somebody who has an account.
"""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

from demo.cast import PASSWORD as THEIRS
from tests.browser.driver import WIDTHS, chromium, context
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PASSWORD = "une phrase assez longue 22"
VALMONT = "SELECT {} FROM directory_establishment WHERE name = 'CHU fictif de Valmont'"
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
    tab.locator("main form button.button-main").click()
    tab.get_by_text("L’invitation part").wait_for()


def opened(place, address: str, width: int) -> Tab:
    """The link of the mail, followed in a fresh window: its secret has left the address."""
    letters = f"FROM mail WHERE address = '{address}' AND strpos(body, '/invitation/') > 0"
    place.portal.wait_until(f"SELECT count(*) {letters}", 1)
    body = only(place.portal, f"SELECT body {letters}")
    window = context(place.browser, place.portal.base_url, width=width).new_page()
    window.goto(re.search(r"https?://\S+/invitation/\S+", body)[0])
    assert window.url == f"{place.portal.base_url}/invitation/"
    return window


def comes_in(window: Tab) -> None:
    window.fill("[name=password]", PASSWORD)
    window.fill("[name=again]", PASSWORD)
    window.get_by_role("button", name="Accepter l’invitation").dblclick()  # an impatient hand
    window.get_by_text(WELCOME).wait_for()
    assert window.locator(".masthead").get_by_text("Nour Nouvelle").count() == 1


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
    window.fill("[name=email]", address)
    window.fill("[name=password]", THEIRS)
    window.locator("main form button").click()
    window.get_by_role("button", name="Accepter l’invitation").click()
    window.get_by_text(WELCOME).wait_for()
