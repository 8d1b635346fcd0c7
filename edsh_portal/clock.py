"""The portal's clock: every rule reads portal_now() in the database, so that a test can cross a deadline."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.utils import dates

PARIS = ZoneInfo("Europe/Paris")


class PortalNow(models.Func):
    """The portal's clock, in a query."""

    function = "portal_now"
    arity = 0
    output_field = models.DateTimeField()


def now() -> datetime:
    """The portal's instant, aware UTC, microseconds; inside a transaction too it is the clock, not the start."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_now()")
        return cursor.fetchone()[0].astimezone(UTC)


def of(request: Any) -> datetime:
    """The instant that this request has read, once: its page and the frame around it show the same."""
    request.now = getattr(request, "now", None) or now()
    return request.now


def paris(at: datetime) -> str:
    """« mardi 11 octobre 2022 à 12:00:00 », Europe/Paris."""
    local = at.astimezone(PARIS)
    return f"{day(local)} à {local:%H:%M:%S}"


def paris_to_the_millisecond(at: datetime) -> str:
    """« … à 11:59:59,998 »: what separates in time from too late may be less than a second."""
    return f"{paris(at)},{at.microsecond // 1000:03d}"


def day(at: datetime) -> str:
    local = at.astimezone(PARIS)
    number = "1er" if local.day == 1 else str(local.day)
    return f"{dates.WEEKDAYS[local.weekday()]} {number} {dates.MONTHS[local.month]} {local.year}"


def civil(at: datetime) -> date:
    """The day of an instant, in Paris."""
    return at.astimezone(PARIS).date()


def days_from(at: datetime, days: int) -> datetime:
    """The same hour in Paris so many civil days later (or earlier): a change of hour in between makes no other day of it."""
    return (at.astimezone(PARIS) + timedelta(days=days)).astimezone(UTC)


def today() -> date:
    """The civil day in Paris by the portal's clock."""
    return civil(now())


def shift() -> timedelta:
    """How far the portal's clock stands from the machine's; zero in production."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_now() - clock_timestamp(), shift = '0' AND frozen_at IS NULL FROM portal_clock")
        difference, real = cursor.fetchone()
    return timedelta(0) if real else difference


def retold(**rows: Iterable[Any]) -> timedelta:
    """What the machine's clock dated (the name of the column: its rows), told on the portal's as all of a page is: in a
    demonstration they are years apart. By how much."""
    by = shift()
    for name, listed in rows.items():
        for row in listed if by else ():
            if (at := getattr(row, name)) is not None:
                setattr(row, name, at + by)
    return by


def set_to(at: datetime | None, *, frozen: bool = False, using: str = "default") -> None:
    """Moves the clock to `at` (running, or frozen there); None brings it back. Owner only: demo and tests."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE portal_clock SET frozen_at = CASE WHEN %s THEN %s::timestamptz END,"
            " shift = coalesce(%s::timestamptz - clock_timestamp(), '0')",
            [frozen and at is not None, at, at],
        )
