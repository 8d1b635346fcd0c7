"""The prorogation: a reasoned act with its end date, by two people, read by every clock of the dossier."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications import actions, reactions
from applications.models import Application
from calls import clocks
from casework import actions as casework
from casework import permissions as casework_permissions
from casework.models import Prorogation
from edsh_portal import events
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from tests.addresses import named
from tests.applications import world as made
from tests.roles import FAR, give

AFTER = made.CLOSES + timedelta(days=9)
LAST, NEW = date(2023, 6, 11), date(2023, 9, 30)
REASON = "Expertise complémentaire demandée par le jury."


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    return fresh(ready)


def fresh(application):
    return Application.objects.select_related("wave__settings").get(pk=application.pk)


def propose(world, application, decision_on=NEW, reason=REASON, **more):
    return casework.propose_prorogation(
        application, decision_on=decision_on, reason=reason, by=world.cast.driss, **more
    )


def refusal(verb, *args, **details):
    with pytest.raises(Refused) as refused:
        verb(*args, **details)
    return refused.value.code, refused.value.field


def test_proposed_by_one_validated_by_another_read_by_every_clock(world, deposited, client):
    act = propose(world, deposited)
    assert (act.state, act.from_on, act.reason) == ("proposed", LAST, REASON)
    assert clocks.deadlines(fresh(deposited)).decision_on == LAST
    casework.validate_prorogation(act, by=world.cast.victor)
    act.refresh_from_db()
    assert (act.state, act.decided_by, act.decided_at) == ("validated", world.cast.victor, AFTER)
    held = clocks.deadlines(fresh(deposited))
    assert (held.decision_on, held.decision_at) == (NEW, clocks.midnight_after(NEW))
    assert held.admissibility_on == date(2022, 12, 11)
    event = Event.objects.get(kind="prorogation.validated")
    assert (event.data["from_on"], event.data["decision_on"]) == ("2023-06-11", "2023-09-30")
    client.force_login(world.cast.driss, backend="directory.backends.EmailBackend")
    answer = client.get(f"/api/v1/applications/{deposited.reference}/").json()
    assert answer["periods"] == {"admissibility_on": "2022-12-11", "decision_on": "2023-09-30"}
    again = propose(world, fresh(deposited), decision_on=NEW + timedelta(days=1))
    assert again.from_on == NEW


def test_refusals(world, deposited, set_clock):
    assert refusal(propose, world, deposited, reason=" ") == ("W02", "reason")
    assert refusal(propose, world, deposited, decision_on=LAST) == ("P04", "decision_on")
    assert refusal(propose, world, deposited, at=made.CLOSES - timedelta(microseconds=1)) == ("P02", None)
    act = propose(world, deposited, decision_on=LAST + timedelta(days=1))
    assert refusal(propose, world, deposited) == ("P01", None)
    end = clocks.deadlines(deposited).decision_at
    set_clock(end, frozen=True)
    assert refusal(casework.validate_prorogation, act, by=world.cast.victor) == ("P03", None)
    set_clock(end - timedelta(microseconds=1), frozen=True)
    casework.validate_prorogation(act, by=world.cast.victor)
    assert refusal(casework.validate_prorogation, act, by=world.cast.victor) == ("W01", None)


def test_what_is_no_more_pending_is_not_extended(world, deposited):
    act = propose(world, deposited)
    actions.withdraw(deposited, "Fin", by=world.cast.sophie)
    assert refusal(casework.validate_prorogation, act, by=world.cast.victor) == ("P02", None)


def test_an_admissible_dossier_may_be_extended(world, deposited):
    opinion = casework.propose_admissibility(deposited, verdict="admissible", by=world.cast.driss)
    casework.validate_admissibility(opinion, by=world.cast.victor)
    casework.validate_prorogation(propose(world, fresh(deposited)), by=world.cast.victor)
    assert fresh(deposited).prorogued_to == NEW


def test_returned_with_its_reason_then_proposed_again(world, deposited):
    act = propose(world, deposited)
    assert refusal(casework.return_prorogation, act, " ", by=world.cast.victor) == ("W02", "reason")
    casework.return_prorogation(act, "Trop long.", by=world.cast.victor)
    act.refresh_from_db()
    assert (act.state, act.returned_reason, fresh(deposited).prorogued_to) == ("returned", "Trop long.", None)
    assert propose(world, deposited).state == "proposed"


def test_who_may(world, deposited):
    cast = world.cast
    for person in (cast.victor, cast.alice, cast.sophie, cast.dora, cast.aude, cast.adam):
        with pytest.raises(PermissionDenied):
            casework.propose_prorogation(deposited, decision_on=NEW, reason=REASON, by=person)
    act = propose(world, deposited)
    assert {name for name, user in vars(cast).items() if casework_permissions.can_validate_prorogation(user, act)} == {
        "victor"
    }

    give(cast.driss, "validator", until=FAR)
    both = type(cast.driss).objects.get(pk=cast.driss.pk)
    with pytest.raises(PermissionDenied):
        casework.validate_prorogation(act, by=both)


def test_the_database_holds_four_eyes_and_one_open_act(world, deposited):
    act = propose(world, deposited)
    with pytest.raises(IntegrityError, match="prorogation_four_eyes"), transaction.atomic():
        Prorogation.objects.filter(pk=act.pk).update(state="validated", decided_by=act.proposed_by, decided_at=AFTER)
    with pytest.raises(IntegrityError, match="prorogation_one_open"), transaction.atomic():
        act.pk = None
        act.save()
    with pytest.raises(IntegrityError, match="prorogation_later"), connection.cursor() as cursor:
        cursor.execute("UPDATE casework_prorogation SET from_on = decision_on")


def test_a_reminder_follows_the_day_extended(world, deposited, set_clock):
    end = clocks.deadlines(deposited).decision_at
    casework.validate_prorogation(propose(world, deposited), by=world.cast.victor)
    set_clock(end - timedelta(days=3), frozen=True)
    casework.deem_overdue()
    assert casework.remind() == 0
    set_clock(clocks.midnight_after(NEW) - timedelta(days=15), frozen=True)
    assert (casework.remind(), casework.remind()) == (1, 0)


def test_the_consortium_is_told_without_content_and_reads_the_act(world, deposited, client):
    act = propose(world, deposited)
    client.force_login(world.cast.alice, backend="directory.backends.EmailBackend")
    url = reverse("casework:prorogations", args=[deposited.reference])
    assert REASON not in client.get(url).content.decode()
    casework.validate_prorogation(act, by=world.cast.victor)
    for delivery in Delivery.objects.filter(event__kind="prorogation.validated", state="todo"):
        assert events.run(delivery.pk)
    held = Mail.objects.filter(event__kind="prorogation.validated", body__contains=url)
    assert set(held.values_list("address", flat=True)) == {
        f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")
    }
    assert not held.filter(body__contains="2023").exists()
    assert REASON in client.get(url).content.decode()
    version = client.get(reverse("applications:version", args=[deposited.reference, 1])).content.decode()
    assert "samedi 30\u00a0septembre 2023" in version
    told = client.get(reverse("dashboards:timeline", args=[deposited.reference])).content.decode()
    assert "Délai de décision prolongé" in told and "samedi 30\u00a0septembre 2023" in told


def test_through_the_pages(world, deposited, client):
    def go(who, name, data=None):
        client.force_login(getattr(world.cast, who), backend="directory.backends.EmailBackend")
        url = reverse(named(name), args=[deposited.reference])
        return client.get(url) if data is None else client.post(url, data)

    assert go("driss", "propose_prorogation").status_code == 200
    answer = go("driss", "propose_prorogation", {"decision_on": "2023-06-11", "reason": REASON})
    assert answer.status_code == 422 and REASON in answer.content.decode()
    assert go("driss", "propose_prorogation", {"decision_on": "2023-09-30", "reason": REASON}).status_code == 302
    assert REASON in go("victor", "validate_prorogation").content.decode()
    assert go("victor", "return_prorogation", {"reason": ""}).status_code == 422
    assert go("victor", "return_prorogation", {"reason": "Non."}).status_code == 302
    assert "Non." in go("driss", "prorogations").content.decode()
    propose(world, deposited)
    assert go("victor", "validate_prorogation", {}).status_code == 302
    assert fresh(deposited).prorogued_to == NEW


def test_the_receipt_of_a_complement_says_the_day_extended(world, deposited):
    casework.validate_prorogation(propose(world, deposited), by=world.cast.victor)
    due_at = AFTER + timedelta(days=10)
    request = casework.ask_complements(deposited, ["answers.quality"], message="x", due_at=due_at, by=world.cast.driss)
    actions.save_field(deposited, "answers.quality", "Des tests.", read_version=0, by=world.cast.alice)
    version = casework.answer_complements(request, by=world.cast.alice)
    context = reactions.receipt.receipt_context(version)
    assert (context["deposited"], context["periods"].decision_on) == (False, NEW)
    first = reactions.receipt.receipt_context(deposited.versions.get(number=1))
    assert (first["deposited"], first["periods"].decision_on) == (True, LAST)


# ── what is recomputed ───────────────────────────────────────────────────────────────────────────────────────────────
def test_verify_names_what_was_tampered_with(committed):
    from casework.verify import verify_after_deposit

    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    ready = made.fill(world, made.draft(world))
    actions.submit(ready, by=world.cast.sophie)
    committed.set_clock(AFTER, frozen=True)
    deposited = fresh(ready)
    for day in (NEW, NEW + timedelta(days=1)):
        casework.validate_prorogation(propose(world, fresh(deposited), decision_on=day), by=world.cast.victor)
    due_at = AFTER + timedelta(days=10)
    request = casework.ask_complements(deposited, ["answers.quality"], message="x", due_at=due_at, by=world.cast.driss)
    actions.save_field(deposited, "answers.quality", "Des tests.", read_version=0, by=world.cast.alice)
    casework.answer_complements(request, by=world.cast.alice)
    found = lambda: [(f.code, f.what, f.expected, f.found) for f in verify_after_deposit()]  # noqa: E731
    assert found() == []
    with committed.connect("superuser") as line:
        line.execute("SET session_replication_role = replica")
        line.execute("UPDATE applications_application SET prorogued_to = '2024-01-01'")
        line.execute("UPDATE applications_version SET kind = 'complement' WHERE number = 1")
    said = "a request and its answer"
    assert found() == [
        ("prorogation.day", deposited.reference, "2023-10-01", "2024-01-01"),
        ("complement.request", f"AR-{deposited.reference}-v1", said, "complement"),
    ]
    with committed.connect("superuser") as line:
        line.execute("SET session_replication_role = replica")
        line.execute("UPDATE applications_application SET prorogued_to = NULL")
        line.execute("UPDATE applications_version SET kind = 'deposit'")
    assert found() == [
        ("prorogation.day", deposited.reference, "2023-10-01", "None"),
        ("complement.request", f"AR-{deposited.reference}-v2", said, "deposit"),
    ]
