"""Reminders of the reports expected: before and after their due date as the call sets, once each, in the digest of who chose it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calls.models import CallSettings
from edsh_portal import events, mail
from edsh_portal.models import Delivery, Event, MailChoice
from reviews import actions
from reviews.models import ReportReminder

from . import world as made
from .world import marks, opened, reviewed, reviewed_by_two

DUE = made.later(days=21)


@pytest.fixture
def clock(set_clock):
    """The portal's clock, so many days after the dossiers are due, and what it makes happen then; who is told."""

    def at(days: float) -> set[str]:
        set_clock(DUE + timedelta(days=days), frozen=True)
        before = set(ReportReminder.objects.values_list("pk", flat=True))
        actions.remind_reports()
        for delivery in Delivery.objects.filter(reaction="reviews.tell_awaited", state="todo"):
            events.run(delivery.pk)
        fresh = ReportReminder.objects.exclude(pk__in=before).select_related("assignment__expert")
        return {row.assignment.expert.email.partition("@")[0] for row in fresh}

    return at


def test_each_leaves_once_before_and_after_the_day(small, clock):
    opened(small, small.dossiers[0], small.claire)
    actions.assign(small.dossiers[0], small.chloe, by=small.driss)  # has not even declared
    assert clock(-7.01) == set()
    assert clock(-7) == {"claire", "chloe"}
    assert clock(-6) == clock(1) == set()
    assert clock(3) == {"claire", "chloe"}
    assert clock(30) == set()
    assert sorted(ReportReminder.objects.values_list("days", flat=True)) == [-3, -3, 7, 7]
    told = Event.objects.filter(kind="review.awaited").order_by("id").last().mails.get()
    assert "retard" in told.subject and small.dossiers[0].reference not in told.subject + told.body


def test_none_to_who_is_done_or_whose_dossier_left(world, clock):
    """Locked, recused, declined, suspended; a dossier that is withdrawn; a session that is closed."""
    first, second, third = world.dossiers
    reviewed(world, first, world.claire, 7)
    actions.recuse(opened(world, first, world.chloe), "Lien découvert.", by=world.chloe)
    actions.recuse(actions.assign(first, world.paul, by=world.driss), "", cause="load", by=world.paul)
    opened(world, second, world.claire)
    late = opened(world, third, world.claire)
    made.dossiers.withdraw(second, "Abandon du projet.", by=made.User.objects.get(email="sophie1@test.invalid"))
    assert clock(-7) == {"claire"}
    assert ReportReminder.objects.get().assignment == late
    actions.save_review(late.review, marks(7), by=world.claire)
    actions.lock_review(late.review, by=world.claire)
    assert clock(3) == set()


def test_a_closed_session_expects_no_report(world, clock):
    reviewed_by_two(world)
    opened(world, world.dossiers[0], world.paul)
    session = actions.open_session(world.wave, by=world.jean)
    for line in session.lines.order_by("rank"):
        actions.set_list(line, "main", by=world.jean)
    actions.close_session(session, "Relevé.", by=world.jean)
    assert clock(-7) == clock(3) == set()


def test_a_day_that_was_past_when_the_work_began_is_not_recalled(small, clock, set_clock):
    set_clock(DUE - timedelta(days=2), frozen=True)
    actions.assign(small.dossiers[0], small.claire, by=small.driss, due_at=DUE)
    assert clock(-1) == set() and clock(3) == {"claire"}


@pytest.mark.parametrize("name", ["remind_before_days", "remind_after_days"])
def test_the_call_says_none(small, clock, monkeypatch, name):
    monkeypatch.setattr(CallSettings, name, property(lambda _self: 0, lambda _self, _value: None))
    opened(small, small.dossiers[0], small.claire)
    told = [clock(-7), clock(0), clock(3)]
    assert told == ([set(), set(), {"claire"}] if name == "remind_before_days" else [{"claire"}, set(), set()])


def test_each_takes_them_as_they_chose(small, clock, set_clock):
    for expert, when in ((small.claire, MailChoice.When.DIGEST), (small.chloe, MailChoice.When.NONE)):
        MailChoice.objects.create(user=expert, family="reminders", when=when)
    for expert in (small.claire, small.chloe, small.paul):
        opened(small, small.dossiers[0], expert)
    clock(-7)
    held = {row.to: row.state for one in Event.objects.filter(kind="review.awaited") for row in one.mails.all()}
    assert held == {small.claire: "held", small.paul: "queued"}
    set_clock(DUE - timedelta(days=6), frozen=True)
    assert mail.gather() == 1 and mail.gather() == 0


def test_the_officer_reads_when(small, clock, at):
    opened(small, small.dossiers[0], small.claire)
    here = reverse("reviews:assignments", args=[small.dossiers[0].reference])
    assert "rappelée le" not in at(small.driss, here).content.decode()
    clock(-7)
    told = at(small.driss, here).content.decode()
    assert "rappelée le" in told and "16/11/2022" in told
