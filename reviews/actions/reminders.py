"""Reminders of the reports expected: each leaves once, so many days before and after its due date as the call sets."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from calls import clocks
from edsh_portal import clock
from edsh_portal.events import record

from ..models import Assignment, ReportReminder
from .locks import lock_rows

Near = tuple[Assignment, int]  # whose report, how many days before it is due (after, below zero)


def remind_reports(at: datetime | None = None) -> int:
    """Every minute: writes each reminder that is due and was not, in its own transaction; answers how many."""
    now = at or clock.now()
    return sum(_remind(assignment, at) for assignment, _days in [*_near(_expected(), now)])


def _expected() -> QuerySet[Assignment]:
    """Whoever holds a dossier still under evaluation, and has not locked their report on it."""
    rows = Assignment.objects.live().filter(application__state="admissible").exclude(review__state="locked")
    rows = rows.exclude(application__wave__session__state="closed")
    return rows.select_related("application__wave__settings", "expert", "review").order_by("application_id", "pk")


def _near(rows: QuerySet[Assignment], now: datetime) -> Iterator[Near]:
    sent = set(ReportReminder.objects.filter(assignment__in=rows).values_list("assignment", "due_at", "days"))
    for assignment in rows:
        days = _due(assignment, now)
        if days and (assignment.pk, assignment.due_at, days) not in sent:
            yield assignment, days


def _due(assignment: Assignment, now: datetime) -> int:
    """The reminder to be sent at `now`; 0 when there is none. One whose day was past when the work began, or began again, is not."""
    call, due_at = assignment.application.wave.settings, assignment.due_at
    review = getattr(assignment, "review", None)
    began_at = (review and review.reopened_at) or assignment.assigned_at
    if now < due_at:
        before = (call.remind_before_days,) if call.remind_before_days else ()
        return clocks.reminder(began_at, due_at, now, before) or 0
    late_at = clock.days_from(due_at, call.remind_after_days)
    return -call.remind_after_days if began_at < late_at <= now else 0


@transaction.atomic
def _remind(assignment: Assignment, at: datetime | None) -> bool:
    """False when it left, was locked or went meanwhile."""
    at = lock_rows(assignment.application, at, assignment)
    for held, days in _near(_expected().filter(pk=assignment.pk), at):
        ReportReminder.objects.create(assignment=held, due_at=held.due_at, days=days, at=at)
        record("review.awaited", held, by=None, at=at, application=held.application_id, days=days)
        return True
    return False
