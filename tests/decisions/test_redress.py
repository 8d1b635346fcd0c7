"""Before an act against somebody, its contradictory procedure; after a decision, its remedies: verbs, walls, clocks."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from decisions import actions, clocks
from decisions.models import Decision, Procedure, Remedy
from edsh_portal import acts, clock
from edsh_portal.models import Mail
from tests.decisions.test_actions import refused
from tests.heard import WHY, heard

from . import world as made

PROPOSE = "SELECT act_propose('decision.revoke', 'decisions.decision', %s, '', %s, 'test', %s, NULL)"


def walled(statement, *asked):
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, asked)
    return caught.value.__cause__.sqlstate


@pytest.fixture
def award(world):
    return made.notified(world)


def envisaged(world, decision, **more):
    return actions.open_revocation_procedure(
        decision, **{"ground": "conditions", "motives": WHY, "by": world.driss, **more}
    )


# ── before an act ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_award_is_not_withdrawn_before_its_addressee_was_heard(world, award, set_clock):
    proposed = lambda: actions.propose_revocation(award, "Non.", by=world.victor)  # noqa: E731
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)
    held = envisaged(world, award)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)
    assert held.closes_at == datetime(2022, 12, 17, 23, tzinfo=UTC) or held.closes_at - held.opened_at > timedelta(15)
    set_clock(held.closes_at - timedelta(seconds=1), frozen=True)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)
    set_clock(held.closes_at, frozen=True)  # silence: the delay has passed
    refused("H05", actions.observe, held, "Trop tard.", by=world.alice)
    act = proposed()
    assert (act.payload["procedure"], act.payload["ground"]) == (held.pk, "conditions")
    assert [str(fact.label) for fact in acts.facts(act, award)][-2:] == ["Procédure contradictoire", "Motif juridique"]
    acts.approve(act, by=world.dora)
    assert Decision.objects.get(pk=award.pk).state == "revoked"


def test_what_is_observed_is_answered_before_anything_else(world, award, set_clock):
    held = envisaged(world, award)
    refused("W02", actions.observe, held, " ", by=world.alice)
    for stranger in (world.driss, world.bruno, world.zoe):
        with pytest.raises(PermissionDenied):
            actions.observe(held, "Non.", by=stranger)
    actions.observe(held, "Nous avons fini.", asks_hearing=True, by=world.alice)
    refused("W01", actions.observe, held, "Encore.", by=world.sophie)
    set_clock(held.closes_at, frozen=True)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)  # even once the delay has passed
    with pytest.raises(PermissionDenied):
        actions.answer_procedure(held, "Non.", by=world.emma)
    refused("H05", actions.answer_procedure, held, "Oui.", heard_on=date(2099, 1, 1), by=world.victor)
    actions.answer_procedure(held, "Les pièces manquent.", heard_on=clock.today(), by=world.victor)
    act = actions.propose_revocation(award, "Conditions non remplies.", by=world.victor)
    acts.give_back(act, "À revoir.", by=world.dora)
    acts.approve(actions.propose_revocation(award, "Revu.", by=world.victor), by=world.dora)  # the same procedure
    made.work()
    assert (
        Mail.objects.filter(event__kind__startswith="procedure.").count() == 5
    )  # opened, answered to two; observed to one


def test_a_procedure_is_opened_once_on_its_ground_for_fifteen_days_at_least(world, award, set_clock):
    for name in ("emma", "dora", "aude", "alice"):
        with pytest.raises(PermissionDenied):
            envisaged(world, award, by=getattr(world, name))
    refused("H02", envisaged, world, award, days=14)
    refused("H03", envisaged, world, award, ground="term")
    refused("W02", envisaged, world, award, motives="")
    held = envisaged(world, award)
    refused("H04", envisaged, world, award)
    actions.drop_procedure(held, "Sans objet.", by=world.victor)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)
    heard(award, ground="unlawful", by=world.driss)
    set_clock(award.approved_at + timedelta(days=130), frozen=True)  # the four months are over (CRPA L242-1)
    refused("H03", actions.propose_revocation, award, "Non.", by=world.victor)
    refused("H03", envisaged, world, award, ground="unlawful")
    envisaged(world, award, ground="fraud")


def test_an_unlawful_decision_is_not_withdrawn_once_four_months_have_passed(world, award, set_clock):
    heard(award, ground="unlawful", by=world.driss)
    act = actions.propose_revocation(award, "Illégale.", by=world.victor)
    set_clock(award.approved_at + timedelta(days=130), frozen=True)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        acts.approve(act, by=world.dora)
    assert caught.value.__cause__.sqlstate == "EP021"


def test_a_refusal_takes_nobodys_right(world):
    refusal = made.notified(world, 1)
    refused("H06", envisaged, world, refusal)
    acts.approve(actions.propose_revocation(refusal, "Erreur.", by=world.victor), by=world.dora)


def test_the_database_refuses_it_too(world, award, set_clock):
    """One person or two, by SQL: no act without its procedure ended, of this award, on this ground, once."""
    asks = lambda **payload: walled(PROPOSE, award.pk, json.dumps(payload), world.victor.pk)  # noqa: E731
    assert asks(decision=award.pk) == asks(withdraws=award.grant_id) == "EP021"
    held = envisaged(world, award)
    said = {"decision": award.pk, "procedure": held.pk, "ground": "conditions"}
    assert asks(**said) == "EP021"  # it goes on
    actions.observe(held, "Nous avons fini.", by=world.alice)
    assert asks(**said) == "EP021"  # not answered
    actions.answer_procedure(held, "Non.", by=world.driss)
    assert asks(**said | {"ground": "fraud"}) == "EP021"
    acts.approve(actions.propose_revocation(award, "Conditions.", by=world.victor), by=world.dora)
    assert asks(**said) == "EP021"  # it was followed
    late = envisaged_late(world, set_clock)
    dated_back = {"decision": late.decision, "application": late.application, "establishment": late.establishment,
                  "kind": "revocation", "ground": "fraud", "motives": "x", "days": 15, "opened_by": world.driss,
                  "opened_at": late.opened_at, "closes_at": late.closes_at}  # fmt: skip
    actions.drop_procedure(late, "Sans objet.", by=world.driss)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Procedure.objects.create(**dated_back)
    assert caught.value.__cause__.sqlstate == "EP021"
    late = envisaged_late(world, set_clock)
    assert walled("UPDATE decisions_procedure SET state = 'observed', observed_at = now(), observed_by_id = %s,"
                  " observations = 'x' WHERE id = %s", world.alice.pk, late.pk) == "EP021"  # fmt: skip


def envisaged_late(world, set_clock):
    other = Decision.objects.filter(application=world.dossiers[2]).first() or made.notified(world, 2)
    late = envisaged(world, other)
    set_clock(late.closes_at, frozen=True)
    return late


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def refusal(world):
    return made.notified(world, 1)


def represents(decision):
    member = decision.application.coordinator
    return member.affiliations.get(kind="signatory").user


def test_a_remedy_is_lodged_answered_by_two_and_leads_to_the_withdrawal(world, refusal):
    signer = represents(refusal)
    with pytest.raises(PermissionDenied):
        actions.lodge_remedy(refusal, kind="gracious", text="Non.", by=world.zoe)
    with pytest.raises(PermissionDenied):
        actions.lodge_remedy(refusal, kind="litigation", text="Non.", by=signer)
    held = actions.lodge_remedy(refusal, kind="gracious", text="La note est erronée.", by=signer)
    refused("K03", actions.lodge_remedy, refusal, kind="gracious", text="Encore.", by=signer)
    assert (held.standing(), held.in_time, held.author) == ("received", True, str(signer))
    assert walled("UPDATE decisions_remedy SET state = 'accepted', motives = 'x', ended_on = now(), ended_by_id = %s WHERE id = %s",
                  world.dora.pk, held.pk) == "EP010"  # fmt: skip
    refused("K04", actions.propose_remedy_answer, held, "withdrawn", "Non.", by=world.driss)
    act = actions.propose_remedy_answer(held, "accepted", "La note est corrigée.", by=world.driss)
    refused("A04", acts.approve, act, by=world.driss)
    with pytest.raises(PermissionDenied):
        acts.approve(act, by=world.victor)
    refused("K03", actions.record_end, held, "withdrawn", "Non.", clock.today(), by=world.driss)
    acts.approve(act, by=world.dora)
    held = Remedy.objects.get(pk=held.pk)
    assert (held.state, held.ended_by, held.act_id) == ("accepted", world.dora, act.pk)
    acts.approve(actions.propose_revocation(refusal, "Recours accueilli.", by=world.victor), by=world.dora)
    made.work()
    assert Mail.objects.filter(event__kind="remedy.ended").count() >= 1
    refusal.refresh_from_db()
    refused("K01", actions.lodge_remedy, refusal, kind="superior", text="Non.", by=signer)


def test_silence_of_two_months_rejects_and_a_late_remedy_is_said_late(world, refusal, set_clock):
    held = actions.lodge_remedy(refusal, kind="superior", text="La note est erronée.", by=represents(refusal))
    day = clocks.implied_on(held.received_on)
    assert (held.standing(day - timedelta(1)), held.standing(day)) == ("received", "implied")
    set_clock(datetime(2023, 6, 1, 9, tzinfo=UTC), frozen=True)
    late = actions.register_remedy(
        refusal, kind="gracious", received_on=clock.today(), author="Conseil", text="Non.", by=world.driss
    )
    assert (late.in_time, held.in_time) == (False, True)
    assert list(Remedy.objects.to_answer()) == [held, late]
    assert not Remedy.objects.visible_to(represents(refusal)).filter(pk=late.pk).exists()  # a third party's


def test_a_court_is_named_and_its_judgment_recorded(world, refusal):
    asked = {"received_on": clock.today(), "author": "Conseil", "text": "Annulation.", "by": world.driss}
    refused("K05", actions.register_remedy, refusal, kind="litigation", **asked)
    refused("K05", actions.register_remedy, refusal, kind="gracious", court="TA de Paris", reference="2301", **asked)
    with pytest.raises(PermissionDenied):
        actions.register_remedy(refusal, kind="gracious", **asked | {"by": world.alice})
    early = asked | {"received_on": date(2020, 1, 1)}
    refused("K02", actions.register_remedy, refusal, kind="gracious", **early)
    held = actions.register_remedy(refusal, kind="litigation", court="TA de Paris", reference="2301", **asked)
    assert (held.implied_on, held.standing()) == (None, "received")
    refused("K04", actions.propose_remedy_answer, held, "rejected", "Non.", by=world.driss)
    refused("K02", actions.record_end, held, "rejected", "Rejet.", date(2020, 1, 1), by=world.driss)
    actions.record_end(held, "rejected", "Requête rejetée.", clock.today(), by=world.victor)
    assert held.standing() == "rejected"
    refused("W01", actions.record_end, held, "accepted", "Non.", clock.today(), by=world.victor)
    assert walled("UPDATE decisions_remedy SET motives = 'x' WHERE id = %s", held.pk) != ""


def test_of_what_was_not_notified_nothing_is_contested(world):
    decision = made.approved(world)
    asked = {"received_on": clock.today(), "author": "Conseil", "text": "Non.", "by": world.driss}
    refused("K01", actions.register_remedy, decision, kind="gracious", **asked)
    assert actions.notified_on(decision) is None


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("notified", "months", "last"),
    [
        ((2023, 1, 10), 2, (2023, 3, 13)),  # « franc »: the 11th is a Saturday
        ((2023, 2, 28), 2, (2023, 5, 2)),  # the 29th is a Saturday; then 1 May
        ((2022, 12, 31), 2, (2023, 3, 1)),
        ((2023, 1, 10), 4, (2023, 5, 11)),
        ((2023, 2, 9), 2, (2023, 4, 11)),  # Easter Monday is the 10th
    ],
)
def test_a_period_to_contest_is_franc_and_ends_on_a_working_day(notified, months, last):
    assert clocks.contested_until(date(*notified), months) == date(*last)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from((2, 3, 4)))
def test_whatever_the_day(day, months):
    last = clocks.contested_until(day, months)
    assert clocks.works(last) and 0 < (last - clocks.months_later(day, months)).days < 7
    assert (clocks.implied_on(day) - day).days in range(59, 63)


@pytest.mark.parametrize(("year", "day"), [(2022, (4, 17)), (2023, (4, 9)), (2024, (3, 31)), (2025, (4, 20))])
def test_easter(year, day):
    assert clocks.easter(year) == date(year, *day)
