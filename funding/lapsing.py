"""The delays that an award dies of: begun within two years of its notification, extended once; its expenses declared a year after its end.

Pure: days in Paris, instants are passed in. Source: décret n° 2018-514 art. 11 and 13. These delays are constants and not settings of
the call: they are the decree's, which no call lengthens or shortens; the walls hold the same months (lapse.sql).
"""

from datetime import date, datetime, time

from calls import clocks
from edsh_portal import clock

START_MONTHS = 24  # art. 11: from the notification
EXTENSION_MONTHS = 12  # art. 11: once, at most
CLAIM_MONTHS = 12  # art. 13: from the planned end of the project
SOON_DAYS = (90, 30)  # before the end of the delay to begin, its coordinator is reminded


def begins_by(engaged_at: datetime, extended_to: date | None = None) -> date:
    """The last day on which the project may begin."""
    return extended_to or clocks.last_day(engaged_at, START_MONTHS)


def latest_extension(engaged_at: datetime) -> date:
    """The last day that an extension may give."""
    return clocks.last_day(engaged_at, START_MONTHS + EXTENSION_MONTHS)


def claims_by(starts_on: date, months: int) -> date:
    """The last day on which expenses may be declared: a year after the planned end."""
    return clocks.last_day(datetime.combine(starts_on, time(12), tzinfo=clock.PARIS), months + CLAIM_MONTHS)
