"""Verbs of funding: each refusal with its code and amount, ceilings at the bound and a cent beyond, three people three times."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from edsh_portal import acts
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from funding import actions, ledger
from funding.models import BankAccount, Ceiling, Envelope, EnvelopeShare, Grant, Instalment, Line, Posting
from funding.seed import raise_to_final
from funding.verify import verify_awards, verify_ledger
from tests.funding.stage import iban, kept, rib
from tests.funding.world import approved
from tests.heard import heard
from tests.roles import FAR, give

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
    raise_to_final(money.call, proposer=money.cast.olivier, by=money.cast.dora)
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
    lines = money.lines
    no = refused("L01", money.open_envelope, act="gel", shares=[(lines["FR2030"], None, 30 * M - 1, True)])
    assert no.facts["missing_cents"] == 1
    assert Envelope.objects.count() == 1
    money.open_envelope(act="gel", shares=[(lines["ONDAM"], None, 1 * M, True)])
    assert ledger.summary(lines["ONDAM"])["opened"] == 1 * M
    assert consistent()


def test_credits_of_the_years_make_the_authorisations(money):
    fr = money.lines["FR2030"]
    shares = [(fr, None, 40 * M, True), (fr, 2023, 12 * M, True), (fr, 2024, 27 * M, True)]
    refused("R61", money.open_envelope, act="avenant", shares=shares)
    shares = [(fr, None, 40 * M, True), (fr, 2023, 11 * M, True), (fr, 2024, 29 * M, True)]
    money.open_envelope(act="avenant", shares=shares)
    assert ledger.summary(fr)["cp"][2023]["opened"] == 11 * M


def test_finance_or_the_direction_proposes_and_the_direction_approves(money):
    shares, fr = [(money.lines["FR2030"], None, 31 * M, True)], money.lines["FR2030"]
    refused("R61", actions.propose_envelope, money.call, act="x", shares=[], by=money.cast.olivier)
    with pytest.raises(PermissionDenied):
        actions.propose_envelope(money.call, act="x", shares=shares, by=money.cast.victor)
    with pytest.raises(PermissionDenied):
        actions.propose_ceiling(fr, Ceiling.Rule.ADVANCE, 1, source="x", by=money.cast.driss)
    asked = actions.propose_envelope(money.call, act="x", shares=shares, by=money.cast.olivier)
    for person in (money.cast.farid, money.cast.victor):
        with pytest.raises(PermissionDenied):
            acts.approve(asked, by=person)
    assert Envelope.objects.count() == 1
    assert acts.approve(asked, by=money.cast.dora).version == 2
    for wrong in ({"rule": "x"}, {"rate_bp": 10_001}, {"source": " "}):
        told = {"rule": Ceiling.Rule.ADVANCE, "rate_bp": 1, "source": "x"} | wrong
        refused("R81", actions.propose_ceiling, fr, told.pop("rule"), told.pop("rate_bp"), **told, by=money.cast.emma)


def test_an_envelope_proposed_on_what_is_no_longer_lapses(money):
    fr = money.lines["FR2030"]
    first = actions.propose_envelope(money.call, act="un", shares=[(fr, None, 31 * M, True)], by=money.cast.olivier)
    acts.take_back(first, "Erreur", by=money.cast.olivier)
    late = actions.propose_envelope(money.call, act="deux", shares=[(fr, None, 32 * M, True)], by=money.cast.olivier)
    Line.objects.create(call=money.call, code="AUTRE", label="Autre")  # what the call holds is no longer the same
    with pytest.raises(Refused) as no:
        acts.approve(late, by=money.cast.dora)
    assert (no.value.code, late.state, Envelope.objects.count()) == ("A03", "lapsed", 1)
    assert ledger.summary(fr)["opened"] == 30 * M


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
    grant = money.reserved(money.dossier(), shares)
    actions.engage(grant, by=money.cast.dora)
    assert (ledger.summary(fr)["engaged"], ledger.summary(ondam)["engaged"]) == (5, 10)
    assert consistent()


def test_the_envelope_refuses_the_cent_too_many_and_keeps_nothing(money):
    application = money.dossier()
    part = [(money.rennes, money.lines["ONDAM"], 1), (money.rennes, money.lines["FR2030"], 30 * M + 1)]
    no = refused("R61", money.reserved, application, part)
    assert no.facts == {"missing_cents": 1, "line": "FR2030"} and no.field == "amount"
    assert not Grant.objects.exists() and ledger.summary(money.lines["ONDAM"])["reserved"] == 0
    money.reserved(application, [(money.rennes, money.lines["FR2030"], 30 * M)])


def test_parts_that_make_no_award(money):
    application, c, fr = money.dossier(), money.cast, money.lines["FR2030"]
    nantes = c.zoe.affiliations.get().establishment
    for shares in ([], [(money.rennes, fr, 0)], [(nantes, fr, 1)], [(money.rennes, fr, 1), (money.rennes, fr, 2)]):
        refused("R61", money.reserved, application, shares)
    refused("A04", money.reserved, application, [(money.rennes, fr, 1)], proposer=c.victor, by=c.victor)
    money.reserved(application, [(money.rennes, fr, 1)])
    refused("R61", money.reserved, application, [(money.rennes, fr, 1)])


def test_an_award_voided_before_and_after_notification(money):
    fr = money.lines["FR2030"]
    before, after = money.grant(engaged=False), money.grant()
    refused("W02", money.voided, before, " ")
    money.voided(before, "Retrait du dossier")
    money.voided(after, "Décision retirée")
    assert {before.state, after.state} == {"voided"}
    assert ledger.summary(fr)["available"] == 30 * M
    refused("W01", money.voided, after, "encore")
    assert consistent()


def test_an_award_that_has_begun_to_be_paid_is_not_voided(money):
    first, _second = money.contracted()
    money.pay(money.plan(first, 1))
    no = refused("R84", money.voided, first.share.grant, "Décision retirée")
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


@pytest.mark.parametrize(
    "typed", ["", "FR76", "FR7630006000011234567890188", "DE89370400440532013000", "GB82WEST12345698765432"]
)
def test_an_iban_with_wrong_keys_or_of_another_country(money, typed):
    convention = money.convention(money.grant().shares.first(), account=False, signed=False)
    no = refused("R80", actions.propose_iban, convention, iban=typed, holder="CHU", by=money.cast.driss, **rib())
    assert no.field == "iban" and not BankAccount.objects.exists()


def test_an_iban_takes_two_people_and_replaces_the_one_before(money):
    c = money.cast
    convention = money.convention(money.grant().shares.get(establishment=money.rennes), account=False, signed=False)
    spaced = " ".join(iban(1)[i : i + 4] for i in range(0, 27, 4)).lower()
    no = refused("R80", actions.propose_iban, convention, iban=spaced, holder=" ", by=c.driss, **rib())
    assert no.field == "holder"
    first = actions.propose_iban(convention, iban=spaced, holder="chu de  RENNES.", by=c.sophie, **rib())
    assert (first.iban, first.explanation) == (iban(1), "")
    for person in (c.sophie, c.driss, c.alice):
        with pytest.raises(PermissionDenied):
            actions.validate_iban(first, by=person)
    assert "examen" in refused("R80", actions.validate_iban, first, by=c.emma).message
    actions.validate_iban(kept(first), by=c.emma)
    refused("R80", actions.validate_iban, first, by=c.victor)
    second = actions.propose_iban(convention, iban=iban(2), holder="CHU de Rennes", by=c.driss, **rib())
    first.refresh_from_db()
    assert not first.replaced_at and not second.validated_at  # the one in force stays until the other is validated
    third = actions.propose_iban(convention, iban=iban(3), holder="CHU de Rennes", by=c.sophie, **rib())
    second.refresh_from_db()
    assert second.replaced_at and acts.waiting("iban.validate", second) is None
    refused("R80", actions.validate_iban, second, by=c.victor)
    actions.validate_iban(kept(third), by=c.victor)
    first.refresh_from_db()
    assert first.replaced_at and third.validated_by == c.victor
    with pytest.raises(PermissionDenied):
        actions.propose_iban(convention, iban=iban(3), holder="CHU", by=c.zoe, **rib())


def test_a_holder_that_is_another_is_explained_and_accepted_or_not(money):
    c = money.cast
    convention = money.convention(money.grant().shares.get(establishment=money.rennes), account=False, signed=False)
    asked = {"iban": iban(1), "holder": "Santé Conseil SAS", "by": c.driss}
    no = refused("R80", actions.propose_iban, convention, **asked, **rib())
    assert no.field == "explanation" and "CHU de Rennes" in no.message
    refused("R05", actions.propose_iban, convention, **asked, explanation="Régie", content=b"x", name="rib.pdf")
    account = actions.propose_iban(convention, **asked, explanation="Régie du CHU.", **rib())
    act = acts.waiting("iban.validate", account)
    assert "Régie du CHU." in {fact.after for fact in acts.KINDS[act.kind].facts(act, account)}
    acts.give_back(act, "Ce n’est pas une régie.", by=c.farid)
    account.refresh_from_db()
    assert account.replaced_at and not account.validated_at


def test_the_beneficiary_is_told_of_an_account_at_once(money):
    convention = money.convention(money.grant().shares.get(establishment=money.rennes), signed=False)
    for event in Event.objects.filter(kind__in=("iban.proposed", "iban.validated")):
        assert all(run(pk) for pk in Delivery.objects.filter(event=event).values_list("pk", flat=True))
        assert {mail.to for mail in Mail.objects.filter(event=event)} == {money.cast.alice, money.cast.sophie}
    assert convention.accounts.get().document.kind == "rib"


def test_an_account_and_an_ordered_payment_keep_what_they_say(money):
    """The tables' own rules, without the verbs."""
    first, second = money.contracted()
    instalment = money.plan(first, 1)
    actions.certify(instalment, by=money.cast.emma)
    actions.order(instalment, by=money.cast.olivier)
    account, other = first.accounts.get(), second.accounts.get()
    pending = actions.propose_iban(first, iban=iban(9), holder="CHU de Rennes", by=money.cast.driss, **rib())
    rows = BankAccount.objects.filter(pk=account.pk)
    attempts = [
        lambda: rows.update(iban=iban(8)),
        lambda: rows.update(holder="Un autre"),
        lambda: rows.delete(),
        lambda: BankAccount.objects.filter(pk=pending.pk).update(
            validated_by=money.cast.victor, validated_at=account.validated_at
        ),
        lambda: BankAccount.objects.create(
            convention=first, iban=iban(7), holder="X", proposed_by=money.cast.driss, proposed_at=account.proposed_at
        ),
        lambda: Instalment.objects.filter(pk=instalment.pk).update(account=other),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


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
    assert (
        refused("R81", money.plan, convention, 1_000_000_00 - before, "balance").field == "kind"
    )  # no final statement
    refused("R81", money.plan, convention, 1, "interim")


def test_a_ceiling_is_rounded_down_and_told(money):
    convention = money.convention(money.grant(10, 0).shares.get())
    no = refused("R81", money.plan, convention, 3)
    assert no.facts["excess_cents"] == 1 and "25\u00a0%" in no.message
    assert actions.limit_of(Ceiling.Rule.ADVANCE, convention.share, convention.prepared_at) == (2, 2500)


def test_a_ceiling_lowered_since_the_plan_holds_at_the_certification(money):
    convention = money.convention(money.grant(1_000_000_00, 0).shares.get())
    instalment = money.plan(convention, 250_000_00)
    money.set_ceiling(money.lines["FR2030"], Ceiling.Rule.ADVANCE, 1550, source="avenant")
    no = refused("R81", actions.certify, instalment, by=money.cast.emma)
    assert no.facts["excess_cents"] == 95_000_00 and "15,50\u00a0%" in no.message


def test_two_ceilings_at_once_cannot_be_written(money):
    ceiling = Ceiling.objects.first()
    told = {"line": ceiling.line_id, "rule": ceiling.rule, "rate_bp": 1, "source": "double"}
    with pytest.raises(IntegrityError), transaction.atomic():
        approved("ceiling.set", money.cast.olivier, money.cast.dora, **told)
        Ceiling.objects.create(line=ceiling.line, rule=ceiling.rule, rate_bp=1, during=ceiling.during, source="double")


def test_no_ceiling_no_advance(money):
    bare = Line.objects.create(call=money.call, code="AUTRE", label="Autre")
    money.set_ceiling(bare, Ceiling.Rule.BEFORE_BALANCE, 8000, source="essai")
    money.open_envelope(act="essai", shares=[(bare, None, 100, True)])
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
    first, _second = money.contracted()
    instalment, emma = money.plan(first, 1), money.cast.emma
    for role in ("orderer", "payer"):
        give(emma, role, until=FAR)
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
    first, _second = money.contracted()
    instalment, c = money.plan(first, 1), money.cast
    actions.certify(instalment, by=c.emma)
    actions.uncertify(instalment, reason="Pièce manquante", by=c.olivier)
    assert (instalment.state, instalment.certified_by) == ("planned", None)
    give(c.emma, "orderer", until=FAR)
    give(c.farid, "certifier", until=FAR)
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
    account = actions.propose_iban(convention, iban=iban(1), holder="CHU de Rennes", by=c.driss, **rib())
    refused("R80", actions.order, instalment, by=c.olivier)
    actions.validate_iban(kept(account), by=c.victor)
    actions.order(instalment, by=c.olivier)
    other = money.account(convention, 2)
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
    money.open_envelope(act="gel", shares=[(fr, None, 30 * M, True), (fr, 2023, 7 * M, True), (fr, 2024, 23 * M, True)])
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
    first, second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    advance = money.plan(first, 150_000_00)
    money.settled(first, 500_000_00)  # 300 000 € at most
    balance = money.plan(first, 100_000_00, "balance")
    refused("R81", actions.certify, balance, by=money.cast.emma)
    money.pay(advance)
    money.pay(balance)
    assert (first.state, first.share.grant.state) == ("closed", "engaged")
    assert ledger.summary(money.lines["FR2030"])["available"] == 30 * M - 250_000_00 - 400_000_00
    money.settled(second, 2)  # half of it
    money.pay(money.plan(second, 1, "balance"))
    second.share.grant.refresh_from_db()
    assert (second.state, second.share.grant.state) == ("closed", "closed")
    assert consistent()


def test_an_advance_planned_before_the_balance_may_still_be_certified(money):
    convention = money.convention(money.granted(brest=0).shares.get())
    advance = money.plan(convention, 150_000_00)
    money.settled(convention, 600_000_00)
    money.plan(convention, 1, "balance")
    actions.certify(advance, by=money.cast.emma)
    assert advance.state == "certified"


def test_what_an_act_claims_back_in_all_is_no_more_than_was_announced(money):
    c = money.cast
    first, _second = money.contracted()
    money.pay(money.plan(first, 100))
    told = heard(first, cents=60, by=c.emma)
    once = ledger.recover(share=first.share, cents=40, ground="object")
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        acts.propose(
            "recovery.issue",
            first,
            {"cents": 40, "ground": "object", "procedure": told.pk, "postings": [once, once]},
            by=c.emma,
        )
    assert caught.value.__cause__.sqlstate == "EP021"


def test_a_recovery_by_two_people_is_never_above_what_was_paid(money):
    c = money.cast
    first, _second = money.contracted()
    money.pay(money.plan(first, 100))
    refused("L01", actions.propose_recovery, first.share, cents=101, ground="object", by=c.emma)
    refused("R84", actions.propose_recovery, first.share, cents=0, ground="object", by=c.emma)
    refused("R84", actions.propose_recovery, first.share, cents=1, ground="autre", by=c.emma)
    refused("H01", actions.propose_recovery, first.share, cents=1, ground="object", by=c.emma)
    heard(first, cents=60, by=c.emma)
    for person in (c.olivier, c.farid, c.zoe):
        with pytest.raises(PermissionDenied):
            actions.propose_recovery(first.share, cents=1, ground="object", by=person)
    asked = actions.propose_recovery(first.share, cents=60, ground="object", by=c.emma)
    refused("A01", actions.propose_recovery, first.share, cents=40, ground="object", by=c.driss)
    with pytest.raises(PermissionDenied):
        acts.approve(asked, by=c.farid)
    acts.approve(asked, by=c.olivier)
    refused("A02", acts.approve, asked, by=c.olivier)
    money.recover(first.share, cents=40, proposer=c.driss)
    assert ledger.summary(money.lines["FR2030"])["recovered"] == 100
    assert consistent()


def test_a_recovery_that_was_wrong_is_reversed_by_two_people_once(money):
    c = money.cast
    first, _second = money.contracted()
    money.pay(money.plan(first, 100))
    refused("L06", actions.propose_reversal, Posting.objects.get(kind="pay"), reason="Erreur", by=c.farid)
    money.recover(first.share, cents=60)
    wrong = Posting.objects.get(kind="recover")
    refused("W02", actions.propose_reversal, wrong, reason=" ", by=c.farid)
    asked = actions.propose_reversal(wrong, reason="Mauvais bénéficiaire", by=c.farid)
    refused("A04", acts.approve, asked, by=c.farid)
    acts.approve(asked, by=c.olivier)
    assert ledger.summary(money.lines["FR2030"])["recovered"] == 0
    refused("L06", actions.propose_reversal, wrong, reason="Encore", by=c.farid)
    assert consistent()


def test_an_act_older_than_the_line_is_refused(money):
    grant = money.grant()
    refused(
        "L05",
        money.voided,
        grant,
        "Décision retirée",
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
