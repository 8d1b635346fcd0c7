"""Verbs of funding: each refusal with its code and amount, ceilings at the bound and a cent beyond, three people three times."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from funding import actions, ledger
from funding.models import BankAccount, Ceiling, Envelope, EnvelopeShare, Grant, Instalment, Line
from funding.seed import raise_to_final
from funding.verify import verify_awards, verify_ledger
from tests.funding.stage import iban
from tests.people import administrator

M = 1_000_000_00


def refused(code, verb, *arguments, **more):
    with pytest.raises(Refused) as caught, transaction.atomic():
        verb(*arguments, **more)
    assert caught.value.code == code, caught.value.message
    return caught.value


def consistent():
    return [*verify_ledger(), *verify_awards()] == []


# ── envelope ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_envelope_of_fifty_then_seventy_five_millions(money, set_clock):
    assert sum(ledger.summary(line)["opened"] for line in money.lines.values()) == 50 * M
    set_clock(datetime(2023, 12, 14, tzinfo=UTC), frozen=True)
    raise_to_final(money.call, by=money.cast.dora)
    opened = {code: ledger.summary(line)["opened"] for code, line in money.lines.items()}
    assert opened == {"FR2030": 40 * M, "ONDAM": 35 * M}
    credits = ledger.summary(money.lines["FR2030"])["cp"]
    assert {year: of["opened"] for year, of in credits.items()} == {
        2023: 12 * M,
        2024: 14 * M,
        2025: 9 * M,
        2026: 5 * M,
    }
    assert EnvelopeShare.objects.filter(fictitious=False).count() == 2
    assert Event.objects.filter(kind="envelope.opened").count() == 2
    assert consistent()


def test_an_envelope_is_never_lowered_below_what_is_used(money):
    money.grant(30 * M - 1, 1, engaged=False)
    lines, dora = money.lines, money.cast.dora
    no = refused(
        "L01",
        actions.open_envelope,
        money.call,
        version=2,
        act="gel",
        shares=[(lines["FR2030"], None, 30 * M - 1, True)],
        by=dora,
    )
    assert no.facts["missing_cents"] == 1
    assert Envelope.objects.count() == 1
    actions.open_envelope(money.call, version=2, act="gel", shares=[(lines["ONDAM"], None, 1 * M, True)], by=dora)
    assert ledger.summary(lines["ONDAM"])["opened"] == 1 * M
    assert consistent()


def test_credits_of_the_years_make_the_authorisations(money):
    fr = money.lines["FR2030"]
    shares = [(fr, None, 40 * M, True), (fr, 2023, 12 * M, True), (fr, 2024, 27 * M, True)]
    refused("R61", actions.open_envelope, money.call, version=2, act="avenant", shares=shares, by=money.cast.dora)
    shares = [(fr, None, 40 * M, True), (fr, 2023, 11 * M, True), (fr, 2024, 29 * M, True)]
    actions.open_envelope(money.call, version=2, act="avenant", shares=shares, by=money.cast.dora)
    assert ledger.summary(fr)["cp"][2023]["opened"] == 11 * M


def test_only_the_direction_touches_the_envelope(money):
    with pytest.raises(PermissionDenied):
        actions.open_envelope(money.call, version=2, act="x", shares=[], by=money.cast.victor)
    with pytest.raises(PermissionDenied):
        actions.set_ceiling(money.lines["FR2030"], Ceiling.Rule.ADVANCE, 1, source="x", by=money.cast.driss)


# ── award ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_award_is_reserved_then_engaged(money):
    grant = money.grant(engaged=False)
    fr = money.lines["FR2030"]
    assert (grant.state, grant.cents, ledger.summary(fr)["reserved"]) == ("reserved", M, M)
    actions.engage(grant, by=money.cast.dora)
    assert (grant.state, ledger.summary(fr)["reserved"], ledger.summary(fr)["engaged"]) == ("engaged", 0, M)
    assert consistent()


def test_an_award_on_two_sources(money):
    fr, ondam = money.lines["FR2030"], money.lines["ONDAM"]
    shares = [(money.rennes, ondam, 3), (money.rennes, fr, 5), (money.brest, ondam, 7)]
    grant = actions.reserve(money.dossier(), shares=shares, by=money.cast.victor, proposer=money.cast.driss)
    actions.engage(grant, by=money.cast.dora)
    assert (ledger.summary(fr)["engaged"], ledger.summary(ondam)["engaged"]) == (5, 10)
    assert consistent()


def test_the_envelope_refuses_the_cent_too_many_and_keeps_nothing(money):
    application, c = money.dossier(), money.cast
    part = [(money.rennes, money.lines["ONDAM"], 1), (money.rennes, money.lines["FR2030"], 30 * M + 1)]
    no = refused("R61", actions.reserve, application, shares=part, by=c.victor, proposer=c.driss)
    assert no.facts == {"missing_cents": 1, "line": "FR2030"} and no.field == "amount"
    assert not Grant.objects.exists() and ledger.summary(money.lines["ONDAM"])["reserved"] == 0
    actions.reserve(application, shares=[(money.rennes, money.lines["FR2030"], 30 * M)], by=c.victor, proposer=c.driss)


def test_parts_that_make_no_award(money):
    application, c, fr = money.dossier(), money.cast, money.lines["FR2030"]
    people = {"by": c.victor, "proposer": c.driss}
    nantes = c.zoe.affiliations.get().establishment
    for shares in ([], [(money.rennes, fr, 0)], [(nantes, fr, 1)], [(money.rennes, fr, 1), (money.rennes, fr, 2)]):
        refused("R61", actions.reserve, application, shares=shares, **people)
    refused("L04", actions.reserve, application, shares=[(money.rennes, fr, 1)], by=c.victor, proposer=c.victor)
    actions.reserve(application, shares=[(money.rennes, fr, 1)], **people)
    refused("R61", actions.reserve, application, shares=[(money.rennes, fr, 1)], **people)
    with pytest.raises(PermissionDenied):
        actions.reserve(money.dossier("DEUX"), shares=[(money.rennes, fr, 1)], by=c.driss, proposer=c.victor)


def test_an_award_voided_before_and_after_notification(money):
    fr, victor = money.lines["FR2030"], money.cast.victor
    before, after = money.grant(engaged=False), money.grant()
    refused("W02", actions.void, before, reason=" ", by=victor)
    actions.void(before, reason="Retrait du dossier", by=victor)
    actions.void(after, reason="Décision retirée", by=victor)
    assert {before.state, after.state} == {"voided"}
    assert ledger.summary(fr)["available"] == 30 * M
    refused("W01", actions.void, after, reason="encore", by=victor)
    assert consistent()


def test_an_award_that_has_begun_to_be_paid_is_not_voided(money):
    first, _second = money.contracted()
    money.pay(money.plan(first, 1))
    no = refused("R84", actions.void, first.share.grant, reason="Décision retirée", by=money.cast.dora)
    assert "CHU de Rennes" in no.message
    first.share.grant.refresh_from_db()
    assert first.share.grant.state == "engaged"


# ── convention ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_convention_knows_its_beneficiary_by_siret(money):
    c = money.cast
    held = money.grant(engaged=False).shares.first()
    refused("R80", actions.prepare_convention, held, siret=held.establishment.siret, months=36, by=c.driss)
    share = money.grant().shares.get(establishment=money.rennes)
    assert (
        refused("R80", actions.prepare_convention, share, siret=money.brest.siret, months=36, by=c.driss).field
        == "siret"
    )
    assert (
        refused("R82", actions.prepare_convention, share, siret=share.establishment.siret, months=0, by=c.driss).field
        == "months"
    )
    with pytest.raises(PermissionDenied):
        actions.prepare_convention(share, siret=share.establishment.siret, months=36, by=c.emma)
    money.convention(share)
    refused("R80", actions.prepare_convention, share, siret=share.establishment.siret, months=36, by=c.driss)


def test_only_the_legal_representative_signs(money):
    share = money.grant().shares.get(establishment=money.rennes)
    convention = money.convention(share, signed=False)
    for name in ("alice", "paula", "driss", "zoe"):
        with pytest.raises(PermissionDenied):
            actions.sign_convention(convention, by=getattr(money.cast, name))
    actions.sign_convention(convention, by=money.cast.sophie)
    assert (convention.state, convention.signed_by) == ("signed", money.cast.sophie)


@pytest.mark.parametrize(
    "typed", ["", "FR76", "FR7630006000011234567890188", "DE89370400440532013000", "GB82WEST12345698765432"]
)
def test_an_iban_with_wrong_keys_or_of_another_country(money, typed):
    convention = money.convention(money.grant().shares.first(), account=False, signed=False)
    no = refused("R80", actions.propose_iban, convention, iban=typed, holder="CHU", by=money.cast.driss)
    assert no.field == "iban" and not BankAccount.objects.exists()


def test_an_iban_takes_two_people_and_replaces_the_one_before(money):
    c = money.cast
    convention = money.convention(money.grant().shares.get(establishment=money.rennes), account=False, signed=False)
    spaced = " ".join(iban(1)[i : i + 4] for i in range(0, 27, 4)).lower()
    assert refused("R80", actions.propose_iban, convention, iban=spaced, holder=" ", by=c.driss).field == "holder"
    first = actions.propose_iban(convention, iban=spaced, holder="CHU de Rennes", by=c.sophie)
    assert first.iban == iban(1)
    for person in (c.sophie, c.driss, c.alice):
        with pytest.raises(PermissionDenied):
            actions.validate_iban(first, by=person)
    actions.validate_iban(first, by=c.emma)
    refused("R80", actions.validate_iban, first, by=c.victor)
    second = actions.propose_iban(convention, iban=iban(2), holder="CHU de Rennes", by=c.driss)
    first.refresh_from_db()
    assert first.replaced_at and not second.validated_at
    refused("R80", actions.validate_iban, first, by=c.victor)
    with pytest.raises(PermissionDenied):
        actions.propose_iban(convention, iban=iban(3), holder="CHU", by=c.zoe)


# ── ceilings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("line", "months", "advance", "before"),
    [
        ("FR2030", 36, 250_000_00, 800_000_00),
        ("ONDAM", 36, 300_000_00, 800_000_00),
        ("ONDAM", 49, 300_000_00, 900_000_00),
        ("ONDAM", 48, 300_000_00, 800_000_00),
        ("FR2030", 49, 250_000_00, 800_000_00),
    ],
)
def test_ceilings_to_the_cent(money, line, months, advance, before):
    share = money.grant(1_000_000_00, 0, line=line).shares.get()
    convention = money.convention(share, months=months)
    assert refused("R81", money.plan, convention, advance + 1).facts["excess_cents"] == 1
    money.plan(convention, advance - 1)
    assert refused("R81", money.plan, convention, 2).facts["excess_cents"] == 1
    money.plan(convention, 1)
    assert refused("R81", money.plan, convention, before - advance + 1, "interim").facts["excess_cents"] == 1
    money.plan(convention, before - advance, "interim")
    assert refused("R81", money.plan, convention, 1_000_000_00 - before + 1, "balance").facts["excess_cents"] == 1
    money.plan(convention, 1_000_000_00 - before, "balance")
    refused("R81", money.plan, convention, 1, "interim")


def test_a_ceiling_is_rounded_down_and_told(money):
    convention = money.convention(money.grant(10, 0).shares.get())
    no = refused("R81", money.plan, convention, 3)
    assert no.facts["excess_cents"] == 1 and "25\u00a0%" in no.message
    assert actions.limit_of(Ceiling.Rule.ADVANCE, convention.share, convention.prepared_at) == (2, 2500)


def test_a_ceiling_lowered_since_the_plan_holds_at_the_certification(money):
    convention = money.convention(money.grant(1_000_000_00, 0).shares.get())
    instalment = money.plan(convention, 250_000_00)
    actions.set_ceiling(money.lines["FR2030"], Ceiling.Rule.ADVANCE, 1550, source="avenant", by=money.cast.dora)
    no = refused("R81", actions.certify, instalment, by=money.cast.emma)
    assert no.facts["excess_cents"] == 95_000_00 and "15,50\u00a0%" in no.message


def test_two_ceilings_at_once_cannot_be_written(money):
    ceiling = Ceiling.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ceiling.objects.create(line=ceiling.line, rule=ceiling.rule, rate_bp=1, during=ceiling.during, source="double")


def test_no_ceiling_no_advance(money):
    bare = Line.objects.create(call=money.call, code="AUTRE", label="Autre")
    actions.set_ceiling(bare, Ceiling.Rule.BEFORE_BALANCE, 8000, source="essai", by=money.cast.dora)
    actions.open_envelope(money.call, version=2, act="essai", shares=[(bare, None, 100, True)], by=money.cast.dora)
    money.lines["AUTRE"] = bare
    convention = money.convention(money.grant(100, 0, line="AUTRE").shares.get())
    refused("R81", money.plan, convention, 1)


# ── payment ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_instalment_is_planned_with_its_reasons(money):
    first, second = money.contracted()
    unsigned = money.convention(money.grant().shares.first(), signed=False)
    driss = money.cast.driss
    asked = {"kind": "advance", "cents": 1, "year": 2023, "evidence": "pièce", "by": driss}
    refused("R80", actions.plan_instalment, unsigned, **asked)
    assert refused("R81", actions.plan_instalment, first, **(asked | {"evidence": " "})).field == "evidence"
    assert refused("R81", actions.plan_instalment, first, **(asked | {"cents": 0})).field == "cents"
    assert refused("R81", actions.plan_instalment, first, **(asked | {"year": 2022})).field == "year"
    with pytest.raises(PermissionDenied):
        actions.plan_instalment(second, **(asked | {"by": money.cast.emma}))


def test_three_people_pay(money):
    first, _second = money.contracted()
    instalment, c = money.plan(first, 150_000_00), money.cast
    assert (instalment.state, instalment.number) == ("planned", 1)
    money.pay(instalment)
    fr = ledger.summary(money.lines["FR2030"])
    assert (fr["paid"], fr["cp"][2023]["paid"], fr["engaged"]) == (150_000_00, 150_000_00, M)
    assert (instalment.state, instalment.certified_by, instalment.ordered_by, instalment.paid_by) == (
        "paid",
        c.emma,
        c.olivier,
        c.farid,
    )
    assert consistent()


def test_one_person_with_every_role_takes_one_part_only(money):
    from directory import actions as directory

    first, _second = money.contracted()
    instalment, emma = money.plan(first, 1), money.cast.emma
    for role in ("orderer", "payer"):
        directory.grant_role(emma, role, by=administrator())
    emma = type(emma).objects.get(pk=emma.pk)
    actions.certify(instalment, by=emma)
    with pytest.raises(PermissionDenied):
        actions.order(instalment, by=emma)
    actions.order(instalment, by=money.cast.olivier)
    with pytest.raises(PermissionDenied):
        actions.pay(instalment, by=emma)
    with pytest.raises(IntegrityError), transaction.atomic():  # the table's own rule, without the verb
        Instalment.objects.filter(pk=instalment.pk).update(paid_by=emma)


def test_who_certified_once_may_not_order_even_after_the_certification_was_taken_back(money):
    from directory import actions as directory

    first, _second = money.contracted()
    instalment, c = money.plan(first, 1), money.cast
    actions.certify(instalment, by=c.emma)
    actions.uncertify(instalment, reason="Pièce manquante", by=c.olivier)
    assert (instalment.state, instalment.certified_by) == ("planned", None)
    directory.grant_role(c.emma, "orderer", by=administrator())
    directory.grant_role(c.farid, "certifier", by=administrator())
    emma, farid = (type(c.emma).objects.get(pk=person.pk) for person in (c.emma, c.farid))
    actions.certify(instalment, by=farid)
    refused("L04", actions.order, instalment, by=emma)


def test_no_payment_before_every_member_has_signed(money):
    grant = money.grant()
    first = money.convention(grant.shares.get(establishment=money.rennes))
    instalment = money.plan(first, 1)
    actions.certify(instalment, by=money.cast.emma)
    assert "CHU de Brest" in refused("R80", actions.order, instalment, by=money.cast.olivier).message
    money.convention(grant.shares.get(establishment=money.brest))
    actions.order(instalment, by=money.cast.olivier)


def test_no_order_without_a_validated_account_and_no_payment_to_another(money):
    c = money.cast
    convention = money.convention(money.grant(brest=0).shares.get(), account=False)
    instalment = money.plan(convention, 1)
    actions.certify(instalment, by=c.emma)
    refused("R80", actions.order, instalment, by=c.olivier)
    account = actions.propose_iban(convention, iban=iban(1), holder="CHU", by=c.driss)
    refused("R80", actions.order, instalment, by=c.olivier)
    actions.validate_iban(account, by=c.victor)
    actions.order(instalment, by=c.olivier)
    other = actions.propose_iban(convention, iban=iban(2), holder="CHU", by=c.driss)
    actions.validate_iban(other, by=c.victor)
    refused("R80", actions.pay, instalment, by=c.farid)
    actions.cancel_order(instalment, reason="Changement de RIB", by=c.farid)
    assert (instalment.state, instalment.account) == ("certified", None)
    actions.order(instalment, by=c.olivier)
    actions.pay(instalment, by=c.farid)
    assert instalment.account == other
    assert consistent()


def test_credits_of_the_year_that_lack(money):
    first = money.convention(money.grant(30 * M, 0).shares.get())
    instalment = money.plan(first, 7 * M + 1)
    actions.certify(instalment, by=money.cast.emma)
    fr = money.lines["FR2030"]
    actions.open_envelope(
        money.call,
        version=2,
        act="gel",
        shares=[(fr, None, 30 * M, True), (fr, 2023, 7 * M, True), (fr, 2024, 23 * M, True)],
        by=money.cast.dora,
    )
    assert refused("L01", actions.order, instalment, by=money.cast.olivier).facts["missing_cents"] == 1


def test_an_order_is_paid_within_its_year_or_cancelled(money, set_clock):
    first, _second = money.contracted()
    instalment, c = money.plan(first, 1), money.cast
    actions.certify(instalment, by=c.emma)
    actions.order(instalment, by=c.olivier)
    set_clock(datetime(2024, 1, 10, tzinfo=UTC), frozen=True)
    refused("L01", actions.pay, instalment, by=c.farid)
    actions.cancel_order(instalment, reason="Fin d’exercice", by=c.olivier)
    actions.order(instalment, by=c.olivier)
    actions.pay(instalment, by=c.farid)
    assert instalment.year == 2024
    years = ledger.summary(money.lines["FR2030"])["cp"]
    assert (years[2023]["paid"], years[2024]["paid"]) == (0, 1)
    assert consistent()


def test_a_planned_instalment_is_cancelled_with_its_reason(money):
    first, _second = money.contracted()
    instalment = money.plan(first, 1)
    refused("W02", actions.cancel, instalment, reason="", by=money.cast.driss)
    actions.cancel(instalment, reason="Doublon", by=money.cast.driss)
    assert instalment.state == "cancelled"
    assert money.plan(first, 1).number == 2


def test_the_balance_comes_last_frees_what_is_unused_and_closes_all(money):
    first, second = money.contracted(rennes=M, brest=1)
    advance = money.plan(first, 250_000_00)
    balance = money.plan(first, 100_000_00, "balance")
    refused("R81", actions.certify, balance, by=money.cast.emma)
    money.pay(advance)
    money.pay(balance)
    assert (first.state, first.share.grant.state) == ("closed", "engaged")
    assert ledger.summary(money.lines["FR2030"])["available"] == 30 * M - 350_000_00 - 1
    money.pay(money.plan(second, 1, "balance"))
    second.share.grant.refresh_from_db()
    assert (second.state, second.share.grant.state) == ("closed", "closed")
    assert consistent()


def test_an_advance_planned_before_the_balance_may_still_be_certified(money):
    convention = money.convention(money.grant(brest=0).shares.get())
    advance = money.plan(convention, 150_000_00)
    money.plan(convention, 1, "balance")
    actions.certify(advance, by=money.cast.emma)
    assert advance.state == "certified"


def test_a_recovery_by_two_people_is_never_above_what_was_paid(money):
    c = money.cast
    first, _second = money.contracted()
    money.pay(money.plan(first, 100))
    asked = {"ground": "object", "proposer": c.emma, "by": c.olivier}
    refused("L01", actions.recover, first.share, cents=101, **asked)
    refused("L04", actions.recover, first.share, cents=1, **(asked | {"proposer": c.olivier}))
    refused("R84", actions.recover, first.share, cents=1, **(asked | {"ground": "autre"}))
    with pytest.raises(PermissionDenied):
        actions.recover(first.share, cents=1, **(asked | {"by": c.farid}))
    actions.recover(first.share, cents=60, **asked)
    actions.recover(first.share, cents=40, **asked)
    assert ledger.summary(money.lines["FR2030"])["recovered"] == 100
    assert consistent()


def test_an_act_older_than_the_line_is_refused(money):
    grant = money.grant()
    refused(
        "L05",
        actions.void,
        grant,
        reason="Décision retirée",
        by=money.cast.dora,
        at=datetime(2023, 5, 10, 7, 58, tzinfo=UTC),
    )


# ── verify ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE funding_instalment SET state = 'planned'", "awards.instalment"),
        ("UPDATE funding_instalment SET cents = cents + 1", "awards.instalment"),
        ("UPDATE funding_grant SET state = 'reserved'", "awards.state"),
        ("UPDATE funding_grant SET cents = cents + 1", "awards.shares"),
        ("UPDATE funding_grant SET state = 'closed'", "awards.state"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_verify_names_a_state_that_the_ledger_does_not_know(committed, set_clock, superuser, statement, code):
    from tests.funding import stage

    set_clock(stage.NOW, frozen=True)
    money = stage.build()
    first, _second = money.contracted()
    instalment = money.plan(first, 5)
    actions.certify(instalment, by=money.cast.emma)
    assert list(verify_awards()) == []
    superuser.execute(f"SET session_replication_role = replica; {statement}")
    assert code in {finding.code for finding in verify_awards()}


@pytest.mark.django_db(transaction=True)
def test_verify_names_a_payment_set_by_hand(committed, set_clock, superuser):
    from tests.funding import stage

    set_clock(stage.NOW, frozen=True)
    money = stage.build()
    first, _second = money.contracted()
    money.pay(money.plan(first, 5))
    superuser.execute("SET session_replication_role = replica; UPDATE funding_instalment SET state = 'cancelled'")
    assert {finding.code for finding in verify_awards()} == {"awards.paid"}
