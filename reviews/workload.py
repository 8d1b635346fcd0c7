"""What experts hold and hold late, and how punctual they are: counted by the database, an expert a row, over a wave or all of them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import LIVE, Assignment, ReportReminder

LOCKED = Q(state="declared", review__state="locked")
OPEN = Q(state__in=LIVE) & ~LOCKED


class Median(Aggregate):
    """The middle one, or between the two in the middle."""

    function, output_field = "percentile_cont", DurationField()
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def counts(now: datetime) -> dict[str, Aggregate]:
    """`open` and `late` part what is to be done; `early` and `after` part what is locked; `delay` is told from the due date."""
    delivered = LOCKED & Q(review__locked_at__isnull=False)
    after = Q(review__locked_at__gt=F("due_at"))
    return {
        "open": Count("pk", filter=OPEN & Q(due_at__gt=now)),
        "late": Count("pk", filter=OPEN & Q(due_at__lte=now)),
        "waiting": Count("pk", filter=Q(state="waiting")),
        "locked": Count("pk", filter=LOCKED),
        "early": Count("pk", filter=delivered & ~after),
        "after": Count("pk", filter=delivered & after),
        "declined": Count("pk", filter=Q(state__in=("declined", "recused"))),
        "reminded": Sum("reminded_of"),
        "delay": Median(F("review__locked_at") - F("due_at"), filter=delivered),
    }


def assignments(wave: int | None) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(application__wave=wave) if wave else Assignment.objects.all()
    sent = ReportReminder.objects.filter(assignment=OuterRef("pk")).order_by().values("assignment")
    return rows.annotate(reminded_of=Coalesce(Subquery(sent.annotate(n=Count("pk")).values("n")), 0))


def by_expert(wave: int | None, now: datetime, *, late: bool = False) -> QuerySet[Any]:
    """A row an expert who was asked of anything: the most late first, then the busiest."""
    rows: Any = assignments(wave).values("expert", name=F("expert__full_name")).annotate(**counts(now))
    return (rows.filter(late__gt=0) if late else rows).order_by("-late", "-open", "name", "expert")


def in_all(wave: int | None, now: datetime) -> dict[str, Any]:
    return assignments(wave).aggregate(**counts(now), experts=Count("expert", distinct=True))


def days(delay: timedelta | None) -> int | None:
    """Whole days from the due date, towards it: -3 is three days before."""
    if delay is None:
        return None
    whole = int(abs(delay) / timedelta(days=1))
    return -whole if delay < timedelta(0) else whole
