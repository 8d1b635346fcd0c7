"""Every amount of every page of the money opens, in a real Chromium, down to entries of the ledger; where it opens on accounts or on
payments, their sum is the amount (issue on the euros, « Shows » 8)."""

import os
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve, reverse

from tests.applications.world import examined
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.window import Window
from tests.funding import stage as made
from tests.funding.test_forecast import lowered
from tests.pressed import browser

pytestmark = pytest.mark.browser
# The amounts of the page, but those of its title and of a drawing, whose table is under it: what is shown, where it leads (its own link, else the first one of its row), whether the link is its own.
AMOUNTS = """() => { const found = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.replace(/\\s/g, ""), at = walk.currentNode.parentElement;
    const amount = text.match(/^(-?[0-9]+,[0-9]{2})€?$/), own = at.closest("a");
    if (!amount || at.closest("h1, p, form, caption, .sr, .notice, .gauge")) continue;
    const row = at.closest("tr, dl.figures > div, dl.summary-list > div"), link = own || (row || at).querySelector("a[href]");
    found.push([amount[1], link ? link.getAttribute("href") : "", own !== null, (row || at).innerText.slice(0, 120)]);
  }
  return found; }"""
ENTRIES = {"funding:account", "funding:posting"}
SUMMED = {
    "funding:accounts": "Solde",
    "funding:payments": "Montant",
    "funding:forecast_rows": "Montant",
}  # pages of rows, and the column that is the figure

PLANNED = "Reste à prévoir"  # a sum of plans: nothing of it is in the ledger yet


def cents(said: str) -> int:
    return int(re.sub(r"[^0-9-]", "", said))


def name_of(path: str) -> str:
    return resolve(urlsplit(path).path).view_name


class Walk:
    """From page to page by the amounts: what opened, what leads where, what does not open, what does not add up."""

    def __init__(self, here, window) -> None:
        self.here, self.window = here, window
        self.leads: dict[str, set[str]] = {}
        self.shut: list[tuple[str, str]] = []
        self.differs: list[tuple[str, int, int]] = []
        self.sums = 0

    def from_all(self, paths: list[str]) -> None:
        waiting, promised = list(paths), dict[str, int]()
        while waiting:
            path = waiting.pop()
            if path in self.leads:
                continue
            amounts = self.open(path, promised.get(path))
            self.leads[path] = set()
            if name_of(path) in ENTRIES:
                continue
            for amount, href, own, row in amounts:
                where = urljoin(path, href)
                if row.startswith(PLANNED):
                    continue
                if not href:
                    self.shut.append((path, row))
                    continue
                if not cents(amount):
                    continue  # nothing was written: what it opens is empty
                self.leads[path].add(where)
                waiting.append(where)
                if own:
                    promised[where] = cents(amount)

    def open(self, path: str, promised: int | None) -> list[tuple[str, str, bool, str]]:
        with self.here.answering():
            answer = self.window.page.goto(self.here.base_url + path)
            assert answer.status == 200, path
            label = SUMMED.get(name_of(path))
            if promised is not None and label:
                cells = self.window.page.locator(f'main td[data-label="{label}"]').all_inner_texts()
                self.sums += 1
                if promised != (summed := sum(map(cents, cells))):
                    self.differs.append((path, promised, summed))
            return self.window.page.evaluate(AMOUNTS)

    def blind(self) -> set[str]:
        """Pages from which no amount leads, by however many steps, to entries."""
        seeing = {path for path in self.leads if name_of(path) in ENTRIES}
        while more := {path for path, there in self.leads.items() if path not in seeing and there & seeing}:
            seeing |= more
        return self.leads.keys() - seeing


@pytest.fixture(scope="module")
def driven():
    with chromium() as started:
        yield started


def supposing(driven, here, client) -> None:
    """What if, without a script: the payments a year later, then credits moved; the rows of the month that lacks."""
    with context(driven, here.base_url, width=1280, scripts=False) as session, here.answering():
        window = Window(session)
        window.held_by(client, here.base_url)
        page = window.page
        page.goto(here.base_url + reverse("funding:forecast"))
        assert "Les crédits manquent en mai 2023 : 50 000,00 €." in said(page)
        pictured(page, "forecast")
        page.locator("summary", has_text="Et si").click()
        page.get_by_label("Tous les versements, décalés de").fill("12")
        pressed(page, "Voir l’effet")
        before, _after, after = said(page).partition("Avec la supposition :")
        assert "Les crédits manquent en mai 2023" in before
        assert after.startswith(" Crédits insuffisants Aucun crédit n’est ouvert pour 2026 ; à verser dès janvier 2026")
        pictured(page, "forecast-supposed")
        page.get_by_label("Tous les versements, décalés de").fill("")
        page.get_by_label("Crédits de paiement", exact=True).select_option("move")
        page.get_by_label("Montant", exact=True).fill("60 000")
        page.get_by_label("Source concernée").select_option(label="France 2030")
        page.get_by_label("Exercice concerné").select_option("2025")
        pressed(page, "Voir l’effet")
        assert "ce changement de crédits en a besoin" in page.inner_text(
            "form.filters"
        ) and "Avec la supposition" not in said(page)
        page.get_by_label("Vers l’exercice", exact=True).select_option("2023")
        pressed(page, "Voir l’effet")
        after = said(page).partition("Avec la supposition :")[2].partition("ONDAM")[0]
        assert "Aucun crédit n’est ouvert pour 2026 ; à verser dès janvier 2026" in after and "mai 2023" not in after
        with page.expect_navigation():
            page.get_by_role("link", name="50 000,00 €").click()
        assert "1 versement : 100 000,00 €" in said(page)
        page.get_by_label("Source", exact=True).select_option(label="ONDAM")
        pressed(page, "Filtrer")
        assert "Aucun versement à venir ne correspond" in said(page)
        page.get_by_label("Source", exact=True).select_option(label="Toutes")
        page.get_by_label("Du mois").fill("2023-01")
        page.get_by_label("Au mois").fill("2027-12")
        pressed(page, "Filtrer")
        assert "versements : 900 000,00 €" in said(page)
        pictured(page, "forecast-rows")
        window.leave()


def said(page) -> str:
    return " ".join(page.inner_text("main").split())


def pressed(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def pictured(page, name: str) -> None:
    if folder := os.environ.get("PORTAL_SHOTS"):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_8_every_figure_of_the_money_opens_down_to_its_entries(driven, db, set_clock):
    set_clock(made.NOW, frozen=True)
    money = made.build()
    first, _second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    examined()
    advance = money.pay(money.plan(first, 100_000_00))
    money.recover(first.share, cents=25_000_00, ground="term")
    lowered(money, 150_000_00)  # of 2023: 100 000 euros are paid, the other advance is to come

    def of(name: str, *args) -> str:
        return reverse(f"funding:{name}", args=args)

    pages = [
        of("envelope"), of("accounts"), of("accounts") + "?by=beneficiary", of("accounts") + "?by=convention", of("journal"),
        of("payments"), of("conventions"), of("convention", first.pk), of("grant", first.share.grant_id), of("instalment", advance.pk),
        of("forecast"), of("forecast_rows"),
    ]  # fmt: skip
    with served() as here, context(driven, here.base_url) as session:
        window = Window(session)
        window.held_by(browser(money.cast.emma), here.base_url)
        walk = Walk(here, window)
        walk.from_all(pages)
        window.leave()
        supposing(driven, here, browser(money.cast.olivier))
    assert walk.shut == []
    assert walk.differs == []
    assert walk.sums > 10
    assert walk.blind() == set()
