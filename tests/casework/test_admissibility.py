"""Admissibility: proposed by one, validated or returned by another, in the verb and in the database; settled by silence."""

from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied

from applications import actions
from applications.models import Application
from calls import clocks
from casework import actions as casework
from casework.actions import admissibility
from casework.models import Admissibility
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.applications import world as made
from tests.roles import FAR, give

AFTER = made.CLOSES + timedelta(days=9)
REASONED = {"rule": "R22", "evidence": "Marché notifié le 2 juin 2022, pièce 4."}


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    return Application.objects.select_related("wave__settings").get(pk=ready.pk)


def propose(world, application, verdict="admissible", **details):
    return casework.propose_admissibility(application, verdict=verdict, **details, by=world.cast.driss)


def events(application):
    rows = Event.objects.filter(stream=f"application:{application.pk}", at__gte=AFTER).order_by("seq")
    return list(rows.values_list("kind", "subject_type", "data__state"))


def test_admissible(world, deposited):
    opinion = propose(world, deposited, rule="R22", evidence="sans objet")
    assert (opinion.rule, opinion.version_id, opinion.proposed_at) == ("", deposited.version_id, AFTER)
    casework.validate_admissibility(opinion, by=world.cast.victor)
    deposited.refresh_from_db()
    opinion.refresh_from_db()
    assert (deposited.state, opinion.state, opinion.decided_by, opinion.decided_at) == (
        "admissible",
        "validated",
        world.cast.victor,
        AFTER,
    )
    assert events(deposited) == [
        ("admissibility.proposed", "casework.admissibility", "proposed"),
        ("admissibility.validated", "casework.admissibility", "validated"),
        ("application.admitted", "applications.application", "admissible"),
    ]


@pytest.mark.parametrize("verdict", ["inadmissible", "ineligible"])
def test_refused_with_a_rule_and_evidence(world, deposited, verdict):
    for details, field in (
        ({}, "rule"),
        ({"rule": "R99", "evidence": "x"}, "rule"),
        ({"rule": "R22", "evidence": "  "}, "evidence"),
    ):
        with pytest.raises(Refused) as refused:
            propose(world, deposited, verdict, **details)
        assert (refused.value.code, refused.value.field) == ("R24", field)
    opinion = propose(world, deposited, verdict, **REASONED)
    casework.validate_admissibility(opinion, by=world.cast.victor)
    deposited.refresh_from_db()
    assert deposited.state == verdict
    last = Event.objects.filter(stream=f"application:{deposited.pk}").order_by("seq").last()
    assert (last.kind, last.data["state"], last.data["rule"]) == ("application.rejected", verdict, "R22")


def test_returned_then_proposed_again(world, deposited):
    first = propose(world, deposited)
    with pytest.raises(Refused) as refused:
        propose(world, deposited)
    assert refused.value.code == "A13"
    with pytest.raises(Refused) as refused:
        casework.return_admissibility(first, "  ", by=world.cast.victor)
    assert (refused.value.code, refused.value.field) == ("W02", "reason")
    casework.return_admissibility(first, "La pièce 4 n’est pas lue.", by=world.cast.victor)
    first.refresh_from_db()
    assert (first.state, first.reason) == ("returned", "La pièce 4 n’est pas lue.")
    with pytest.raises(Refused) as refused:
        casework.validate_admissibility(first, by=world.cast.victor)
    assert refused.value.code == "W01"
    second = propose(world, deposited, "inadmissible", **REASONED)
    assert deposited.admissibilities.count() == 2
    assert casework.validate_admissibility(second, by=world.cast.victor).state == "inadmissible"


def test_who_may(world, deposited):
    for person in (world.cast.victor, world.cast.alice, world.cast.adam, world.cast.aude, world.cast.claire):
        with pytest.raises(PermissionDenied):
            casework.propose_admissibility(deposited, verdict="admissible", by=person)
    opinion = propose(world, deposited)
    for person in (world.cast.driss, world.cast.sophie, world.cast.adam, world.cast.aude):
        with pytest.raises(PermissionDenied):
            casework.validate_admissibility(opinion, by=person)
        with pytest.raises(PermissionDenied):
            casework.return_admissibility(opinion, "non", by=person)


def test_one_person_with_both_roles_is_still_one_pair_of_eyes(world, deposited):

    give(world.cast.driss, "validator", until=FAR)
    both = type(world.cast.driss).objects.get(pk=world.cast.driss.pk)
    opinion = casework.propose_admissibility(deposited, verdict="admissible", by=both)
    with pytest.raises(PermissionDenied):
        casework.validate_admissibility(opinion, by=both)


def test_refusals_of_a_proposal(world, deposited, set_clock):
    with pytest.raises(Refused) as refused:
        propose(world, deposited, "perhaps")
    assert (refused.value.code, refused.value.field) == ("A12", "verdict")
    set_clock(made.CLOSES - timedelta(microseconds=1), frozen=True)
    with pytest.raises(Refused) as refused:
        propose(world, deposited)
    assert refused.value.code == "A11"
    set_clock(made.CLOSES, frozen=True)
    casework.validate_admissibility(propose(world, deposited), by=world.cast.victor)
    with pytest.raises(Refused) as refused:
        propose(world, deposited)
    assert refused.value.code == "A10"


def test_two_months_of_silence(world, deposited, set_clock):
    end = clocks.deadlines(deposited).admissibility_at
    opinion = propose(world, deposited, "inadmissible", **REASONED)
    set_clock(end - timedelta(microseconds=1), frozen=True)
    with pytest.raises(Refused) as refused:
        casework.deem_admissible(deposited)
    assert refused.value.code == "R25"
    assert casework.deem_overdue() == 0
    set_clock(end, frozen=True)
    with pytest.raises(Refused) as refused:  # too late for the opinion, even before the portal has written the silence
        casework.validate_admissibility(opinion, by=world.cast.victor)
    assert refused.value.code == "R25"
    assert casework.deem_overdue() == 1
    assert casework.deem_overdue() == 0
    deposited.refresh_from_db()
    opinion.refresh_from_db()
    deemed = deposited.admissibilities.get(state="deemed")
    assert (deposited.state, opinion.state, opinion.decided_by) == ("admissible", "lapsed", None)
    assert (deemed.verdict, deemed.rule, deemed.proposed_by, deemed.decided_by, deemed.decided_at) == (
        "admissible",
        "R25",
        None,
        None,
        end,
    )
    assert events(deposited)[1:] == [
        ("admissibility.lapsed", "casework.admissibility", "lapsed"),
        ("admissibility.deemed", "casework.admissibility", "deemed"),
        ("application.admitted", "applications.application", "admissible"),
    ]


def test_silence_says_nothing_of_a_draft(world, draft, set_clock):
    set_clock(made.CLOSES + timedelta(days=100), frozen=True)
    with pytest.raises(Refused) as refused:
        casework.deem_admissible(draft)
    assert refused.value.code == "R25"


@pytest.mark.django_db(transaction=True)
def test_four_eyes_in_the_database(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    ready = made.fill(world, made.draft(world))
    actions.submit(ready, by=world.cast.sophie)
    committed.set_clock(AFTER, frozen=True)
    opinion = casework.propose_admissibility(ready, verdict="admissible", by=world.cast.driss)
    driss, victor = world.cast.driss.pk, world.cast.victor.pk
    refused = (
        (
            f"UPDATE casework_admissibility SET state = 'validated', decided_by_id = {driss}, decided_at = now()",
            "23514",
        ),
        ("UPDATE casework_admissibility SET state = 'validated', decided_at = now()", "23514"),
        ("UPDATE casework_admissibility SET proposed_by_id = NULL", "42501"),
        (
            f"UPDATE casework_admissibility SET state = 'deemed', decided_by_id = {victor}, decided_at = now()",
            "EP004",
        ),
        ("UPDATE casework_admissibility SET verdict = 'ineligible'", "42501"),
        (
            "INSERT INTO casework_admissibility (application_id, version_id, verdict, rule, evidence, state, proposed_by_id, proposed_at,"
            f" decided_by_id, decided_at, reason) VALUES ({ready.pk}, {ready.version_id}, 'admissible', '', '', 'validated', {driss}, now(),"
            f" {victor}, now(), '')",
            "EP004",
        ),
        (
            "INSERT INTO casework_admissibility (application_id, version_id, verdict, rule, evidence, state, proposed_by_id, proposed_at,"
            f" reason) VALUES ({ready.pk}, {ready.version_id}, 'admissible', '', '', 'proposed', {driss}, now(), '')",
            "23505",
        ),
    )
    with committed.connect("web") as line:
        for statement, sqlstate in refused:
            with pytest.raises(psycopg.errors.Error) as error:
                line.execute(statement)
            assert error.value.sqlstate == sqlstate, statement
    assert Admissibility.objects.get() == opinion


def test_a_dossier_ruled_meanwhile_holds_no_other(world, deposited, set_clock, monkeypatch):
    """Two workers on the same minute: what one has just ruled, the other passes over."""
    set_clock(clocks.deadlines(deposited).admissibility_at, frozen=True)

    def ruled_first(application, *, at=None):
        raise Refused("déjà", code="W01")

    monkeypatch.setattr(admissibility, "deem_admissible", ruled_first)
    assert casework.deem_overdue() == 0


def test_the_hospital_reads_the_rule_and_the_fact(world, deposited, client):
    from django.urls import reverse

    opinion = propose(world, deposited, "ineligible", **REASONED)
    page = reverse("applications:dossier", args=[deposited.reference])
    client.force_login(world.cast.bruno, backend="directory.backends.EmailBackend")
    assert REASONED["evidence"] not in client.get(page).content.decode()  # an opinion is not a ruling
    casework.validate_admissibility(opinion, by=world.cast.victor)
    text = client.get(page).content.decode()
    assert REASONED["evidence"] in text and "R22" in text
    client.force_login(world.cast.driss, backend="directory.backends.EmailBackend")
    assert reverse("casework:admissibility", args=[deposited.reference]) in client.get(page).content.decode()


def test_the_hospital_reads_that_silence_made_it_admissible(world, deposited, set_clock, client):
    from django.urls import reverse

    set_clock(clocks.deadlines(deposited).admissibility_at, frozen=True)
    casework.deem_overdue()
    client.force_login(world.cast.alice, backend="directory.backends.EmailBackend")
    text = client.get(reverse("applications:dossier", args=[deposited.reference])).content.decode()
    assert "réputé recevable" in text
