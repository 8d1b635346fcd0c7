"""The arithmetic of the forecast: no cent is lost, whatever is known of a share; a supposition moves them as it says, and no other way."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from funding.forecasting import (
    CERTIFIED,
    ORDERED,
    WHOLE,
    YEAR,
    Credit,
    Planned,
    Row,
    Share,
    Statement,
    Supposed,
    curve,
    expected,
    lacks,
    month_of,
    supposed,
    supposed_credits,
    years,
)

NOW = month_of(2024, 2)
CENTS = st.integers(0, 10**10)
KINDS = ("start", "milestone", "report", "expenses", "final_report", "final_expenses")


@st.composite
def shares(draw, most=1):
    """A share of which anything may be known, however odd."""
    cents = draw(CENTS)
    left = draw(st.integers(0, cents))
    planned = st.builds(
        Planned,
        pk=st.integers(1, 50),
        kind=st.sampled_from(("advance", "interim", "balance")),
        cents=CENTS,
        year=st.integers(2022, 2028),
        state=st.sampled_from(("planned", CERTIFIED, ORDERED, "paid")),
        waits=st.frozensets(st.sampled_from(KINDS)),
        claim=st.none() | st.integers(1, 3),
    )
    stated = st.builds(
        Statement,
        pk=st.integers(1, 3),
        cents=CENTS,
        base=st.integers(1, 10**10),
        forecast=CENTS,
        accepted=st.booleans(),
        final_cents=st.none() | CENTS,
        final=st.booleans(),
    )
    return Share(
        pk=draw(st.integers(1, most)),
        line=draw(st.integers(1, 2)),
        cents=cents,
        left=left,
        paid=draw(st.integers(0, cents - left)),
        starts=draw(st.integers(NOW - 60, NOW + 24)),
        months=draw(st.integers(0, 60)),
        conventioned=draw(st.booleans()),
        milestones=tuple(draw(st.lists(st.integers(1, 60), max_size=4))),
        expenses=draw(st.dictionaries(st.integers(2022, 2029), CENTS, max_size=5)),
        instalments=tuple(draw(st.lists(planned, max_size=4))),
        statements=tuple(draw(st.lists(stated, max_size=2))),
        advance_bp=draw(st.integers(0, WHOLE)),
        before_bp=draw(st.integers(0, WHOLE)),
        stopped=draw(st.booleans()),
    )


credits_of = st.lists(
    st.builds(
        Credit, line=st.integers(1, 2), year=st.integers(2023, 2027), opened=CENTS, brought=CENTS, gone=st.just(0),
        paid=CENTS, closed=st.booleans(),
    ),
    max_size=6, unique_by=lambda one: (one.line, one.year),
)  # fmt: skip
rows_of = st.lists(shares(9), max_size=4).map(lambda some: [row for share in some for row in expected(share, NOW)[0]])
kept_of = st.dictionaries(st.integers(1, 2), st.integers(0, WHOLE))


def total(rows):
    return sum(row.cents for row in rows)


def by_month(rows):
    found = Counter()
    for row in rows:
        found[row.line, row.month] += row.cents
    return found


@given(shares())
def test_what_is_left_of_a_share_is_paid_or_spared_to_the_cent(share):
    rows, spared = expected(share, NOW)
    assert total(rows) + spared == share.left
    assert spared >= 0 and all(row.cents > 0 and row.month >= max(NOW, row.due) for row in rows)
    assert {(row.share, row.line) for row in rows} <= {(share.pk, share.line)}


@given(rows_of, credits_of, kept_of)
def test_the_months_of_the_years_are_the_rows(rows, credits, kept):
    found = years(rows, credits, kept)
    assert {
        (of.line, month_of(of.year, m)): cents for of in found for m, cents in enumerate(of.months, 1) if cents
    } == by_month(rows)
    assert sum(of.opened + of.brought for of in found) == sum(one.opened + one.brought for one in credits)
    assert all(of.left == of.left_after(YEAR) == of.usable - of.paid - sum(of.months) for of in found)


@given(rows_of, credits_of, kept_of)
def test_the_first_lack_is_the_first_month_whose_payments_pass_what_is_left(rows, credits, kept):
    """Month after month, naively."""
    wanted = {}
    for of in years(rows, credits, kept):
        left = of.opened + of.brought + of.kept - of.gone - of.paid
        for number, cents in enumerate(of.months, 1):
            left -= cents
            if cents and left < 0:
                wanted.setdefault(of.line, (month_of(of.year, number), -left))
    found = lacks(years(rows, credits, kept), NOW)
    assert {lack.line: (lack.month, lack.cents) for lack in found} == wanted
    assert all(lack.by_year_end >= lack.cents > 0 for lack in found)


@given(rows_of, credits_of, kept_of)
def test_the_curve_passes_its_limit_in_the_years_that_lack(rows, credits, kept):
    found = [of for of in years(rows, credits, kept) if of.line == 1]
    over = {month // YEAR for month, need, most in curve(found) if need > most}
    assert over == {of.year for of in found if min(of.left_after(m) for m in range(1, YEAR + 1)) < 0}


@given(rows_of, st.integers(0, 36), st.integers(0, 100), st.integers(0, 36))
def test_later_payments_never_need_more_by_any_month(rows, shift, percent, late):
    later = supposed(rows, Supposed(shift=shift, late_percent=percent, late_months=late), NOW)
    assert total(later) == total(rows)
    before, after = by_month(rows), by_month(later)
    for line in (1, 2):
        need = [0, 0]
        for month in sorted({month for of, month in (*before, *after) if of == line}):
            need = [need[0] + before[line, month], need[1] + after[line, month]]
            assert need[1] <= need[0]


@given(rows_of, st.integers(-12, 36))
def test_an_order_is_paid_when_it_is(rows, shift):
    kept = [row for row in rows if row.basis == ORDERED]
    assert [row for row in supposed(rows, Supposed(shift=shift), NOW) if row.basis == ORDERED] == kept
    assert all(row.month >= NOW for row in supposed(rows, Supposed(shift=shift), NOW))


@given(rows_of, st.frozensets(st.integers(1, 9)), st.integers(1, 36))
def test_shares_are_left_out_or_put_off_alone(rows, chosen, months):
    without = supposed(rows, Supposed(shares=chosen, left_out=True), NOW)
    assert total(without) + total(row for row in rows if row.share in chosen) == total(rows)
    put_off = supposed(rows, Supposed(shares=chosen, put_off=months), NOW)
    assert [row for row in put_off if row.share not in chosen] == [row for row in rows if row.share not in chosen]
    assert total(put_off) == total(rows)


@given(rows_of, credits_of, kept_of, st.integers(-(10**10), 10**10), st.none() | st.integers(2023, 2028))
def test_credits_moved_are_the_same_and_more_credits_leave_more(rows, credits, kept, cents, to_year):
    what = Supposed(line=1, year=2025, cents=cents, to_year=to_year)
    then = supposed_credits(credits, what)
    before, after = (sum(one.opened for one in some) for some in (credits, then))
    assert all(one.opened >= 0 for one in then)
    if to_year is not None:
        assert after == before
    elif cents >= 0:
        assert after == before + cents
        left = {(of.line, of.year): of.left for of in years(rows, credits, kept)}
        assert all(of.left >= left.get((of.line, of.year), of.left) for of in years(rows, then, kept))
    else:
        assert before + cents <= after <= before


def test_an_award_is_paid_as_its_letter_says():
    """3 years, 300 000,01 € at 25 % then 80 %: an advance, two annual reports by their expenses, the balance."""
    share = Share(
        pk=1, line=1, cents=300_000_01, left=300_000_01, paid=0, starts=month_of(2024, 1), months=36, conventioned=False,
        expenses={2024: 100, 2025: 200, 2026: 300}, advance_bp=2_500, before_bp=8_000,
    )  # fmt: skip
    rows, spared = expected(share, NOW)
    assert spared == 0
    assert [(row.kind, row.month, row.cents) for row in rows] == [
        ("advance", NOW, 75_000_00),
        ("interim", month_of(2025, 1), 55_000_00),
        ("interim", month_of(2026, 1), 110_000_00),
        ("balance", month_of(2027, 1), 60_000_01),
    ]


def test_a_payment_waits_for_the_last_of_its_conditions_and_for_its_year():
    share = Share(
        pk=1, line=1, cents=100, left=100, paid=0, starts=month_of(2023, 1), months=36, conventioned=True, milestones=(4, 10, 20),
    )  # fmt: skip

    def due(year, *waits, **more):
        one = Planned(7, "interim", 100, year, "planned", frozenset(waits), **more)
        (row,), _spared = expected(replace(share, instalments=(one,)), NOW)
        return row.due, row.month, row.late

    assert due(2024) == (NOW, NOW, False)
    assert due(2024, "milestone") == (month_of(2023, 11), NOW, True)
    assert due(2024, "milestone", "report") == (month_of(2024, 1), NOW, True)
    assert due(2025, "report") == (month_of(2024, 1), month_of(2025, 1), True)
    assert due(2024, "final_report") == (month_of(2026, 1), month_of(2026, 1), False)
    assert due(2024, "expenses", claim=3) == (NOW, NOW, False)


def test_credits_that_a_source_keeps_serve_the_next_year():
    row = Row(1, 1, "interim", 70, month_of(2025, 3), month_of(2025, 3), "schedule")
    told = [Credit(1, 2024, opened=100, paid=20)]
    (first, second) = years([row], told, {1: 5_000})
    assert (first.left, second.kept, second.left) == (80, 40, -30)
    assert [of.kept for of in years([row], [replace(told[0], closed=True)], {1: 5_000})] == [0, 0]
    assert [(lack.month, lack.cents) for lack in lacks([first, second], NOW)] == [(month_of(2025, 3), 30)]
