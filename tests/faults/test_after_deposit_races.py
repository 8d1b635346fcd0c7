"""Two people, or two workers, at the same instant after the deposit: one answer, one reminder, one end of a request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from applications import actions
from applications.content import reopening
from applications.models import Application, Version
from casework import actions as casework
from casework.models import ComplementRequest, Prorogation, Reminder
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.applications import world as made

AFTER = made.CLOSES + timedelta(days=9)
DUE = AFTER + timedelta(days=15)


@pytest.fixture
def stage(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    application = made.fill(world, made.draft(world))
    actions.submit(application, by=world.cast.sophie)
    committed.set_clock(AFTER, frozen=True)
    return world, Application.objects.select_related("wave__settings").get(pk=application.pk), committed


def at_once(*verbs):
    """Each verb in its own connection, all at the same signal; « ok » or the code of what was refused, sorted."""
    start = Barrier(len(verbs))

    def one(verb):
        start.wait()
        try:
            verb()
            return "ok"
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return sorted(pool.map(one, verbs))


def asked(world, application):
    request = casework.ask_complements(application, ["identity.months"], message="x", due_at=DUE, by=world.cast.driss)
    values = {name: getattr(application, name) for name in reopening.IDENTITY} | {"months": 30}
    actions.save_row(application, "identity", **values, by=world.cast.alice)
    return request.pk


def test_one_answer(stage):
    world, application, _database = stage
    number = asked(world, application)
    answer = lambda who: lambda: casework.answer_complements(ComplementRequest.objects.get(pk=number), by=who)  # noqa: E731
    cast = world.cast
    assert at_once(*(answer(who) for who in (cast.alice, cast.sophie) * 4)) == [*["W01"] * 7, "ok"]
    assert list(Version.objects.order_by("number").values_list("number", "kind")) == [(1, "deposit"), (2, "complement")]
    assert Event.objects.filter(kind="complement.answered").count() == 1


def test_an_answer_and_a_withdrawal_of_the_request(stage):
    world, application, _database = stage
    number = asked(world, application)
    held = lambda: ComplementRequest.objects.get(pk=number)  # noqa: E731
    said = at_once(
        lambda: casework.answer_complements(held(), by=world.cast.alice),
        lambda: casework.withdraw_complements(held(), by=world.cast.driss),
    )
    assert said == ["W01", "ok"]
    assert Version.objects.count() == (2 if held().state == "answered" else 1)


def test_a_request_and_an_opinion(stage):
    world, application, _database = stage
    fresh = lambda: Application.objects.get(pk=application.pk)  # noqa: E731
    by = world.cast.driss
    said = at_once(
        lambda: casework.ask_complements(fresh(), ["projects"], message="x", due_at=DUE, by=by),
        lambda: casework.propose_admissibility(fresh(), verdict="admissible", by=by),
    )
    assert said in (["A13", "ok"], ["C03", "ok"])
    assert fresh().complements.count() + fresh().admissibilities.count() == 1


def test_one_reminder_and_one_end_whatever_the_workers(stage):
    world, application, database = stage
    number = asked(world, application)
    database.set_clock(DUE - timedelta(days=1), frozen=True)
    assert at_once(*[casework.remind] * 6) == ["ok"] * 6
    assert (Reminder.objects.count(), Event.objects.filter(kind="deadline.near").count()) == (1, 1)
    database.set_clock(DUE, frozen=True)
    assert at_once(*[casework.lapse_complements] * 6) == ["ok"] * 6
    assert Event.objects.filter(kind="complement.lapsed").count() == 1
    assert ComplementRequest.objects.get(pk=number).state == "lapsed"


def test_an_extension_and_the_withdrawal_of_the_dossier(stage):
    world, application, _database = stage
    day = made.CLOSES.date() + timedelta(days=400)
    act = casework.propose_prorogation(application, decision_on=day, reason="x", by=world.cast.driss)
    said = at_once(
        lambda: casework.validate_prorogation(Prorogation.objects.get(pk=act.pk), by=world.cast.victor),
        lambda: actions.withdraw(Application.objects.get(pk=application.pk), "Fin", by=world.cast.sophie),
    )
    held = Application.objects.get(pk=application.pk)
    assert (said, held.prorogued_to) in ((["ok", "ok"], day), (["P02", "ok"], None))
