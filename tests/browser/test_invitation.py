"""An invitation is accepted as it reaches a newcomer: from the mail, in a browser that has never seen the portal."""

import re

import pytest

from tests.browser.driver import WIDTHS, chromium, context
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PASSWORD = "une phrase assez longue 22"
VALMONT = "CHU fictif de Valmont"


def only(portal, statement: str, *values: str):
    with portal.database.connect("auditor") as line:
        ((value,),) = line.execute(statement, values).fetchall()
    return value


@pytest.mark.parametrize("width", WIDTHS)
def test_a_newcomer_comes_in_from_the_mail(width):
    address = f"nour.{width}@edsh.example"
    with portal_of_its_own("open", names=("web", "default")) as portal, chromium() as browser:
        sophie = context(browser, portal.base_url, "sophie@edsh.example").new_page()
        sophie.goto(
            f"/annuaire/etablissements/{only(portal, 'SELECT id FROM directory_establishment WHERE name = %s', VALMONT)}/"
        )
        sophie.get_by_role("link", name=re.compile("Inviter")).first.click()
        sophie.fill("[name=email]", address)
        sophie.fill("[name=full_name]", "Nour Nouvelle")
        sophie.select_option("[name=kind]", "writer")
        sophie.locator("main form button.button-main").click()
        sophie.get_by_text("L’invitation part").wait_for()
        portal.wait_until(f"SELECT count(*) FROM mail WHERE address = '{address}'", 1)
        body = only(portal, "SELECT body FROM mail WHERE address = %s", address)
        newcomer = context(browser, portal.base_url, width=width).new_page()
        newcomer.goto(re.search(r"https?://\S+/invitation/\S+", body)[0])
        newcomer.fill("[name=password]", PASSWORD)
        newcomer.fill("[name=again]", PASSWORD)
        newcomer.get_by_role("button", name="Accepter l’invitation").click()
        newcomer.get_by_text("Bienvenue. Votre accès est ouvert.").wait_for()
        assert newcomer.locator(".masthead").get_by_text("Nour Nouvelle").count() == 1
