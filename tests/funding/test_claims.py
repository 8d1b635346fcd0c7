"""Claims: what a hospital declares, what its accountant certifies, what an officer keeps; the final aid, then balance or recovery."""

import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from edsh_portal import acts
from edsh_portal.intake.examination import Found
from edsh_portal.models import Document
from funding import actions, eligible, ledger
from funding.models import Claim, ClaimLine, Convention, Grant, Instalment, Posting
from tests.applications.world import examined
from tests.database import by_hand
from tests.funding.stage import NOW, build, met, rib
from tests.funding.test_actions import consistent, refused

M = 1_000_000_00
TENTH = 1_000  # basis points

# ── the arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────
CENTS = st.integers(0, 10**11)
LINES = st.dictionaries(st.sampled_from(["staff", "hosting", "services", "travel"]), CENTS, min_size=1)


@given(LINES, LINES, CENTS, CENTS, CENTS)
def test_the_final_aid_holds_under_its_bounds(budget, spent, most, public, others):
    base = sum(budget.values())
    most = min(most, base)
    found = eligible.final(budget, spent, most_cents=most, transfer_bp=TENTH, public_cents=public, others_cents=others)
    assert set(found.kept) == set(spent)
    for name, cents in found.kept.items():
        assert cents == min(spent[name], budget.get(name, 0) * 11 // 10)
    rated = sum(most * cents // base for cents in found.kept.values()) if base else 0
    beside = public + (min(others, others * found.kept_cents // base) if base else 0)
    assert found.aid_cents == max(0, min(most, rated, found.kept_cents - beside))
    assert 0 <= found.aid_cents <= most
    assert found.aid_cents * base <= most * found.kept_cents
    assert found.aid_cents == 0 or found.aid_cents + beside <= found.kept_cents


@given(LINES, LINES, CENTS, CENTS)
def test_a_maximum_that_a_stop_lowers_leaves_the_rate(budget, spent, decided, most):
    decided = min(decided, sum(budget.values()))
    most = min(most, decided)
    before = eligible.final(budget, spent, most_cents=decided, transfer_bp=TENTH)
    after = eligible.final(budget, spent, most_cents=most, decided_cents=decided, transfer_bp=TENTH)
    assert (after.rated_cents, after.aid_cents) == (min(most, before.rated_cents), min(most, before.aid_cents))


@given(LINES, LINES, CENTS, st.sampled_from(["staff", "hosting"]), CENTS)
def test_an_expense_more_never_lowers_the_final_aid(budget, spent, most, name, more):
    most = min(most, sum(budget.values()))
    after = spent | {name: spent.get(name, 0) + more}
    assert (
        eligible.final(budget, after, most_cents=most, transfer_bp=TENTH).aid_cents
        >= eligible.final(budget, spent, most_cents=most, transfer_bp=TENTH).aid_cents
    )


@pytest.mark.parametrize(
    ("spent", "aid"),
    [
        ({"staff": 600, "hosting": 400}, 600),
        ({"staff": 660, "hosting": 340}, 600),  # a tenth more on a line, without an amendment (R39)
        ({"staff": 661, "hosting": 339}, 599),  # a cent beyond does not count
        ({"staff": 660, "hosting": 440}, 600),  # never above the maximum
        ({"staff": 99, "hosting": 99}, 118),  # ⌊59,4⌋ + ⌊59,4⌋
        ({"travel": 500}, 0),  # a line that the budget does not have
    ],
)
def test_the_final_aid_to_the_cent(spent, aid):
    assert eligible.final({"staff": 600, "hosting": 400}, spent, most_cents=600, transfer_bp=TENTH).aid_cents == aid


def test_public_aid_never_passes_the_expense():
    budget = {"staff": 1000}
    assert eligible.final(budget, {"staff": 1000}, most_cents=600, transfer_bp=TENTH, public_cents=400).aid_cents == 600
    assert eligible.final(budget, {"staff": 800}, most_cents=600, transfer_bp=TENTH, public_cents=400).aid_cents == 400
    assert eligible.final(budget, {"staff": 800}, most_cents=600, transfer_bp=TENTH, others_cents=400).aid_cents == 480
    assert eligible.final(budget, {"staff": 300}, most_cents=600, transfer_bp=TENTH, public_cents=400).aid_cents == 0


@given(st.text("0123456789abcdef", min_size=64), st.sets(st.integers(1, 10**6), max_size=80), st.integers(0, 10_000))
def test_a_sample_is_the_one_of_its_seed(seed, keys, share):
    found = eligible.sample(seed, keys, share)
    assert found == eligible.sample(seed, sorted(keys, reverse=True), share)
    assert found <= keys
    assert len(found) == min(len(keys), max(3, (len(keys) * share + 9_999) // 10_000))


# ── from the hospital to the officer ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def signed(money):
    """The convention of Rennes: 600 000 € of aid on 1 M€ of expenses."""
    made = [money.convention(share) for share in money.granted().shares.order_by("pk")]
    examined()
    return made


def test_a_statement_is_written_certified_checked_and_accepted(money, signed):
    c, held = money.cast, signed[0]
    assert actions.subsidised(held) == {"staff": 600_000_00, "hosting": 400_000_00}
    made = actions.open_claim(
        held, starts_on=date(2023, 1, 1), ends_on=date(2023, 3, 31), forecast_cents=50_000_00, by=c.alice
    )
    assert (made.number, made.state, made.base_cents) == (1, "draft", M)
    say = {"category": "staff", "label": "Data engineer", "paid_on": date(2023, 2, 1), "cents": 100_00, "by": c.alice}
    first = actions.add_line(made, **say, **rib())
    second = actions.add_line(made, **(say | {"category": "hosting", "cents": 40_00}), file=first.file)
    third = actions.add_line(made, **say, file=first.file)
    actions.remove_line(third, by=c.alice)
    assert examined() == [True]
    actions.ask_certificate(made, accountant=c.sophie, by=c.alice)
    with pytest.raises(PermissionDenied):
        actions.certify_claim(made, quality="Agent comptable", by=c.alice)
    refused("R81", actions.certify_claim, made, quality=" ", by=c.sophie)
    actions.certify_claim(made, quality="Agent comptable", by=c.sophie)
    assert made.state == "sent"
    assert set(made.lines.filter(sampled=True)) == {first, second}
    with pytest.raises(PermissionDenied):
        actions.check_line(first, eligible_cents=100_00, refusal="", evidence_seen=True, by=c.emma)
    refused("R85", actions.check_line, first, eligible_cents=100_00, refusal="", evidence_seen=False, by=c.driss)
    refused("R81", actions.check_line, first, eligible_cents=100_01, refusal="", evidence_seen=True, by=c.driss)
    refused("W02", actions.check_line, first, eligible_cents=99_00, refusal=" ", evidence_seen=True, by=c.driss)
    actions.check_line(first, eligible_cents=100_00, refusal="", evidence_seen=True, by=c.driss)
    refused("R85", actions.accept_claim, made, by=c.driss)
    actions.check_line(
        second, eligible_cents=30_00, refusal="Facture au nom d’un tiers", evidence_seen=True, by=c.driss
    )
    actions.accept_claim(made, by=c.driss)
    assert (made.state, made.final_cents) == ("accepted", None)
    assert actions.final_of(held).aid_cents == 78_00
    second.refresh_from_db()
    assert (second.refused_cents, second.refusal) == (10_00, "Facture au nom d’un tiers")
    assert consistent()


def test_what_a_statement_may_not_be(money, signed):
    c, held = money.cast, signed[0]
    day = date(2023, 1, 1)
    with pytest.raises(PermissionDenied):
        actions.open_claim(held, starts_on=day, ends_on=day, by=c.bruno)
    assert (
        refused("R81", actions.open_claim, held, starts_on=day, ends_on=date(2022, 12, 31), by=c.alice).field
        == "ends_on"
    )
    assert (
        refused("R81", actions.open_claim, held, starts_on=day, ends_on=date(2023, 5, 11), by=c.alice).field
        == "ends_on"
    )
    made = actions.open_claim(held, starts_on=day, ends_on=date(2023, 1, 31), by=c.alice)
    refused("R81", actions.open_claim, held, starts_on=date(2023, 2, 1), ends_on=date(2023, 2, 28), by=c.alice)
    refused("R81", actions.ask_certificate, made, accountant=c.sophie, by=c.alice)  # it has no line
    say = {"category": "staff", "label": "Poste", "paid_on": day, "cents": 1, "by": c.alice}
    assert refused("R81", actions.add_line, made, **(say | {"category": "travel"}), **rib()).field == "category"
    assert refused("R81", actions.add_line, made, **(say | {"paid_on": date(2023, 2, 1)}), **rib()).field == "paid_on"
    assert refused("R81", actions.add_line, made, **(say | {"cents": 0}), **rib()).field == "cents"
    assert refused("R81", actions.add_line, made, **say).field == "file"
    line = actions.add_line(made, **say, **rib())
    refused("R81", actions.ask_certificate, made, accountant=c.alice, by=c.alice)  # who prepares does not certify
    refused("R81", actions.ask_certificate, made, accountant=c.paula, by=c.alice)  # of another hospital
    actions.note_claim_file_examined(line.file, Found(Document.Scan.REFUSED, refusal={"message": "Abîmé", "of": {}}))
    refused("R81", actions.ask_certificate, made, accountant=c.sophie, by=c.alice)


def test_a_statement_returned_is_corrected_and_its_checks_stay(money, signed):
    c = money.cast
    made = money.claim(signed[0], {"staff": 100_00, "hosting": 50_00})
    staff, hosting = made.lines.order_by("pk")
    seed = made.seed
    actions.check_line(staff, eligible_cents=100_00, refusal="", evidence_seen=True, by=c.driss)
    refused("W02", actions.return_claim, made, reason=" ", by=c.driss)
    actions.return_claim(made, reason="La facture d’hébergement est illisible.", by=c.driss)
    assert (made.state, made.accountant, made.certified_at) == ("draft", None, None)
    assert made.return_reason == "La facture d’hébergement est illisible."
    actions.remove_line(hosting, by=c.alice)
    actions.add_line(
        made, category="hosting", label="Facture lisible", paid_on=date(2023, 1, 2), cents=50_00, by=c.alice, **rib()
    )
    examined()
    actions.ask_certificate(made, accountant=c.sophie, by=c.alice)
    actions.return_claim(made, reason="Je pars en congé.", by=c.sophie)
    actions.ask_certificate(made, accountant=c.sophie, by=c.alice)
    actions.certify_claim(made, quality="Agent comptable", by=c.sophie)
    assert made.seed != seed
    assert [line.to_check for line in made.lines.order_by("pk")] == [False, True]


def test_lines_beyond_the_sample_are_kept_together(money, signed):
    c, held = money.cast, signed[0]
    made = actions.open_claim(held, starts_on=date(2023, 1, 1), ends_on=date(2023, 1, 31), by=c.alice)
    say = {"category": "staff", "paid_on": date(2023, 1, 2), "cents": 1_00, "by": c.alice}
    first = actions.add_line(made, label="Paie 0", **say, **rib())
    for number in range(1, 5):
        actions.add_line(made, label=f"Paie {number}", file=first.file, **say)
    examined()
    actions.ask_certificate(made, accountant=c.sophie, by=c.alice)
    actions.certify_claim(made, quality="Agent comptable", by=c.sophie)
    drawn = {line.pk for line in made.lines.all() if line.sampled}
    assert drawn == eligible.sample(made.seed, made.lines.values_list("pk", flat=True), TENTH)
    assert actions.keep_others(made, by=c.driss) == 2
    refused("R81", actions.keep_others, made, by=c.driss)
    assert {line.pk for line in made.lines.all() if line.to_check} == drawn
    refused("R85", actions.accept_claim, made, by=c.driss)


# ── the end of a convention ──────────────────────────────────────────────────────────────────────────────────────────
def test_the_balance_pays_what_is_left_of_the_final_amount(money, signed):
    first, second = signed
    advance = money.pay(money.plan(first, 100_000_00))
    assert refused("R81", money.plan, first, 1, "balance").field == "kind"  # the final statement is missing
    interim = money.accepted(money.claim(first, {"staff": 300_000_00}))
    plan = {"cents": 80_000_00, "year": 2023, "evidence": "État n° 1", "by": money.cast.driss}
    paid = actions.plan_instalment(first, kind="interim", claim=interim, **plan)
    refused("R81", actions.plan_instalment, second, kind="interim", claim=interim, **plan)
    money.pay(paid)
    final = money.accepted(
        money.claim(first, {"staff": 400_000_00, "hosting": 100_000_00}, final=True, month=2), hosting=0
    )
    assert (final.kept_cents, final.final_cents) == (660_000_00, 396_000_00)  # 700 000 € on a line of 600 000 €: R39
    assert actions.balance_left(first, final) == 216_000_00
    assert refused("R81", money.plan, first, 216_000_01, "balance").facts["excess_cents"] == 1
    balance = money.plan(first, 216_000_00, "balance")
    assert balance.claim == final
    money.pay(balance)
    assert first.state == "closed"
    assert actions.net_paid(first.share) == 396_000_00 == advance.cents + paid.cents + balance.cents
    assert refused(
        "R80", actions.open_claim, first, starts_on=date(2023, 3, 1), ends_on=date(2023, 3, 2), by=money.cast.alice
    )
    assert consistent()


def test_what_was_paid_beyond_the_final_amount_is_claimed_back_and_closes(money, signed):
    first, second = signed
    money.pay(money.plan(first, 150_000_00))
    final = money.settled(first, 200_000_00)
    assert final.final_cents == 120_000_00
    assert actions.balance_left(first, final) == -30_000_00
    refused("R81", money.plan, first, 1, "balance")
    money.recover(first.share, cents=29_999_99, ground="term")
    first.refresh_from_db()
    assert first.state == "signed"
    money.recover(first.share, cents=1, ground="term")
    first.refresh_from_db()
    assert (first.state, actions.net_paid(first.share)) == ("closed", 120_000_00)
    stands = ledger.summary(money.lines["FR2030"])
    assert (stands["kept"], stands["recovered"]) == (120_000_00, 30_000_00)
    assert consistent()
    money.settled(second, 0 + 1)  # ⌊50 % of a cent⌋: nothing is due, nothing was paid
    second.refresh_from_db()
    second.share.grant.refresh_from_db()
    assert (second.state, second.share.grant.state) == ("closed", "closed")
    assert consistent()


def test_a_recovery_reversed_after_the_closing_opens_the_award_again(money, signed, set_clock):
    """More than the final amount is paid again: it is claimed back anew, which closes; what the closing withdrew stays withdrawn."""
    first, second = signed
    c = money.cast
    money.settled(second, 1)
    money.pay(money.plan(first, 150_000_00))
    money.settled(first, 200_000_00)  # 120 000 €
    held_back("settled", lambda: Convention.objects.filter(pk=second.pk).update(state="signed"))

    def stands():
        first.refresh_from_db()
        grant = Grant.objects.get(pk=first.share.grant_id)
        return first.state, grant.state, actions.net_paid(first.share)

    for reason in ("Mauvais bénéficiaire", "Mauvais motif"):
        money.recover(first.share, cents=30_000_00, ground="term")
        assert stands() == ("closed", "closed", 120_000_00)
        wrong = Posting.objects.filter(kind="recover").latest("pk")
        acts.approve(actions.propose_reversal(wrong, reason=reason, by=c.farid), by=c.olivier)
        assert stands() == ("signed", "engaged", 150_000_00)
        assert consistent()
        refused("R81", money.plan, first, 1, "balance")
    money.recover(first.share, cents=30_000_00, ground="term")
    assert stands() == ("closed", "closed", 120_000_00)
    held_back("settled", lambda: Grant.objects.filter(pk=first.share.grant_id).update(state="engaged"))
    assert ledger.summary(money.lines["FR2030"])["recovered"] == 30_000_00
    assert consistent()


# ── the walls ────────────────────────────────────────────────────────────────────────────────────────────────────────
def held_back(words, statement):
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), by_hand():
        statement()


def test_what_a_final_statement_says_is_what_its_lines_come_to(money, signed):
    """Whoever writes the row: a cent more or less of what is kept, or of the aid, is refused; so is another expense at its opening."""
    held = signed[0]
    made = money.claim(
        held, {"staff": 200_000_00, "hosting": 500_000_01}, final=True
    )  # the second beyond its line and a tenth
    for line in made.lines.all():
        actions.check_line(line, eligible_cents=line.cents, refusal="", evidence_seen=True, by=money.cast.driss)
    same, says = (
        Claim.objects.filter(pk=made.pk),
        {"state": "accepted", "accepted_by": money.cast.driss, "accepted_at": made.certified_at},
    )
    for kept, aid in (
        (640_000_01, 384_000_00),
        (639_999_99, 384_000_00),
        (640_000_00, 383_999_99),
        (640_000_00, 384_000_01),
    ):
        held_back(
            "its lines come to 64000000, which gives 38400000",
            lambda kept=kept, aid=aid: same.update(kept_cents=kept, final_cents=aid, **says),
        )
    actions.accept_claim(made, by=money.cast.driss)
    assert (made.kept_cents, made.final_cents) == (640_000_00, 384_000_00)
    row = {
        "number": 1, "starts_on": made.starts_on, "ends_on": made.ends_on, "state": "draft", "opened_by": money.cast.bruno,
        "opened_at": made.opened_at, "convention": signed[1],
    }  # fmt: skip
    for base in (800_000_01, 799_999_99):
        held_back("not of its expense", lambda base=base: Claim.objects.create(base_cents=base, **row))


def test_an_accepted_statement_never_changes(money, signed):
    final = money.settled(signed[0], 200_000_00)
    same, [line] = Claim.objects.filter(pk=final.pk), final.lines.all()
    for change in ({"final_cents": 1}, {"kept_cents": 1}, {"seed": "0" * 64}, {"return_reason": "Erreur"}):
        held_back("is refused to everyone", lambda change=change: same.update(**change))
    for change in ({"eligible_cents": 1, "refusal": "Non"}, {"evidence_seen": False}):
        held_back("a line of a claim that is accepted", lambda change=change: final.lines.update(**change))
    held_back("a line of a claim that is accepted", line.delete)
    again = {"category": "staff", "label": "Oubli", "paid_on": date(2023, 1, 1), "cents": 1, "file": line.file}
    held_back("a line of a claim that is accepted", lambda: ClaimLine.objects.create(claim=final, **again))


STOPPED = """INSERT INTO funding_amendment (grant_id, number, kind, reason, state, asked_by_id, asked_at, before, after, drafted_by_id,
    drafted_at, document_id, sent_at, act_id, decided_at, released_cents, answer) VALUES (%s, 1, 'stop', 'x', 'in_force', 0, now(), %s, %s, 0,
    now(), gen_random_uuid(), now(), 0, now(), 0, '')"""


@pytest.mark.django_db(transaction=True)
def test_the_database_counts_as_the_portal_does(committed, set_clock, superuser):
    """A hundred budgets, expenses, shares, stops and other aids: claim_final() and eligible.final() say the same cents."""
    set_clock(NOW, frozen=True)
    money = build()
    held = money.convention(money.granted().shares.order_by("pk").first())
    claim = money.claim(held, {"staff": 1, "hosting": 1}, final=True)
    share, version = held.share, held.share.grant.application.version
    place = share.establishment_id
    superuser.execute("SET session_replication_role = replica")

    @settings(max_examples=100, deadline=None, database=None)
    @given(LINES, LINES, CENTS, CENTS, CENTS, st.integers(0, 10_000), st.none() | st.tuples(CENTS, CENTS))
    def same(budget, spent, most, public, others, transfer, stopped):
        with superuser.transaction(force_rollback=True):
            lines = [{"category": name, "cents": cents} for name, cents in budget.items()]
            member = {"establishment": share.establishment_id, "lines": lines, "plan": {"public_cents": public}}
            run = superuser.execute
            run("UPDATE calls_callsettings SET transfer_bp = %s", [transfer])
            run(
                "UPDATE applications_version SET content = %s WHERE id = %s",
                [json.dumps({"members": [member]}), version.pk],
            )
            run("UPDATE funding_grantshare SET cents = %s WHERE id = %s", [most, share.pk])
            [other] = run(
                "INSERT INTO funding_grantshare (grant_id, establishment_id, line_id, cents) VALUES (%s, %s, 0, %s) RETURNING id",
                [share.grant_id, share.establishment_id, others],
            ).fetchone()
            decided, beside = stopped or (most, others)
            if stopped:
                before = {"shares": {str(share.pk): decided, str(other): beside}}
                run(STOPPED, [share.grant_id, json.dumps(before), json.dumps({"expenses": {str(place): budget}})])
            run("DELETE FROM funding_claimline WHERE claim_id = %s", [claim.pk])
            for name, cents in spent.items():
                run(
                    "INSERT INTO funding_claimline (claim_id, category, label, paid_on, cents, file_id, sampled, eligible_cents, refusal, evidence_seen,"
                    " checked_by_id, checked_at) VALUES (%s, %s, 'x', now(), %s, 0, false, %s, %s, false, 0, now())",
                    [claim.pk, name, cents + 1, cents, "x"],
                )
            asked = {"most_cents": most, "transfer_bp": transfer, "public_cents": public, "others_cents": others}
            asked |= {"decided_cents": decided, "others_decided_cents": beside}
            found = eligible.final(budget, spent, **asked)
            told = run("SELECT kept, aid, rated FROM claim_final(%s)", [claim.pk]).fetchone()
            assert told == (found.kept_cents, found.aid_cents, found.rated_cents)

    same()
    superuser.execute("SET session_replication_role = origin")


def test_interim_payments_stay_under_what_the_expenses_accepted_give(money, signed):
    """However many rest on one statement: 300 000 € of expenses give 180 000 at 60 %, and not a cent more, whoever writes the row."""
    c, first = money.cast, signed[0]
    money.pay(money.plan(first, 100_000_00))  # an advance comes before any expense: it is not of them
    claim = money.accepted(money.claim(first, {"staff": 300_000_00}))
    plan = {"kind": "interim", "year": 2023, "evidence": "État n° 1", "claim": claim, "by": c.driss}
    one, two, three = (
        met(actions.plan_instalment(first, cents=cents, **plan), c.driss, c.emma)
        for cents in (100_000_00, 80_000_01, 80_000_00)
    )
    money.pay(one)
    no = refused("R81", actions.certify, two, by=c.emma)
    assert (no.facts["excess_cents"], actions.justified(two)) == (1, (180_000_00, 100_000_00, 80_000_01))
    same = {"state": "certified", "certified_by": c.emma, "certified_at": claim.accepted_at}
    held_back("interim payments pass", lambda: Instalment.objects.filter(pk=two.pk).update(**same))
    actions.certify(three, by=c.emma)
    actions.uncertify(three, reason="À revoir", by=c.emma)
    actions.certify(three, by=c.emma)
    more = money.accepted(money.claim(first, {"hosting": 1_00}, month=2), hosting=1)
    assert (more.final_cents, actions.justified(two)) == (None, (180_000_00, 180_000_00, two.cents))
    actions.cancel(two, reason="Trop élevé", by=c.driss)
    assert consistent()


def test_the_balance_is_held_under_what_is_left(money, signed):
    first, second = signed
    money.pay(money.plan(first, 100_000_00))
    final = money.settled(first, 200_000_00)  # 120 000 €
    plan = {"number": 9, "year": 2023, "evidence": "x", "planned_by": money.cast.driss, "planned_at": final.accepted_at}

    def planned(**more):
        return lambda: Instalment.objects.create(**(plan | {"convention": first, "kind": "balance"} | more))

    held_back("the balance passes the final amount", planned(cents=20_000_01, claim=final))
    held_back("the balance passes the final amount", planned(cents=1))
    held_back("it rests on an accepted claim of its convention", planned(cents=1, claim=final, convention=second))
    balance = money.plan(first, 20_000_00, "balance")
    assert balance.state == "planned"


def test_a_statement_is_not_sent_with_a_sample_of_somebody_s_choice(money, signed):
    c = money.cast
    made = actions.open_claim(signed[0], starts_on=date(2023, 1, 1), ends_on=date(2023, 1, 31), by=c.alice)
    say = {"category": "staff", "paid_on": date(2023, 1, 2), "cents": 1_00, "by": c.alice}
    first = actions.add_line(made, label="Paie 0", **say, **rib())
    for number in range(1, 6):
        actions.add_line(made, label=f"Paie {number}", file=first.file, **say)
    actions.ask_certificate(made, accountant=c.sophie, by=c.alice)
    same, lines = Claim.objects.filter(pk=made.pk), made.lines.order_by("pk")
    seed = "5" * 64
    drawn = eligible.sample(seed, lines.values_list("pk", flat=True), TENTH)
    sent = {"state": "sent", "seed": seed, "quality": "Agent comptable", "certified_at": made.opened_at}

    def spared():
        others = sorted(drawn)[1:]
        lines.filter(pk__in=others).update(sampled=True)
        lines.filter(pk=next(pk for pk in lines.values_list("pk", flat=True) if pk not in drawn)).update(sampled=True)
        same.update(**sent)

    held_back("the sample of its seed", spared)
    with by_hand():
        lines.filter(pk__in=drawn).update(sampled=True)
        same.update(**sent)
    made.refresh_from_db()
    held_back(
        "every line is checked",
        lambda: same.update(state="accepted", accepted_by=c.driss, accepted_at=made.certified_at),
    )
