"""The legal periods: the same number of day, the last day of a short month, midnight in Paris whatever the season."""

from datetime import UTC, date, datetime, timedelta

import pytest

from calls import clocks
from edsh_portal import clock
from edsh_portal.clock import PARIS


def paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("began", "months", "last"),
    [
        (paris(2022, 10, 11, 12), 2, date(2022, 12, 11)),
        (paris(2022, 10, 11, 12), 8, date(2023, 6, 11)),
        (paris(2023, 4, 12, 12), 8, date(2023, 12, 12)),
        (paris(2022, 12, 31, 9), 2, date(2023, 2, 28)),  # no 31st
        (paris(2023, 12, 31, 9), 2, date(2024, 2, 29)),  # leap year
        (paris(2024, 2, 29, 9), 12, date(2025, 2, 28)),
        (paris(2024, 2, 29, 9), 8, date(2024, 10, 29)),
        (paris(2023, 1, 31, 9), 8, date(2023, 9, 30)),
        (paris(2022, 11, 30, 9), 1, date(2022, 12, 30)),
        (paris(2022, 12, 15, 9), 1, date(2023, 1, 15)),
        (datetime(2022, 10, 11, 22, 30, tzinfo=UTC), 2, date(2022, 12, 12)),  # already the 12th in Paris
        (datetime(2022, 12, 31, 23, 30, tzinfo=UTC), 2, date(2023, 3, 1)),  # already the new year in Paris
    ],
)
def test_last_day(began, months, last):
    assert clocks.last_day(began, months) == last
    assert clocks.months_after(began, months) == datetime.combine(
        last + timedelta(days=1), datetime.min.time(), tzinfo=PARIS
    )


def test_midnight_is_that_of_paris_in_both_seasons():
    assert clocks.months_after(paris(2022, 10, 11, 12), 2).astimezone(UTC) == datetime(
        2022, 12, 11, 23, tzinfo=UTC
    )  # winter
    assert clocks.months_after(paris(2022, 10, 11, 12), 8).astimezone(UTC) == datetime(
        2023, 6, 11, 22, tzinfo=UTC
    )  # summer
    # The very day of a change of hour: midnight that ends 26 March 2023 is already summer time.
    assert clocks.months_after(paris(2023, 1, 26, 12), 2).astimezone(UTC) == datetime(2023, 3, 26, 22, tzinfo=UTC)


def test_both_periods_begin_at_the_cut_off():
    cut_off = paris(2022, 10, 11, 12)
    early = clocks.periods(paris(2022, 8, 1, 9), cut_off, admissibility_months=2, decision_months=8)
    assert (early.began_at, early.admissibility_on, early.decision_on) == (
        cut_off,
        date(2022, 12, 11),
        date(2023, 6, 11),
    )
    assert (early.admissibility_at, early.decision_at) == (paris(2022, 12, 12), paris(2023, 6, 12))
    late = clocks.periods(paris(2022, 10, 14, 9), cut_off, admissibility_months=2, decision_months=8)
    assert (late.began_at, late.admissibility_on) == (paris(2022, 10, 14, 9), date(2022, 12, 14))


def test_17_delays_count_civil_days_in_paris():
    """20 March 2023 at 23:59 and 15 days, over the change of hour of the 26th, is 4 April and not the 5th."""
    begun = paris(2023, 3, 20, 23, 59)
    ended = clock.days_from(begun, 15)
    assert (clock.civil(ended), ended) == (date(2023, 4, 4), paris(2023, 4, 4, 23, 59))
    assert ended - begun != timedelta(days=15)
    back = clock.days_from(paris(2022, 11, 3, 0, 30), -15)  # over the change of 30 October
    assert (clock.civil(back), back) == (date(2022, 10, 19), paris(2022, 10, 19, 0, 30))


def test_17_a_deadline_is_near_by_civil_days():
    """Its reminder and its shade come at the hour of its end, so many days before, whatever the hour changed."""
    ends, before = paris(2023, 4, 4), paris(2023, 3, 20)
    assert clocks.reminder(before, ends, paris(2023, 3, 21), (14,)) == 14
    assert clocks.reminder(before, ends, paris(2023, 3, 20, 23, 59), (14,)) is None
    assert clocks.urgency(paris(2023, 3, 20), ends) == "soon"
    assert clocks.urgency(paris(2023, 3, 19, 23, 59), ends) == "calm"


def test_urgency():
    deadline = paris(2022, 12, 12)
    assert [clocks.urgency(deadline - timedelta(days=days), deadline) for days in (16, 15, 4, 3, 0, -1)] == [
        "calm",
        "soon",
        "soon",
        "urgent",
        "late",
        "late",
    ]
