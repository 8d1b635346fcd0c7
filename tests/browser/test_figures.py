"""Every amount of every page of the money opens, in a real Chromium, down to entries of the ledger; where it opens on accounts or on
payments, their sum is the amount (issue on the euros, « Shows » 8)."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve, reverse

from tests.applications.world import examined
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.window import Window
from tests.funding import stage as made
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


def test_8_every_figure_of_the_money_opens_down_to_its_entries(driven, db, set_clock):
    set_clock(made.NOW, frozen=True)
    money = made.build()
    first, _second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    examined()
    advance = money.pay(money.plan(first, 100_000_00))
    money.recover(first.share, cents=25_000_00, ground="term")

    def of(name: str, *args) -> str:
        return reverse(f"funding:{name}", args=args)

    pages = [
        of("envelope"), of("accounts"), of("accounts") + "?by=beneficiary", of("accounts") + "?by=convention", of("journal"),
        of("payments"), of("conventions"), of("convention", first.pk), of("grant", first.share.grant_id), of("instalment", advance.pk),
    ]  # fmt: skip
    with served() as here, context(driven, here.base_url) as session:
        window = Window(session)
        window.held_by(browser(money.cast.emma), here.base_url)
        walk = Walk(here, window)
        walk.from_all(pages)
        window.leave()
    assert walk.shut == []
    assert walk.differs == []
    assert walk.sums > 10
    assert walk.blind() == set()
