"""A newcomer whom nobody knows deposits a dossier, from the public page alone: an account is asked for and accepted, a password chosen, the
dossier written, a partner of an establishment where nobody has an account invited, in, and bound, the dossier signed.

By the keyboard in a window of 320 px; what it costs is counted and printed. By the mouse, and in the other windows: `bin/prove deposits`.
"""

import re
import time
from itertools import count

import pytest

from tests.browser.driver import chromium, context, press
from tests.browser.hands import Keyboard
from tests.browser.test_team import written
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PASSWORD = "une phrase assez longue 22"
EMPTY = """SELECT name, finess FROM directory_establishment e WHERE kind = 'public' AND finess IS NOT NULL
   AND NOT EXISTS (SELECT FROM directory_affiliation a WHERE a.establishment_id = e.id) ORDER BY activity DESC, id LIMIT 6"""


class Town:
    """One portal, one browser, one officer at her desk, six establishments where nobody has an account."""

    def __init__(self, portal, browser) -> None:
        self.portal, self.browser = portal, browser
        self.officer = context(browser, portal.base_url, "driss@edsh.example").new_page()
        with portal.database.connect("auditor") as line:
            self.places = line.execute(EMPTY).fetchall()
        self.turns = count()

    def letter(self, address: str, opens: str) -> str:
        """The link of the mail that this address was sent."""
        letters = f"FROM mail WHERE address = '{address}' AND strpos(body, '/{opens}/') > 0"
        self.portal.wait_until(f"SELECT count(*) {letters}", 1)
        with self.portal.database.connect("auditor") as line:
            ((body,),) = line.execute(f"SELECT body {letters}").fetchall()
        return re.search(rf"https?://\S+/{opens}/\S+", body)[0]

    def accepts(self, name: str) -> None:
        self.officer.goto("/accueil/")
        self.officer.get_by_role("link", name=re.compile(name)).click()
        press(self.officer, "Accepter la demande")
        self.officer.get_by_text("La demande est acceptée").wait_for()


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("open", names=("web", "default", "intake")) as portal, chromium() as browser:
        yield Town(portal, browser)


def gets_in(town: Town, hand: Keyboard, address: str, name: str) -> None:
    """From the letter that proves the address to one's home page."""
    hand.page.goto(town.letter(address, "suivi-de-demande"))
    hand.enter(hand.page.get_by_role("button", name="Confirmer ma demande"))
    town.accepts(name)
    hand.page.goto(town.letter(address, "invitation"))
    hand.type(password=PASSWORD, again=PASSWORD)
    hand.save()
    hand.page.get_by_text("Bienvenue. Votre accès est ouvert.").wait_for()
    hand.skip()


def test_13_a_newcomer_deposits_from_the_public_page_alone(town):
    deposits(town, Keyboard, 320)


def deposits(town: Town, hand: type[Keyboard], width: int) -> None:
    turn = next(town.turns)
    began, base_url = time.monotonic(), town.portal.base_url
    nour, max_ = (hand(context(town.browser, base_url, width=width).new_page()) for _who in range(2))
    (here, finess), (there, partner) = town.places[2 * turn : 2 * turn + 2]
    acronym, mine, theirs = f"NOUVEAU-{turn}", f"nour.{turn}@hopital.example", f"max.{turn}@hopital.example"

    nour.page.goto("/")
    nour.skip()
    nour.link("Préparer un dossier")
    nour.type(place=finess, full_name=f"Nour Nouvelle {turn}", function="Directrice de la recherche", email=mine)
    nour.pick("kind", "signatory")
    nour.save()
    gets_in(town, nour, mine, f"Nour Nouvelle {turn}")

    def invites() -> None:
        nour.type(q=partner)
        nour.enter(nour.page.get_by_role("button", name="Chercher"))
        nour.enter(nour.page.get_by_role("link", name="Inviter une personne"))
        nour.type(full_name=f"Max Membre {turn}", email=theirs, function="Directeur général")
        nour.pick("kind", "signatory")
        nour.save()
        nour.page.get_by_text(f"Un courrier part à {theirs}").wait_for()

    root, section = written(nour, base_url, acronym, here, invites)
    gets_in(town, max_, theirs, f"Max Membre {turn}")
    max_.link(acronym)
    max_.enter(max_.page.get_by_role("button", name="Rejoindre le consortium"))
    max_.page.goto("/accueil/")
    max_.link(f"Mandat pour {acronym}")
    max_.enter(max_.page.get_by_role("button", name="Donner le mandat"))
    section("Déposer le dossier")
    nour.enter(nour.page.locator("main").get_by_role("button", name="Déposer le dossier"))
    assert nour.page.url.split("#")[0] == f"{root}versions/1/" and "AR-EDSH-1-" in nour.page.inner_text("main")
    assert nour.unseen | max_.unseen == set()
    print(
        f"\nnewcomer, {hand.__name__.lower()}, {width} px: {nour.acts} links and buttons, {nour.loads} page loads (partner:"
        f" {max_.acts}, {max_.loads}), {time.monotonic() - began:.0f} s",
        flush=True,
    )
