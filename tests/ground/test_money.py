"""Cents: what a person types, what is written back, and splits that always sum."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edsh_portal import money


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("0", 0),
        ("1", 100),
        ("1,5", 150),
        ("1.05", 105),
        ("1 234,56", 123456),
        ("1\u202f234\u202f567,89 €", 123456789),
        ("0,01", 1),
        ("-", 0),
        (" - € ", 0),
        ("\u2212\u00a0€", 0),
    ],
)
def test_parse(typed, cents):
    assert money.parse(typed) == cents


@pytest.mark.parametrize("typed", ["", "-1", "1,234", "1.2.3", "abc", "1e3", "NaN", "٣", "1,2,3", "€"])
def test_parse_refuses_with_a_sentence(typed):
    with pytest.raises(ValueError, match="Écrivez un montant"):
        money.parse(typed)


def test_parse_refuses_too_much():
    with pytest.raises(ValueError, match="trop grand"):
        money.parse("9999999999999")


@pytest.mark.parametrize(
    ("euros", "cents"),
    [
        ("33333.3300000001", 3333333),
        ("434.999999", 43500),
        ("0.3", 30),
        ("-0.0000001", 0),
        ("9999999999.99", 10**12 - 1),
    ],
)
def test_a_number_is_the_cent_it_is_near_to(euros, cents):
    """D14."""
    assert money.of_number(Decimal(euros)) == cents


@pytest.mark.parametrize("euros", ["100.005", "1.00001", "-1", "-0.01", "10000000000", "1E+30", "-1E+30", "1E-3"])
def test_a_number_that_is_no_amount_is_refused(euros):
    """D14: a third decimal that is meant, a sign, too much."""
    with pytest.raises(ValueError):
        money.of_number(Decimal(euros))


@given(st.integers(0, money.LARGEST - 1))
def test_display_reads_back(cents):
    assert money.parse(money.display(cents)) == cents


def test_display():
    assert money.display(123456789) == "1\u202f234\u202f567,89\u00a0€"
    assert money.display(-5) == "−0,05\u00a0€"


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any))
def test_split_sums_and_stays_within_a_cent(total, weights):
    parts = money.split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0]), (-1, [1]), (1, [1, -1])])
def test_split_refuses(total, weights):
    with pytest.raises(ValueError):
        money.split(total, weights)
