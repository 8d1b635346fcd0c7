"""The books as pages, files and API tell them, now and at any instant: the same cents, in words, each figure opening what it sums."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from edsh_portal import clock
from edsh_portal.templatetags.portal import paris_instant
from funding import actions, books
from funding.models import Account, Entry, Posting
from funding.statement import KINDS, called
from tests.funding.test_views import get, rows, text

FIGURE = re.compile(r'href="(\?[^"]+)"[^>]*>([\d \-]+,\d\d)<')


def cents(written: str) -> int:
    return int(written.replace(" ", "").replace(",", ""))


@pytest.fixture
def lived(money, set_clock):
    """Two conventions; an advance paid, an instalment ordered then taken back, a recovery, a later envelope: a day between each."""
    first, second = money.contracted()
    c, day = money.cast, clock.now()

    def tomorrow() -> None:
        nonlocal day
        day += timedelta(days=1)
        set_clock(day, frozen=True)

    paid = money.plan(first, 100_000_01)
    money.pay(paid)
    tomorrow()
    other = money.plan(second, 20_000_00)
    actions.certify(other, by=c.emma)
    actions.order(other, by=c.olivier)
    tomorrow()
    actions.cancel_order(other, reason="RIB à corriger", by=c.farid)
    tomorrow()
    money.recover(first.share, cents=40_000_00)
    return money


def replayed(at):
    """{code: cents} from the entries alone, in Python."""
    held = {}
    for entry in Entry.objects.filter(posting__at__lte=at).select_related("source", "target"):
        held[entry.source.code] = held.get(entry.source.code, 0) - entry.cents
        held[entry.target.code] = held.get(entry.target.code, 0) + entry.cents
    return held


def instants():
    return sorted(set(Posting.objects.values_list("at", flat=True)))


def test_what_stood_at_any_instant_is_what_its_entries_sum_to(lived):
    """Just before, at, and just after each operation; by account, by family, by beneficiary, by convention."""
    accounts = Account.objects.all()
    for at in [moment + timedelta(microseconds=shift) for moment in instants() for shift in (-1, 0, 1)]:
        expected = replayed(at)
        told = {of.code: of for of in books.held(accounts, at)}
        assert {code: of.cents for code, of in told.items() if of.moves} == expected
        sums = {}
        for code, held in expected.items():
            family = code.split(":")[0]
            sums[family] = sums.get(family, 0) + held
        assert books.by_family(accounts, at) == sums
        owned = accounts.filter(share__isnull=False)
        for column in ("share", "share__establishment"):
            by = books.by_owner(owned, column, at)
            for family in books.COLUMNS:
                assert sum(of[family] for of in by.values()) == sums.get(family, 0), (column, family)
    assert len(instants()) >= 4
    assert {of.code: of.cents for of in books.held(accounts)} == {of.code: of.cents for of in told.values()}
    assert books.by_family(accounts) == sums


def test_an_account_is_called_by_its_step_its_owner_and_its_instalment(lived):
    names = {of.family: called(of) for of in Account.objects.for_list()}
    assert names["ae.certified"] == "Certifié · CHU de Brest · Avance n° 1"
    assert names["ae.reserved"] == "Réservé · ODH"
    assert names["ae.available"] == "Autorisations d’engagement disponibles"
    assert names["cp.paid"] == "Crédits de paiement consommés · CHU de Rennes · exercice 2023"


def test_settled_accounts_are_folded_and_the_file_says_what_the_page_says(lived, client):
    page = get(client, lived.cast.emma, "accounts")
    held = {of.code: of.cents for of in books.held(Account.objects.all())}
    settled = sum(not amount for amount in held.values())
    assert settled > 3 and f"Afficher aussi {settled} comptes soldés" in text(page)
    assert {row["account"].code for row in page.context["rows"]} == {code for code, amount in held.items() if amount}
    for query, expected in (({}, {code: amount for code, amount in held.items() if amount}), ({"settled": "on"}, held)):
        sheet = rows(get(client, lived.cast.emma, "accounts_file", "csv", **query))
        assert {row[1]: cents(row[6]) for row in sheet[1:]} == expected


@pytest.mark.parametrize("by", ["beneficiary", "convention"])
def test_each_figure_by_owner_opens_the_accounts_that_it_sums(lived, client, by):
    """Now and at each day of the past; the total is the sum of the rows, and of the accounts that it opens."""
    for at in [None, *{moment.date(): moment for moment in instants()}.values()]:
        query = {"by": by} | ({"as_of": at.astimezone(clock.PARIS).strftime("%Y-%m-%dT%H:%M:%S")} if at else {})
        page = get(client, lived.cast.emma, "accounts", **query)
        figures = [(url.replace("&amp;", "&"), cents(shown)) for url, shown in FIGURE.findall(text(page))]
        assert len(figures) >= 6, query
        for url, shown in figures:
            opened = client.get(reverse("funding:accounts") + url)
            assert sum(row["account"].cents for row in opened.context["rows"]) == shown, (url, query)
        whole = {figure["label"]: figure["cents"] for figure in page.context["whole"]}
        for label, total in whole.items():
            parts = [f["cents"] for row in page.context["rows"] for f in row["figures"] if f["label"] == label]
            assert sum(parts) == total


def test_a_statement_stops_at_its_instant(lived, client):
    account = Account.objects.get(code__startswith="ae.paid:", share__establishment__name="CHU de Rennes")
    moments = list(account.entries_in.values_list("posting__at", flat=True))
    assert called(account) == "Payé · CHU de Rennes"
    query = {"as_of": moments[0].astimezone(clock.PARIS).strftime("%Y-%m-%dT%H:%M:%S")}
    for asked, expected in ((query, ["100000,01"]), ({}, ["-40000,00", "100000,01"])):
        page = get(client, lived.cast.aude, "account", account.code, **asked)
        assert (
            page.context["account"].cents
            == sum(row["cents"] for row in page.context["rows"])
            == page.context["rows"][0]["after"]
        )
        sheet = rows(get(client, lived.cast.aude, "account_file", account.code, "csv", **asked))
        assert [row[7] for row in sheet[1:]] == expected
    said = text(get(client, lived.cast.aude, "account", account.code, **query))
    assert (
        f"Soldes tels qu’ils étaient le {paris_instant(moments[0])}".replace("\u202f", " ").replace("\xa0", " ") in said
    )


def test_the_journal_holds_every_operation_and_its_file_every_entry(lived, client):
    page = get(client, lived.cast.olivier, "journal")
    assert (
        page.context["page"].paginator.count == Posting.objects.count() == 13
    )  # four openings, the award twice, seven of its life
    sheet = rows(get(client, lived.cast.olivier, "journal_file", "csv"))
    assert len(sheet) - 1 == Entry.objects.count()
    held = {}
    for row in sheet[1:]:
        held[row[9]] = held.get(row[9], 0) - cents(row[12])
        held[row[11]] = held.get(row[11], 0) + cents(row[12])
    assert held == replayed(clock.now())
    for query, kinds in (
        ({"kind": "recover"}, ["recover"]),
        ({"text": "brest"}, ["cancel_order", "order", "certify"]),
        ({"since": "2023-05-13"}, ["recover"]),
        ({"since": "2023-05-11", "until": "2023-05-11"}, ["order", "certify"]),
    ):
        shown = [row["posting"].kind for row in get(client, lived.cast.olivier, "journal", **query).context["rows"]]
        assert shown == kinds, query
        sheet = rows(get(client, lived.cast.olivier, "journal_file", "csv", **query))
        assert list(dict.fromkeys(row[4] for row in sheet[1:])) == [KINDS[kind] for kind in kinds]
    assert get(client, lived.cast.olivier, "journal_file", "csv", kind="gift").status_code == 400


def test_an_operation_opens_its_act_its_people_its_document_and_its_accounts(lived, client):
    c = lived.cast
    recovery = Posting.objects.get(kind="recover")
    page = text(get(client, c.olivier, "posting", recovery.pk))
    assert "Titre de reversement : 40 000,00 €" in page
    assert f"proposé par {recovery.act.proposed_by}, approuvé par {recovery.act.decided_by}" in page
    assert reverse("dashboards:act", args=[recovery.act_id]) in page
    for entry in recovery.entries.all():
        for account in (entry.source, entry.target):
            assert f'href="{reverse("funding:account", args=[account.code])}">{called(account)}</a>' in page
    paid = Posting.objects.get(kind="pay")
    page = text(get(client, c.farid, "posting", paid.pk))
    assert "Paiement : 100 000,01 €" in page and "Farid" in page
    assert reverse("funding:instalment", args=[paid.instalment_id]) in page
    assert reverse("funding:convention", args=[paid.share.convention.pk]) in page
    assert get(client, c.farid, "posting", 10**6).status_code == 404
    assert get(client, c.alice, "posting", paid.pk).status_code == 403


def test_the_api_tells_a_balance_as_it_was(lived, client):
    client.force_login(lived.cast.aude)
    for at in instants():
        asked = {"as_of": at.isoformat().replace("+00:00", "Z"), "page_size": 200}
        found = client.get("/api/v1/ledger/balances/", asked).json()["results"]
        assert {row["code"]: row["cents"] for row in found if row["entry_count"]} == replayed(at)
        entries = client.get("/api/v1/ledger/entries/", asked).json()["results"]
        assert len(entries) == Entry.objects.filter(posting__at__lte=at).count()
    refused = client.get("/api/v1/ledger/balances/", {"as_of": "2023-05-12T10:00:00"})
    assert refused.status_code == 400 and "fuseau" in refused.json()["errors"]["as_of"][0]


def test_an_address_that_names_nobody_finds_nothing(lived, client):
    assert get(client, lived.cast.emma, "accounts", establishment="999999").status_code == 404
    assert get(client, lived.cast.emma, "accounts", share="x").status_code == 404
    page = get(client, lived.cast.emma, "accounts", as_of="hier")
    assert page.status_code == 200 and "Indiquez un jour et une heure" in text(page)
    assert get(client, lived.cast.emma, "accounts_file", "csv", as_of="hier").status_code == 400
