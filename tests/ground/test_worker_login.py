"""What the worker owes it may do, under its own login: obligations of a deposit and of an invitation, clocks, sign of life."""

from datetime import timedelta

from applications import actions
from applications.models import Application
from directory import actions as directory
from edsh_portal import events, tasks
from edsh_portal.models import Delivery, Heartbeat
from tests.applications import world as made
from tests.database import as_role


def test_the_worker_does_what_it_owes(committed, set_clock):
    set_clock(made.NOW, frozen=True)
    world = made.build()
    actions.submit(made.fill(world, made.draft(world)), by=world.cast.sophie)
    made.draft(world, acronym="LIBRE")
    directory.invite(email="nour@test.invalid", full_name="Nour", role="expert", by=world.cast.adam)
    set_clock(made.CLOSES + timedelta(days=70), frozen=True)  # a draft lapses, silence admits, deadlines come near
    with as_role("worker"):
        for _time in (1, 2):
            tasks.alive("pdf")
            tasks.clocks()
            while due := events.due(ahead=timedelta(minutes=1)):
                undone = [pk for pk, _queue in due if not events.run(pk)]
                assert undone == [], [*Delivery.objects.filter(pk__in=undone).values_list("reaction", "last_error")]
    assert Heartbeat.objects.count() == 1
    assert {*Application.objects.values_list("state", flat=True)} == {"admissible", "not_deposited"}
    assert not Delivery.objects.exclude(state="done").exists()
