"""« Payé » is one figure: what was paid, and what is left of it once claimed back, are the same cents on every page, in every file and
in the API, before and after a recovery (issue on the euros, « Shows » 8)."""

import re

import pytest
from django.urls import reverse

from dashboards import figures
from funding import books
from funding.models import Account
from tests.funding.test_views import cents_of, get, rows, text

PLAIN = r"([0-9 ]+,[0-9]{2})"


def cents(said: str) -> int:
    return cents_of(re.sub(r"[ €]", "", said))


def told(page: str, label: str) -> int:
    """The figure under this word, in a list of figures."""
    found = re.search(rf"<dt>{label}</dt>\s*<dd>\s*(?:<a[^>]*>)?\s*{PLAIN}", page)
    assert found, label
    return cents(found[1])


def cells(page: str, label: str) -> list[int]:
    """The figures of a column, by the word that a narrow screen puts before each."""
    return [cents(one) for one in re.findall(rf'data-label="{label}">\s*(?:<a[^>]*>)?\s*{PLAIN}', page)]


def paid(client, money, convention) -> dict[str, int]:
    """What left the State's account for this beneficiary, wherever it is said."""
    c, share = money.cast, convention.share
    listed = text(get(client, c.emma, "conventions"))
    file = rows(get(client, c.emma, "payments_file", "csv", state="paid"))
    at = file[0].index("montant (€)")
    client.force_login(c.emma)
    api = client.get(reverse("api-instalments-list"), {"state": "paid"}).json()["results"]
    [line] = [row for row in figures.funding_by_source(money.call) if row["code"] == share.line.code]
    return {
        "convention": told(text(get(client, c.emma, "convention", convention.pk)), "Payé"),
        "convention, its beneficiary": told(text(get(client, c.sophie, "convention", convention.pk)), "Payé"),
        "conventions": sum(cells(listed, "Payé")),
        "award": told(text(get(client, c.emma, "grant", share.grant_id)), "Payé"),
        "award, its shares": sum(cells(text(get(client, c.emma, "grant", share.grant_id)), "Payé")[:-1]),
        "payments, as a file": sum(cents_of(row[at]) for row in file[1:]),
        "instalments, by the API": sum(row["cents"] for row in api),
        "dashboard": line["paid_cents"],
        "dashboard, its years": sum(year["paid_cents"] for year in line["years"]),
        "envelope, its years": sum(cells(text(get(client, c.emma, "envelope")), "Payé")),
    }


def kept(client, money, convention) -> dict[str, int]:
    """The same, once what is claimed back is taken away."""
    c, share = money.cast, convention.share
    label = "Payé, reversements déduits"
    held = Account.objects.get(family="ae.paid", share=share)
    file = rows(get(client, c.emma, "accounts_file", "csv", family="ae.paid", share=share.pk))
    client.force_login(c.emma)
    api = client.get(reverse("api-ledger-balances-list"), {"family": "ae.paid"}).json()["results"]
    statement = rows(get(client, c.emma, "account_file", held.code, "csv"))
    return {
        "by beneficiary": cells(text(get(client, c.emma, "accounts", by="beneficiary")), label)[0],
        "by convention": cells(text(get(client, c.emma, "accounts", by="convention")), label)[0],
        "accounts, as a file": sum(cents_of(row[file[0].index("solde (€)")]) for row in file[1:]),
        "statement, as a file": cents_of(statement[1][statement[0].index("solde après (€)")]),
        "balances, by the API": sum(row["cents"] for row in api),
        "envelope": sum(cells(text(get(client, c.emma, "envelope")), f"dont {label[0].lower()}{label[1:]}")),
        "books": books.by_family(Account.objects.filter(share=share))["ae.paid"],
    }


@pytest.mark.parametrize("back", [12_345_67])
def test_8_paid_is_the_same_cents_everywhere_before_and_after_a_recovery(money, client, back):
    [convention] = [money.convention(share) for share in money.grant(brest=0).shares.all()]
    money.pay(money.plan(convention, 123_456_78))
    assert set(paid(client, money, convention).values()) == {123_456_78}
    assert set(kept(client, money, convention).values()) == {123_456_78}
    money.recover(convention.share, cents=back, ground="term")
    assert set(paid(client, money, convention).values()) == {123_456_78}
    assert set(kept(client, money, convention).values()) == {123_456_78 - back}
    page = text(get(client, money.cast.sophie, "convention", convention.pk))
    assert told(page, "Reversements demandés") == back
