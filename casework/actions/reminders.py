"""Reminders of the deadlines that come: each leaves once, for the hospital (complements) or the service (legal periods)."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from applications.actions.locks import lock_dossier
from applications.models import Application
from calls import clocks
from edsh_portal import clock
from edsh_portal.events import record

from ..models import ComplementRequest, Reminder

Kind = Reminder.Kind
Near = tuple[Application, str, datetime, int]  # whose deadline, which, when it ends, how many days before


def remind(at: datetime | None = None) -> int:
    """Every minute: writes each reminder that is due and was not, in its own transaction; answers how many."""
    now = at or clock.now()
    sent = set(Reminder.objects.filter(ends_at__gt=now).values_list("application", "kind", "ends_at", "days"))
    due = [near for near in _near(now) if (near[0].pk, *near[1:]) not in sent]
    return sum(_remind(*near, at) for near in due)


def _near(now: datetime) -> Iterator[Near]:
    for request in ComplementRequest.objects.filter(state="asked", due_at__gt=now).select_related("application"):
        days = clocks.reminder(request.asked_at, request.due_at, now, clocks.ANSWER_DAYS)
        if days:
            yield request.application, Kind.COMPLEMENT, request.due_at, days
    examined = Application.objects.filter(state__in=("submitted", "admissible"), wave__closes_at__lte=now)
    for application in examined.select_related("wave__settings").order_by("pk"):
        held = clocks.deadlines(application)
        ends = {Kind.DECISION: held.decision_at}
        if application.state == "submitted":
            ends[Kind.ADMISSIBILITY] = held.admissibility_at
        for kind, ends_at in ends.items():
            days = clocks.reminder(held.began_at, ends_at, now, clocks.SOON_DAYS)
            if days:
                yield application, kind, ends_at, days


@transaction.atomic
def _remind(application: Application, kind: str, ends_at: datetime, days: int, at: datetime | None) -> bool:
    """False when it left meanwhile, or when the deadline is no more that of the dossier."""
    at = lock_dossier(application, at)
    if (application.pk, kind, ends_at, days) not in {
        (held.pk, *more) for held, *more in _near(at) if held.pk == application.pk
    }:
        return False
    _row, made = Reminder.objects.get_or_create(
        application=application, kind=kind, ends_at=ends_at, days=days, defaults={"at": at}
    )
    if made:
        record("deadline.near", application, by=None, at=at, what=str(kind), ends_at=ends_at.isoformat(), days=days)
    return made
