"""Exact scores against an independent formula; order total, blind to the order of arrival; floors and divergence."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import Entry, Grid

NUMBERS = (1, 2, 11, 12)
WEIGHTS = {1: 30, 2: 20, 11: 20, 12: 30}
GRID = Grid(WEIGHTS, 10, {2: 3})

report = st.fixed_dictionaries({number: st.integers(0, 10) for number in NUMBERS})
reports = st.lists(report, min_size=1, max_size=5)
weights = st.fixed_dictionaries({number: st.integers(1, 40) for number in NUMBERS})
entries = st.lists(st.tuples(reports, st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=8).map(
    lambda rows: [Entry(key, tuple(r), aid, gain, vote=key) for key, (r, aid, gain) in enumerate(rows)]
)


def same(*marks: int) -> tuple[dict[int, int], ...]:
    return tuple(dict.fromkeys(NUMBERS, mark) for mark in marks)


@given(reports, weights, st.integers(1, 20))
def test_score_equals_an_independent_formula(given_reports, given_weights, scale):
    """Mean of the reports' own scores, each summed in integers: the same number by another road."""
    grid = Grid(given_weights, scale, {})
    clipped = [{n: min(mark, scale) for n, mark in r.items()} for r in given_reports]
    numerator = sum(100 * given_weights[n] * r[n] for r in clipped for n in NUMBERS)
    denominator = sum(given_weights.values()) * scale * len(clipped)
    assert scoring.score(clipped, grid) == Fraction(numerator, denominator)
    by_report = [scoring.weighted(r, given_weights, scale) for r in clipped]
    assert scoring.score(clipped, grid) == sum(by_report) / len(by_report)
    assert 0 <= scoring.score(clipped, grid) <= 100


@given(reports, st.randoms(use_true_random=False))
def test_order_of_reports_and_criteria_changes_nothing(given_reports, chance):
    shuffled = [dict(chance.sample(list(r.items()), len(r))) for r in chance.sample(given_reports, len(given_reports))]
    assert scoring.score(shuffled, GRID) == scoring.score(given_reports, GRID)
    assert scoring.divergent(shuffled, GRID) == scoring.divergent(given_reports, GRID)
    assert scoring.divergent_total(shuffled, GRID) == scoring.divergent_total(given_reports, GRID)


@given(entries, st.randoms(use_true_random=False))
def test_ranking_is_blind_to_the_order_of_arrival(found, chance):
    assert scoring.rank(chance.sample(found, len(found)), GRID) == scoring.rank(found, GRID)


@given(entries)
def test_order_is_total_once_voted(found):
    """With votes that all differ nobody is tied: ranks are 1…n, scores never rise, a tie-break is named iff scores equal."""
    placed = scoring.rank(found, GRID)
    assert [p.rank for p in placed] == list(range(1, len(found) + 1))
    assert not any(p.tied for p in placed)
    for above, below in zip(placed, placed[1:], strict=False):
        assert above.score >= below.score
        assert bool(below.decided_by) == (above.score == below.score)


@given(entries, st.integers(0, 7))
def test_more_marks_never_rank_lower(found, which):
    chosen = found[which % len(found)]
    before = next(p.rank for p in scoring.rank(found, GRID) if p.key == chosen.key)
    better = Entry(
        chosen.key,
        tuple({n: min(10, m + 1) for n, m in r.items()} for r in chosen.reports),
        chosen.requested_cents,
        chosen.coverage_gain,
        chosen.vote,
    )
    after = scoring.rank([better if e.key == chosen.key else e for e in found], GRID)
    assert next(p.rank for p in after if p.key == chosen.key) <= before


@pytest.mark.parametrize(
    ("decided_by", "first", "second"),
    [
        ("", Entry(2, same(8)), Entry(1, same(7))),
        ("criterion12", Entry(2, ({1: 5, 2: 5, 11: 5, 12: 6},)), Entry(1, ({1: 6, 2: 5, 11: 5, 12: 5},))),
        ("criterion11", Entry(2, ({1: 5, 2: 5, 11: 6, 12: 5},)), Entry(1, ({1: 5, 2: 6, 11: 5, 12: 5},))),
        ("coverage", Entry(2, same(5), coverage_gain=9), Entry(1, same(5), coverage_gain=8)),
        ("aid", Entry(2, same(5), requested_cents=1), Entry(1, same(5), requested_cents=2)),
        ("vote", Entry(2, same(5), vote=1), Entry(1, same(5), vote=2)),
        ("vote", Entry(2, same(5), vote=1), Entry(1, same(5))),
    ],
)
def test_each_tie_break_in_its_turn(decided_by, first, second):
    placed = scoring.rank([second, first], GRID)
    assert [(p.key, p.rank, p.decided_by, p.tied) for p in placed] == [(2, 1, "", False), (1, 2, decided_by, False)]


def test_criterion_2_parts_when_coverage_does_not():
    """Two criteria of equal weight beside it let criterion 2 differ at equal score, 12 and 11."""
    grid = Grid({1: 20, 2: 20, 11: 20, 12: 40}, 10, {})
    placed = scoring.rank([Entry(1, ({1: 6, 2: 5, 11: 5, 12: 5},)), Entry(2, ({1: 5, 2: 6, 11: 5, 12: 5},))], grid)
    assert [(p.key, p.decided_by) for p in placed] == [(2, ""), (1, "criterion2")]


def test_equals_share_their_rank():
    placed = scoring.rank([Entry(3, same(4)), Entry(1, same(5)), Entry(2, same(5))], GRID)
    assert [(p.key, p.rank, p.tied) for p in placed] == [(1, 1, True), (2, 1, True), (3, 3, False)]


def test_floor_is_of_the_mean_and_strict():
    assert scoring.below_floor([{2: 3}, {2: 3}], GRID) == ()
    assert scoring.below_floor([{2: 3}, {2: 2}], GRID) == (2,)


def test_divergence_scales():
    assert scoring.divergent(same(5, 8), GRID) == ()
    assert scoring.divergent([dict.fromkeys(NUMBERS, 5), {1: 9, 2: 5, 11: 8, 12: 5}], GRID) == (1,)
    assert scoring.divergent([dict.fromkeys(NUMBERS, 0), dict.fromkeys(NUMBERS, 2)], Grid(WEIGHTS, 5, {})) == NUMBERS
    assert not scoring.divergent_total(same(5, 6), GRID)
    assert scoring.divergent_total(same(5, 7), GRID)


def test_missing_marks_count_nothing():
    assert scoring.weighted({}, WEIGHTS, 10) == 0
    assert scoring.weighted({12: 10}, WEIGHTS, 10) == 30


@given(st.fractions(min_value=0, max_value=100))
def test_display_rounds_half_up(value):
    shown = Decimal(scoring.display(value).replace(",", "."))
    assert abs(Fraction(shown) - value) <= Fraction(1, 200)
    assert Fraction(shown) * 100 == (value * 100 + Fraction(1, 2)).__floor__()


def test_display_of_a_half_cent():
    assert scoring.display(Fraction(12345, 1000)) == "12,35"
    assert scoring.display(Fraction(100)) == "100,00"
