"""The legal periods of a dossier (décret 2018-514 art. 4 and 7), counted in months of the civil calendar of Paris.

Pure: instants are passed in. A period in months ends on the day that bears the number of the day it began, or on the
last day of a month that has no such day, at midnight (code de procédure civile art. 641 and 642). Until the cut-off a
dossier may be replaced, so what the State received is settled at the cut-off: both periods begin there, or at the
deposit should it ever be later.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from edsh_portal.clock import PARIS, civil, days_from

SOON_DAYS = (15, 3)  # what the queue calls close, then urgent; the service is reminded then
ANSWER_DAYS = (7, 1)  # a hospital is reminded of an answer expected


def last_day(at: datetime, months: int) -> date:
    """The civil day, in Paris, on which a period of `months` months begun at the instant `at` ends."""
    began = civil(at)
    whole = began.year * 12 + began.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(began.day, monthrange(year, month + 1)[1]))


def months_after(at: datetime, months: int) -> datetime:
    """The first instant after the period (exclusive bound): midnight in Paris that ends its last day."""
    return midnight_after(last_day(at, months))


@dataclass(frozen=True)
class Periods:
    """Both clocks of a dossier. `…_on` is the last day, for people; `…_at` the exclusive bound, for rules."""

    began_at: datetime
    admissibility_on: date  # silence kept until its end: deemed admissible
    admissibility_at: datetime
    decision_on: date  # silence kept until its end: implicit rejection
    decision_at: datetime


def midnight_after(day: date) -> datetime:
    """The exclusive bound of a period whose last day is `day`: midnight in Paris that ends it."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=PARIS)


def periods(
    submitted_at: datetime,
    closes_at: datetime,
    *,
    admissibility_months: int,
    decision_months: int,
    prorogued_to: date | None = None,
) -> Periods:
    """Both periods of a dossier deposited at `submitted_at` in a wave closing at `closes_at`.

    `prorogued_to`: the last day to decide that a reasoned decision gave instead (art. 7).
    """
    began_at = max(submitted_at, closes_at)
    decision_on = prorogued_to or last_day(began_at, decision_months)
    return Periods(
        began_at,
        last_day(began_at, admissibility_months),
        months_after(began_at, admissibility_months),
        decision_on,
        midnight_after(decision_on),
    )


def deadlines(application: Any) -> Periods:
    """The periods of a dossier that was deposited, whose wave and settings are loaded."""
    held = application.wave.settings
    return periods(
        application.submitted_at,
        application.wave.closes_at,
        admissibility_months=held.admissibility_months,
        decision_months=held.decision_months,
        prorogued_to=application.prorogued_to,
    )


def reminder(began_at: datetime, ends_at: datetime, now: datetime, days: tuple[int, ...]) -> int | None:
    """How many days before its end a period is to be recalled at `now`: the nearest of `days` already reached.

    None before the first, once the period is over, and for a mark that was behind when the period began.
    """
    reached = [mark for mark in days if began_at < days_from(ends_at, -mark) <= now]
    return min(reached) if reached and now < ends_at else None


def urgency(now: datetime, deadline: datetime) -> str:
    """« late », « urgent » (3 days), « soon » (15 days) or « calm »: how the queue shades a deadline."""
    if now >= deadline:
        return "late"
    soon, urgent = (days_from(deadline, -days) for days in SOON_DAYS)
    if now >= urgent:
        return "urgent"
    return "soon" if now >= soon else "calm"
