"""The legal periods of a dossier (décret 2018-514 art. 4 and 7), counted in months of the civil calendar of Paris.

Pure: instants are passed in. A period in months ends on the day that bears the number of the day it began, or on the
last day of a month that has no such day, at midnight (code de procédure civile art. 641 and 642). Until the cut-off a
dossier may be replaced, so what the State received is settled at the cut-off: both periods begin there, or at the
deposit should it ever be later.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from edsh_portal.clock import PARIS

SOON_DAYS = (15, 3)  # what the queue calls close, then urgent


def last_day(at: datetime, months: int) -> date:
    """The civil day, in Paris, on which a period of `months` months begun at the instant `at` ends."""
    began = at.astimezone(PARIS).date()
    whole = began.year * 12 + began.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(began.day, monthrange(year, month + 1)[1]))


def months_after(at: datetime, months: int) -> datetime:
    """The first instant after the period (exclusive bound): midnight in Paris that ends its last day."""
    return datetime.combine(last_day(at, months) + timedelta(days=1), time(0), tzinfo=PARIS)


@dataclass(frozen=True)
class Periods:
    """Both clocks of a dossier. `…_on` is the last day, for people; `…_at` the exclusive bound, for rules."""

    began_at: datetime
    admissibility_on: date  # silence kept until its end: deemed admissible
    admissibility_at: datetime
    decision_on: date  # silence kept until its end: implicit rejection
    decision_at: datetime


def periods(submitted_at: datetime, closes_at: datetime, *, admissibility_months: int, decision_months: int) -> Periods:
    """Both periods of a dossier deposited at `submitted_at` (the version examined) in a wave closing at `closes_at`."""
    began_at = max(submitted_at, closes_at)
    return Periods(
        began_at,
        last_day(began_at, admissibility_months),
        months_after(began_at, admissibility_months),
        last_day(began_at, decision_months),
        months_after(began_at, decision_months),
    )


def deadlines(application) -> Periods | None:
    """The periods of a deposited dossier whose wave and settings are loaded; None for one never deposited."""
    if application.submitted_at is None:
        return None
    held = application.wave.settings
    return periods(
        application.submitted_at,
        application.wave.closes_at,
        admissibility_months=held.admissibility_months,
        decision_months=held.decision_months,
    )


def urgency(now: datetime, deadline: datetime) -> str:
    """« late », « urgent » (3 days), « soon » (15 days) or « calm »: how the queue shades a deadline."""
    if now >= deadline:
        return "late"
    left = deadline - now
    if left <= timedelta(days=SOON_DAYS[1]):
        return "urgent"
    return "soon" if left <= timedelta(days=SOON_DAYS[0]) else "calm"
