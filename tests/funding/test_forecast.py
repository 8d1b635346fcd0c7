"""The forecast as pages, files and the API tell it: the same cents as the ledger, at any instant; a shortage said once, ahead; what-if."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail as outbox
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from edsh_portal import clock, events
from edsh_portal.models import Delivery, Event
from funding import actions, forecasts
from funding.forecasting import Supposed
from funding.models import ForecastRun, Shortage
from tests.funding.test_amendments import asked as asked_for
from tests.funding.test_amendments import entered
from tests.funding.test_views import cents_of, get, rows, text
from tests.test_budgets import MOST_QUERIES, counted

M = 1_000_000_00
# What is engaged and not paid, or reserved, by source: apart from what the forecast reads.
DUE = """
  SELECT a.line_id, sum(b.cents) FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
   WHERE a.family IN ('ae.reserved', 'ae.engaged', 'ae.certified', 'ae.ordered') GROUP BY 1 HAVING sum(b.cents) > 0
"""
LEFT = """
  SELECT a.line_id, a.year, sum(b.cents) FROM funding_account a JOIN funding_balance b ON b.account_id = a.id
   WHERE a.family IN ('cp.available', 'cp.ordered') GROUP BY 1, 2
"""


def asked(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def read(money, at=None):
    return forecasts.read(money.call, clock.now(), at)


def by_line(found):
    sums = {}
    for row in found.rows:
        sums[row.line] = sums.get(row.line, 0) + row.cents
    return sums


def told(found, money):
    """(whose, kind, month, cents, why) of every row, in words a reader checks by hand."""
    names = {money.rennes.name: "R", money.brest.name: "B"}
    return [
        (names[found.places[row.share].name], row.kind, f"{row.month // 12}-{row.month % 12 + 1:02d}", row.cents, row.basis)
        for row in found.rows
    ]  # fmt: skip


@pytest.fixture
def lived(money, set_clock):
    """A dossier deposited, of 24 months from January 2023: each thing that may be known of it comes on a day of its own."""
    c, day, seen = money.cast, clock.now(), []

    def tomorrow():
        nonlocal day
        seen.append((clock.now(), read(money)))
        day += timedelta(days=1)
        set_clock(day, frozen=True)

    grant = money.granted(600_000_00, 400_000_01)
    tomorrow()
    first, second = (money.convention(share, months=24) for share in grant.shares.order_by("pk"))
    tomorrow()
    money.pay(money.plan(first, 150_000_00))
    tomorrow()
    interim = actions.plan_instalment(
        second, kind="interim", cents=90_000_00, year=2024, evidence="Rapport", by=c.driss
    )
    tomorrow()
    actions.cancel(interim, reason="Saisi par erreur", by=c.driss)
    ordered = money.plan(second, 100_000_00)
    actions.certify(ordered, by=c.emma)
    tomorrow()
    actions.order(ordered, by=c.olivier)
    tomorrow()
    claim = money.claim(first, {"staff": 200_000_00})
    tomorrow()
    money.accepted(claim, staff=150_000_00)
    tomorrow()
    made = asked_for(money, grant, "duration")
    actions.draft_amendment(made, months=30, by=c.driss)
    entered(money, made)
    money.seen = seen
    return money


def test_what_is_to_come_is_what_the_ledger_holds_engaged(lived):
    found = read(lived)
    assert by_line(found) == dict(asked(DUE))
    assert found.spared == 0
    assert {(of.line, of.year): of.usable - of.paid for of in found.years} == {
        (line, year): left for line, year, left in asked(LEFT)
    }


def test_each_payment_is_dated_by_what_is_known_of_it(lived):
    """24 months, then 30 by the amendment. Rennes: 60 % of the 150 000 euros kept of its statement, its second report, its balance; Brest:
    what is ordered, its two reports as its expenses are (600 000 then 200 000), its balance."""
    assert told(read(lived), lived) == [
        ("R", "interim", "2023-05", 90_000_00, "claim"),
        ("B", "advance", "2023-05", 100_000_00, "ordered"),
        ("B", "interim", "2024-01", 165_000_00, "schedule"),
        ("R", "interim", "2025-01", 240_000_00, "schedule"),
        ("B", "interim", "2025-01", 55_000_00, "schedule"),
        ("R", "balance", "2025-07", 120_000_00, "schedule"),
        ("B", "balance", "2025-07", 80_000_01, "schedule"),
    ]


def test_as_of_is_the_forecast_of_that_instant(lived):
    """What was read on each day is read again from there, whatever has come since."""
    for at, then in lived.seen:
        again = read(lived, at)
        assert (again.rows, again.credits, again.spared) == (then.rows, then.credits, then.spared)
    assert len({then.rows for _at, then in lived.seen}) == len(lived.seen)


def test_an_award_not_notified_yet_is_foreseen_by_its_schedule(money):
    money.grant(engaged=False)
    found = read(money)
    assert by_line(found) == dict(asked(DUE)) == {money.lines["FR2030"].pk: M}
    assert {row.basis for row in found.rows} == {"award"}


def test_once_the_final_aid_is_known_the_rest_is_spared(money):
    first, second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    money.pay(money.plan(first, 100_000_00))
    money.settled(first, 500_000_00)
    found = read(money)
    assert told(found, money)[0] == ("R", "balance", "2023-05", 200_000_00, "claim")
    assert found.spared == 300_000_00
    assert by_line(found) == {line: cents - found.spared for line, cents in asked(DUE)}
    assert second.share.pk in {row.share for row in found.rows}


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
def lowered(money, cents, year=2023):
    """The CP of France 2030 of 2023 or 2024 are brought down to so much; 2025 has the rest."""
    fr, ondam = money.lines["FR2030"], money.lines["ONDAM"]
    years = {2023: 12 * M, 2024: 10 * M} | {year: cents}
    years[2025] = 30 * M - sum(years.values())
    shares = [(fr, None, 30 * M, True), *((fr, y, c, True) for y, c in years.items())]
    shares += [(ondam, None, 20 * M, True), *((ondam, y, c * M, True) for y, c in ((2023, 8), (2024, 7), (2025, 5)))]
    money.open_envelope(act="Crédits abaissés", shares=shares)


def test_the_page_says_the_first_month_that_lacks_and_opens_its_payments(lived, client):
    """340 000 euros are needed of 2023: 150 000 paid, 100 000 ordered, 90 000 of a statement."""
    c, fr = lived.cast, lived.lines["FR2030"].pk
    assert "Les crédits suffisent jusqu’au dernier versement prévu, en juillet 2025" in text(
        get(client, c.emma, "forecast")
    )
    lowered(lived, 300_000_00)
    with counted() as asked_of_it:
        page = get(client, c.emma, "forecast")
    assert len(asked_of_it) <= MOST_QUERIES, "\n".join(one[:120] for one in asked_of_it)
    assert "Les crédits manquent en mai 2023 :" in text(page)
    opened = next(href for href, cents in AMOUNT.findall(text(page)) if cents == "40 000,00 €")
    assert opened == f"{reverse('funding:forecast_rows')}?line={fr}&amp;first=2023-05&amp;last=2023-05"
    listed = get(client, c.emma, "forecast_rows", line=fr, first="2023-05", last="2023-05")
    assert "2 versements : 190 000,00 €" in text(listed)
    assert {"Ordonnancé, à payer", "État des dépenses reçu"} <= set(re.findall(r">([^<>]+)</td>", text(listed)))
    api = client.get("/api/v1/dashboard/forecast/").json()["lines"][0]
    assert api["shortage"] == {"month": "2023-05", "cents": 40_000_00, "year_end_cents": 40_000_00}
    assert [(of["year"], of["usable_cents"], of["paid_cents"], of["to_come_cents"], of["left_cents"]) for of in api["years"]] == [
        (2023, 300_000_00, 150_000_00, 190_000_00, -40_000_00),
        (2024, 10 * M, 0, 165_000_00, 10 * M - 165_000_00),
        (2025, 20 * M - 300_000_00, 0, 495_000_01, 20 * M - 795_000_01),
    ]  # fmt: skip


AMOUNT = re.compile(r'href="([^"]+)"[^>]*>([\d −]+,\d\d €)<')


def test_the_files_say_what_the_page_says(lived, client):
    found = read(lived)
    _head, *lines = rows(get(client, lived.cast.aude, "forecast_file", "csv"))
    told = {(of.line, of.year): of for of in found.years}
    labels = {line.pk: line.label for line in found.lines}
    assert [(line[1], line[2], *map(cents_of, line[3:])) for line in lines] == [
        (labels[of.line], str(of.year), of.opened, of.brought, of.kept, of.gone, of.paid, of.to_come, of.left, *of.months)
        for of in told.values()
    ]  # fmt: skip
    _head, *lines = rows(get(client, lived.cast.aude, "forecast_rows_file", "csv"))
    assert [(line[0], cents_of(line[-1])) for line in lines] == [
        (f"{row.month // 12}-{row.month % 12 + 1:02d}", row.cents) for row in found.rows
    ]
    for ending in ("xlsx", "ods"):
        assert get(client, lived.cast.aude, "forecast_file", ending).status_code == 200
    assert get(client, lived.cast.aude, "forecast_file", "csv", shift="x").status_code == 400
    _head, *then = rows(get(client, lived.cast.aude, "forecast_file", "csv", shift=12))
    supposed = found.supposing(Supposed(shift=12)).years  # 2026 has payments then
    assert [line[0] for line in then] == ["prévision"] * len(told) + ["supposition"] * len(supposed)


def test_what_is_supposed_is_shown_beside_and_never_written(lived, client):
    c, fr = lived.cast, lived.lines["FR2030"]
    lowered(lived, 300_000_00)
    before = Event.objects.count()
    reference = lived.seen[0][1].places[fr.grant_shares.first().pk].reference

    def shown(**asked_of_it):
        return text(get(client, c.dora, "forecast", **asked_of_it))

    own = {"source": fr.pk, "cents": "40 000,00"}
    for what, said in (
        ({"shift": 8}, "Aucun crédit n’est ouvert pour 2026 ; à verser dès mars 2026"),
        ({"of": reference, "put_off": 8}, "Aucun crédit n’est ouvert pour 2026 ; à verser dès mars 2026"),
        ({"of": reference, "left_out": "on"}, "Aucun versement n’est à venir."),
        (
            {"change": "add", "year": 2023, **own},
            "Les crédits suffisent jusqu’au dernier versement prévu, en juillet 2025",
        ),
        (
            {"change": "move", "year": 2025, "to_year": 2023, **own},
            "Les crédits suffisent jusqu’au dernier versement prévu",
        ),
    ):
        then, _when, after = shown(**what).partition("Avec la supposition :")
        assert "Les crédits manquent en mai 2023" in then, what
        assert said in after.partition("</dd>")[0], what
    assert (
        "Les crédits manquent en mai 2023"
        in shown(late_percent=50, late_months=6).partition("Avec la supposition :")[2]
    )
    for wrong in (
        {},
        {"shift": "x"},
        {"change": "add"},
        {"of": "EDSH-9", "left_out": "on"},
        {"put_off": 3},
        {"late_percent": 20},
    ):
        assert "Avec la supposition" not in shown(**wrong), wrong
    assert Event.objects.count() == before


# ── the watch ────────────────────────────────────────────────────────────────────────────────────────────────────────
def work():
    while numbers := list(Delivery.objects.filter(state="todo").order_by("pk").values_list("pk", flat=True)):
        for number in numbers:
            events.run(number)


def test_a_shortage_is_said_once_ahead_and_again_when_it_comes_back(lived, client, set_clock):
    c, fr, day = lived.cast, lived.lines["FR2030"], clock.now()

    def tomorrow():
        nonlocal day
        day += timedelta(days=1)
        set_clock(day, frozen=True)

    assert (actions.watch_credits(), actions.watch_credits()) == (True, False)  # nothing lacks; once a day
    assert not Shortage.objects.exists() and "manque prévu" not in text(client_home(client, c.emma))
    lowered(lived, 100_000_00, 2024)  # 165 000 euros in January 2024, eight months ahead
    tomorrow()
    assert actions.watch_credits() and not Shortage.objects.exists()
    work()
    outbox.outbox.clear()
    with override_settings(SHORTAGE_MONTHS=8):
        for _night in range(3):
            tomorrow()
            assert actions.watch_credits()
            work()
        (held,) = Shortage.objects.all()
        assert (held.line, held.year, held.month, held.cents, held.ended_at) == (
            fr,
            2024,
            date(2024, 1, 1),
            65_000_00,
            None,
        )
        assert sorted(one.to[0].partition("@")[0] for one in outbox.outbox) == ["dora", "emma", "farid", "olivier"]
        assert {one.subject for one in outbox.outbox} == {
            "Crédits de paiement : un manque est prévu en janvier 2024, France 2030"
        }
        for who in (c.emma, c.olivier, c.farid, c.dora):
            assert "Il manquera 65 000,00 € à la fin de 2024, à partir de janvier 2024." in text(
                client_home(client, who)
            )
        lowered(lived, M, 2024)
        tomorrow()
        assert actions.watch_credits()
        held.refresh_from_db()
        assert held.ended_at == day and "manque prévu" not in text(client_home(client, c.emma))
        lowered(lived, 100_000_00, 2024)
        tomorrow()
        assert actions.watch_credits()
    assert list(Event.objects.filter(kind__startswith="shortage.").order_by("pk").values_list("kind", flat=True)) == [
        "shortage.foreseen", "shortage.ended", "shortage.foreseen",
    ]  # fmt: skip
    assert ForecastRun.objects.count() == 7


def client_home(client, user):
    client.force_login(user)
    return client.get(reverse("dashboards:home"))
