"""Time limits of remedies, in civil days of Paris. Pure.

A period to contest is « franc »: neither the day that opens it nor its last day counts, and it ends on the next working day (CJA
R421-1; CE, practice). Silence of two months on a remedy rejects it (CRPA L231-4, L411-7), from the day it was received.
"""

from calendar import monthrange
from datetime import date, timedelta

SILENCE_MONTHS = 2
FIXED = (
    (1, 1),
    (5, 1),
    (5, 8),
    (7, 14),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 25),
)  # public holidays (code du travail L3133-1)
AFTER_EASTER = (1, 39, 50)  # its Monday, Ascension, Whit Monday


def months_later(day: date, months: int) -> date:
    """The day that bears the same number, or the last of a month that has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def easter(year: int) -> date:
    """Of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


def works(day: date) -> bool:
    holidays = {easter(day.year) + timedelta(days=n) for n in AFTER_EASTER}
    return day.weekday() < 5 and (day.month, day.day) not in FIXED and day not in holidays


def contested_until(notified_on: date, months: int) -> date:
    """The last day to contest what was notified (or implied) that day."""
    day = months_later(notified_on, months) + timedelta(days=1)
    while not works(day):
        day += timedelta(days=1)
    return day


def implied_on(received_on: date) -> date:
    """The day on which silence rejects what was received that day."""
    return months_later(received_on, SILENCE_MONTHS)
