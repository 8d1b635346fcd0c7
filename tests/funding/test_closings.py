"""The end of a fiscal year: what lapses, what is carried, what stays; nothing afterwards; and what pages and files say of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from edsh_portal import acts
from edsh_portal.events import record
from edsh_portal.workflow import Refused
from funding import actions, books, closings, ledger
from funding.models import Account, Closing, Entry, Posting
from funding.statement import KINDS
from funding.verify import verify_acts_of_money, verify_ledger
from funding.views.books import HEADS
from tests.funding import stage as made
from tests.funding.test_views import get, post, rows, text
from tests.funding.world import KIND, approved
from tests.test_budgets import MOST_QUERIES, counted

M = 1_000_000_00
JANUARY = datetime(2024, 1, 15, 9, tzinfo=UTC)
REPORT = {"report": "Arrêté de report n° 12", "reported_on": date(2024, 1, 10)}


@pytest.fixture
def ended(money, set_clock):
    """2023 ends on 30 M€ of France 2030 and 20 M€ of the ONDAM: 1 M€ engaged on the first, of which 100 000,01 € paid."""
    first, _second = money.contracted()
    money.pay(money.plan(first, 100_000_01))
    set_clock(JANUARY, frozen=True)
    return money


def close(money, carried=None, **more):
    """By finance and the direction."""
    asked = actions.propose_closing(money.call, 2023, carried=carried or {}, by=money.cast.olivier, **more)
    return acts.approve(asked, by=money.cast.dora)


def refusal(code, money, carried=None, year=2023, **more):
    with pytest.raises(Refused) as caught:
        actions.propose_closing(money.call, year, carried=carried or {}, by=money.cast.olivier, **more)
    assert caught.value.code == code
    return caught.value


def test_what_is_not_used_lapses_and_what_is_engaged_stays(ended):
    fr, ondam = ended.lines["FR2030"], ended.lines["ONDAM"]
    before = ledger.summary(fr)
    close(ended)
    after = ledger.summary(fr)
    assert {name: after[name] - before[name] for name in ("available", "lapsed", "engaged", "paid")} == {
        "available": -29 * M, "lapsed": 29 * M, "engaged": 0, "paid": 0,
    }  # fmt: skip
    assert after["cp"][2023] == {
        "opened": 12 * M, "brought": 0, "available": 0, "ordered": 0, "paid": 100_000_01, "carried": 0,
        "lapsed": 12 * M - 100_000_01,
    }  # fmt: skip
    assert after["cp"][2024] == before["cp"][2024]
    assert ledger.summary(ondam)["lapsed"] == 20 * M
    (of,) = [of for of in closings.outlook(ended.call, 2023, JANUARY) if of.line == fr]
    assert (of.due, of.ae_lapsing, of.cp_lapsing) == (M - 100_000_01, 29 * M, 12 * M - 100_000_01)
    assert list(verify_ledger()) == list(verify_acts_of_money()) == []


def test_a_dated_act_carries_in_whole_or_part(ended):
    fr, ondam = ended.lines["FR2030"], ended.lines["ONDAM"]
    close(ended, {fr.pk: (9 * M, 1_000_00), ondam.pk: (20 * M, 8 * M)}, **REPORT)
    stands, other = ledger.summary(fr), ledger.summary(ondam)
    assert (stands["available"], stands["lapsed"]) == (9 * M, 20 * M)
    assert (other["available"], other["lapsed"], other["cp"][2023]["lapsed"]) == (20 * M, 0, 0)
    assert {year: (of["brought"], of["carried"]) for year, of in other["cp"].items()} == {
        2023: (0, 8 * M), 2024: (8 * M, 0), 2025: (0, 0),
    }  # fmt: skip
    assert other["cp"][2024]["available"] == 7 * M + 8 * M
    for of in (*stands["cp"].values(), *other["cp"].values()):
        assert (
            of["opened"] + of["brought"] == of["available"] + of["ordered"] + of["paid"] + of["carried"] + of["lapsed"]
        )
    assert stands["opened"] == stands["available"] + stands["reserved"] + stands["engaged"] + stands["lapsed"]
    assert [p.kind for p in Posting.objects.filter(line=fr, year=2024).order_by("pk")] == ["expire_ae", "expire_cp", "carry_cp"]  # fmt: skip
    assert set(Closing.objects.values_list("report", "reported_on")) == {tuple(REPORT.values())}
    assert list(verify_ledger()) == list(verify_acts_of_money()) == []


def test_the_money_of_an_operator_follows_its_own_dated_setting(ended):
    fr = ended.lines["FR2030"]
    ended.set_ceiling(fr, "kept", 10_000, source="Convention État-opérateur fictive")
    close(ended)
    stands = ledger.summary(fr)
    assert (stands["available"], stands["lapsed"], stands["cp"][2023]["lapsed"]) == (29 * M, 0, 0)
    assert stands["cp"][2024]["brought"] == 12 * M - 100_000_01
    assert ledger.summary(ended.lines["ONDAM"])["lapsed"] == 20 * M
    assert list(verify_ledger()) == []


@given(unused=st.integers(0, 10**12), rate=st.integers(0, 10_000), asked=st.integers(0, 10**12))
def test_what_lapses_and_what_is_carried_are_the_whole(unused, rate, asked):
    from types import SimpleNamespace

    of = closings.Outlook(
        line=SimpleNamespace(pk=1, label="L"), year=2023, ae_opened=unused, ae_engaged=0, paid=0, due=0, ae_before=0, ae_unused=unused,
        ae_left=unused, cp_opened=0, cp_brought=0, cp_paid=0, cp_ordered=0, cp_unused=0, kept_bp=rate, closing=None,
    )  # fmt: skip
    kept = unused * rate // 10_000
    if kept + asked > unused:
        with pytest.raises(Refused):
            actions.closing._line(of, asked, 0)
        return
    told = actions.closing._line(of, asked, 0)
    assert told["ae_lapsed"] + told["ae_carried"] == unused and told["ae_carried"] == kept + asked
    assert min(told["ae_lapsed"], told["ae_carried"]) >= 0


def test_what_is_reserved_must_be_carried(money, set_clock):
    money.grant(engaged=False)
    set_clock(JANUARY, frozen=True)
    fr = money.lines["FR2030"].pk
    refused = refusal("L01", money, {fr: (M - 1, 0)}, **REPORT)
    assert refused.field == f"ae_{fr}" and "1 000 000,00 €" in refused.message.replace("\u202f", " ").replace(
        "\xa0", " "
    )
    close(money, {fr: (M, 0)}, **REPORT)
    assert (ledger.summary(fr)["available"], ledger.summary(fr)["reserved"]) == (0, M)


def test_what_was_engaged_since_must_be_carried(money, set_clock):
    set_clock(JANUARY, frozen=True)
    money.grant()
    fr = money.lines["FR2030"].pk
    refusal("L01", money, {fr: (M - 1, 0)}, **REPORT)
    close(money, {fr: (M, 0)}, **REPORT)
    assert (ledger.summary(fr)["available"], ledger.summary(fr)["lapsed"]) == (0, 29 * M)


def test_what_is_refused_before_an_act_is_proposed(ended, set_clock):
    fr = ended.lines["FR2030"].pk
    refusal("L05", ended, year=2024)
    refusal("L05", ended, year=2022)
    assert refusal("L01", ended, {fr: (29 * M + 1, 0)}, **REPORT).field == f"ae_{fr}"
    assert refusal("L01", ended, {fr: (0, 12 * M)}, **REPORT).field == f"cp_{fr}"
    assert refusal("R61", ended, {fr: (1, 0)}).field == "report"
    assert refusal("R61", ended, report="Arrêté", reported_on=date(2024, 1, 10)).field == "report"
    assert refusal("R61", ended, {fr: (1, 0)}, report="Arrêté").field == "reported_on"
    assert refusal("R61", ended, {fr: (1, 0)}, report="Arrêté", reported_on=date(2024, 1, 16)).field == "reported_on"
    close(ended)
    refusal("L05", ended)
    set_clock(datetime(2026, 1, 2, tzinfo=UTC), frozen=True)
    assert "2024" in refusal("L05", ended, year=2025).message


def test_an_order_that_is_not_paid_holds_the_year_open(money, set_clock):
    first, _second = money.contracted()
    instalment = money.plan(first, 1_000_00)
    actions.certify(instalment, by=money.cast.emma)
    actions.order(instalment, by=money.cast.olivier)
    set_clock(JANUARY, frozen=True)
    assert "1 000,00 €" in refusal("L05", money).message.replace("\u202f", " ").replace("\xa0", " ")
    actions.cancel_order(instalment, reason="Exercice terminé", by=money.cast.olivier)
    close(money)
    actions.order(instalment, by=money.cast.olivier)
    actions.pay(instalment, by=money.cast.farid)
    assert ledger.summary(first.share.line)["cp"][2024]["paid"] == 1_000_00


def test_a_closing_lapses_when_what_it_closes_has_changed(ended):
    asked = actions.propose_closing(ended.call, 2023, carried={}, by=ended.cast.olivier)
    ended.set_ceiling(ended.lines["FR2030"], "kept", 10_000, source="Convention")
    with pytest.raises(Refused) as caught:
        acts.approve(asked, by=ended.cast.dora)
    assert caught.value.code == "A03" and not Closing.objects.exists()
    refused = actions.propose_closing(ended.call, 2023, carried={}, by=ended.cast.dora)
    with pytest.raises(Refused) as caught:
        acts.approve(refused, by=ended.cast.dora)
    assert caught.value.code == "A04"


# ── the walls ────────────────────────────────────────────────────────────────────────────────────────────────────────
def posted(money, movement, **says):
    """By an act of two people that says this movement, of its kind, approved now."""
    kind = KIND[movement["kind"]]
    with transaction.atomic():
        by = money.cast.farid if kind == "ledger.reverse" else money.cast.dora
        act = approved(kind, money.cast.olivier, by, movement, **says)
        return ledger.carry(act, movement)


def refused_by_the_wall(code, money, movement, **more):
    with pytest.raises(Refused) as caught:
        posted(money, movement, **more)
    assert caught.value.code == code, movement


def test_nothing_is_written_in_a_closed_year_and_what_lapsed_never_comes_back(ended):
    fr = ended.lines["FR2030"]
    close(ended, {fr.pk: (M, M)}, **REPORT)
    moved = {p.kind: p.pk for p in Posting.objects.filter(line=fr)}
    for kind in ("expire_ae", "expire_cp", "carry_cp"):
        refused_by_the_wall("L06", ended, ledger.reverse(posting=moved[kind], reason="erreur"))
    refused_by_the_wall(
        "L05", ended, ledger.reverse(posting=moved["recover" if "recover" in moved else "open_cp"], reason="x")
    )
    refused_by_the_wall("L05", ended, ledger.open_cp(line=fr, years={2023: 1}, act="x"))
    for movement, code in (
        (ledger.expire_ae(line=fr, year=2023, cents=1), "L08"),
        (ledger.expire_cp(line=fr, year=2024, cents=1), "L05"),  # not over
        (ledger.carry_cp(line=fr, year=2023, cents=1), "L08"),
    ):
        refused_by_the_wall(code, ended, movement)
    with pytest.raises(Refused) as caught, transaction.atomic():
        ended.recover(Posting.objects.filter(kind="pay").get().share, cents=1)  # what is paid may be claimed back
        raise Refused("kept out", code="done")
    assert caught.value.code == "done"


def closing_row(money, act, line, **other):
    values = {
        "year": 2023, "act_id": act.pk, "kept_bp": 0, "ae_lapsed_cents": 0, "ae_carried_cents": 0, "cp_lapsed_cents": 0,
        "cp_carried_cents": 0, "closed_at": JANUARY, "line_id": line.pk,
    } | other  # fmt: skip
    return Closing.objects.create(**values)


def told(line, **other):
    return {"line": line.pk, "kept_bp": 0, "ae_lapsed": 0, "ae_carried": 0, "cp_lapsed": 0, "cp_carried": 0} | other


@pytest.mark.parametrize(
    ("says", "row", "state"),
    [
        ({"year": 2023}, {"ae_lapsed_cents": 1}, "EP010"),  # another amount than the act's
        ({"year": 2024}, {"year": 2024}, "ED005"),  # not over
        ({"year": 2023}, {"closed_at": datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC)}, "ED005"),
    ],
)
def test_a_year_is_closed_by_its_act_alone(ended, says, row, state):
    fr = ended.lines["FR2030"]
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act = approved("year.close", ended.cast.olivier, ended.cast.dora, report="", lines=[told(fr)], **says)
        closing_row(ended, act, fr, **row)
    assert caught.value.__cause__.sqlstate == state


def test_years_are_closed_in_order_and_once(ended, set_clock):
    fr = ended.lines["FR2030"]
    set_clock(datetime(2025, 2, 1, tzinfo=UTC), frozen=True)
    late = {"closed_at": datetime(2025, 2, 1, tzinfo=UTC)}

    def state(year):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            act = approved("year.close", ended.cast.olivier, ended.cast.dora, report="", year=year, lines=[told(fr)])
            closing_row(ended, act, fr, year=year, **late)
        return caught.value.__cause__.sqlstate

    assert state(2024) == "ED005"
    close(ended)
    assert state(2023) == "23505"
    acts.approve(actions.propose_closing(ended.call, 2024, carried={}, by=ended.cast.olivier), by=ended.cast.dora)
    assert (state(2023), state(2022)) == ("ED005", "ED005")


def test_a_year_is_not_closed_while_something_is_left_of_it(committed, set_clock):
    """Asked at the end of the transaction, whatever the act says."""
    set_clock(made.NOW, frozen=True)
    money = made.build()
    set_clock(JANUARY, frozen=True)
    fr = money.lines["FR2030"]
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act = approved("year.close", money.cast.olivier, money.cast.dora, report="", year=2023, lines=[told(fr)])
        held = closing_row(money, act, fr)
        record("year.closed", held, by=money.cast.dora)
    assert caught.value.__cause__.sqlstate == "ED005" and not Closing.objects.exists()


def test_a_late_closing_counts_what_the_one_before_it_took(ended, set_clock):
    """2023 is closed in 2025, then 2024: what lapsed of the first does not lapse again with the second."""
    set_clock(datetime(2025, 2, 1, tzinfo=UTC), frozen=True)
    fr = ended.lines["FR2030"].pk
    close(ended, {fr: (5 * M, M)}, report="Arrêté", reported_on=date(2024, 2, 1))
    assert ledger.summary(fr)["cp"][2024]["brought"] == M
    (of,) = [of for of in closings.outlook(ended.call, 2024, datetime(2025, 2, 1, tzinfo=UTC)) if of.line.pk == fr]
    assert (of.ae_unused, of.ae_before, of.cp_unused) == (5 * M, 24 * M, 10 * M + M)
    acts.approve(actions.propose_closing(ended.call, 2024, carried={}, by=ended.cast.olivier), by=ended.cast.dora)
    assert (ledger.summary(fr)["available"], ledger.summary(fr)["lapsed"]) == (0, 29 * M)
    assert list(verify_ledger()) == []


def test_as_of_stays_true_across_a_closing(ended):
    """What stood at the end of the year is told the same after its closing, by account, by family and on the page of the year."""
    end = closings.last_instant(2023)
    whole = Account.objects.all()
    before, families = {of.code: of.cents for of in books.held(whole, end)}, books.by_family(whole, end)
    stood = [(of.ae_engaged, of.due, of.ae_unused, of.cp_unused) for of in closings.outlook(ended.call, 2023, JANUARY)]
    assert before == {of.code: of.cents for of in books.held(whole)}
    close(ended, {ended.lines["FR2030"].pk: (M, M)}, **REPORT)
    assert {of.code: of.cents for of in books.held(whole, end) if of.code in before} == before
    assert {code for code, cents in ((of.code, of.cents) for of in books.held(whole, end)) if cents} <= before.keys()
    assert {f: c for f, c in books.by_family(whole, end).items() if c} == {f: c for f, c in families.items() if c}
    assert [
        (of.ae_engaged, of.due, of.ae_unused, of.cp_unused) for of in closings.outlook(ended.call, 2023, JANUARY)
    ] == stood
    just_before = Posting.objects.filter(kind="expire_ae").earliest("pk").at - timedelta(microseconds=1)
    assert books.by_family(whole, just_before).get("ae.lapsed", 0) == 0
    assert books.by_family(whole)["ae.lapsed"] == 29 * M - M + 20 * M


def test_engaged_money_of_a_closed_year_is_withdrawn_without_coming_back(ended):
    grant = Posting.objects.filter(kind="engage").get().grant
    second = grant.shares.get(establishment=ended.brest)
    close(ended)
    connection.check_constraints()  # the award was engaged long before, by a transaction of its own
    with transaction.atomic():
        act = approved("decision.revoke", ended.cast.victor, ended.cast.dora, withdraws=grant.pk)
        ledger.release(shares={second: 1_00}, reason="void", act=act, by=ended.cast.dora, key="late")
    assert ledger.summary(second.line)["lapsed"] == 29 * M + 1_00
    assert list(verify_ledger()) == []


def test_what_was_brought_is_not_lowered_as_if_the_envelope_had_opened_it(ended):
    """Found by the model: the refusal tells by how much the amount goes beyond what acts opened."""
    ondam = ended.lines["ONDAM"]
    close(ended, {ondam.pk: (0, 8 * M)}, **REPORT)
    with pytest.raises(Refused) as caught:
        posted(ended, ledger.lower_cp(line=ondam, years={2024: 7 * M + 1_00}, act="gel"))
    assert (caught.value.code, caught.value.facts["missing_cents"]) == ("L01", 1_00)
    assert "dépasse de" in caught.value.message


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_version_may_open_again_the_credits_that_lapsed(ended):
    fr = ended.lines["FR2030"]
    close(ended)
    lapsed = 12 * M - 100_000_01
    for more in (0, lapsed):
        shares = [
            (fr, None, 30 * M, True),
            (fr, 2023, 12 * M, True),
            (fr, 2024, 10 * M, True),
            (fr, 2025, 8 * M + more, True),
        ]
        ended.open_envelope(act="Avenant", shares=shares)
    shares[-1] = (fr, 2025, 8 * M + lapsed + 1, True)
    with pytest.raises(Refused) as caught:
        ended.open_envelope(act="Avenant", shares=shares)
    assert caught.value.code == "R61" and "caducs" in caught.value.message


def test_the_page_says_what_the_closing_will_do_then_what_it_did(ended, client):
    c, fr = ended.cast, ended.lines["FR2030"].pk
    assert "À clore" in text(get(client, c.emma, "envelope"))
    page = get(client, c.aude, "closing", 2023)
    shown = text(page)
    assert "29 000 000,00" in shown and "899 999,99" in shown and "Préparer la clôture" not in shown
    assert "Préparer la clôture" in text(get(client, c.olivier, "closing", 2023))
    assert (
        "En cours" in text(get(client, c.emma, "envelope")) and get(client, c.emma, "closing", 2021).status_code == 404
    )
    typed = {
        f"ae_{fr}": "1 000 000,00",
        f"cp_{fr}": "0",
        f"ae_{ended.lines['ONDAM'].pk}": "0",
        f"cp_{ended.lines['ONDAM'].pk}": "0",
    }
    missing = post(client, c.olivier, "close_year", 2023, **typed)
    assert missing.status_code == 422 and "Indiquez l’acte qui reporte" in text(missing)
    assert (
        post(client, c.olivier, "close_year", 2023, **typed, report="Arrêté 12", reported_on="2024-01-10").status_code
        == 302
    )
    assert "La clôture est proposée" in text(get(client, c.emma, "closing", 2023))
    act = acts.waiting("year.close", ended.call)
    said = text(client.get(reverse("dashboards:act", args=[act.pk])))
    assert "28 000 000,00 € caducs, 1 000 000,00 € reportés" in said
    acts.approve(act, by=c.dora)
    shown = text(get(client, c.emma, "closing", 2023))
    assert "Aucune écriture ne peut plus y être passée" in shown and "Arrêté 12, 10 janvier 2024" in shown
    assert str(KINDS["expire_ae"]) in shown
    assert "Clos le" in text(get(client, c.emma, "envelope"))
    for ending in ("csv", "xlsx", "ods"):
        assert get(client, c.emma, "closing_file", 2023, ending).status_code == 200
    sheet = rows(get(client, c.emma, "closing_file", 2023, "csv"))
    assert [
        "France 2030",
        "2023",
        "AE",
        "Caduc à la clôture",
        "28000000,00",
        "clos",
        "Arrêté 12",
        "2024-01-10",
    ] in sheet
    assert get(client, c.alice, "closing", 2023).status_code == 403
    assert get(client, c.driss, "close_year", 2023).status_code == 403


def test_each_figure_of_a_year_opens_what_it_sums(ended, client):
    close(ended, {ended.lines["FR2030"].pk: (M, M)}, **REPORT)
    page = get(client, ended.cast.emma, "closing", 2023)
    opened = 0
    for table in page.context["tables"]:
        for row in table["rows"]:
            for figure in row["figures"]:
                if figure["url"]:
                    found = client.get(figure["url"])
                    if "by=" in figure["url"]:
                        whole = {of["label"]: of["cents"] for of in found.context["whole"]}
                        names = {"Engagé": whole.keys(), "dont payé": {str(HEADS["ae.paid"]), "Reversement demandé"}}
                        due = {"Engagé", "Certifié", "Ordonnancé"}
                        assert (
                            sum(c for n, c in whole.items() if n in names.get(str(figure["label"]), due))
                            == figure["cents"]
                        )
                    opened += 1
    assert opened >= 5
    assert Entry.objects.filter(posting__kind="carry_cp").count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM funding_closing")
        assert cursor.fetchone() == (2,)


def test_the_page_of_a_year_asks_little_whatever_its_life(ended, client):
    get(client, ended.cast.olivier, "closing", 2023)
    with counted() as open_:
        client.get(reverse("funding:closing", args=[2023]))
    close(ended, {ended.lines["FR2030"].pk: (M, M)}, **REPORT)
    with counted() as closed:
        client.get(reverse("funding:closing", args=[2023]))
    assert max(len(open_), len(closed)) <= MOST_QUERIES, "\n".join(closed)
