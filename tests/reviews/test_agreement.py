"""Agreement of experts: Krippendorff's alpha against what is published of it, and against its definition; the page."""

from fractions import Fraction
from itertools import permutations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from reviews.agreement import alpha, measure, spread
from reviews.scoring import Grid
from tests.pages import tight

from .world import reviewed

# Krippendorff 2011, « Computing Krippendorff's Alpha-Reliability », section D: four observers, twelve units; interval 0.849.
OBSERVED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# Three coders, fifteen units (Wikipedia, « Krippendorff's alpha »); interval 0.811.
CODED = """
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""
marks = st.lists(st.lists(st.integers(0, 10), max_size=4), max_size=6)


def units(table: str) -> list[list[int]]:
    rows = [line.split() for line in table.split("\n") if line]
    return [[int(cell) for cell in column if cell != "."] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(("table", "published"), [(OBSERVED, 0.849), (CODED, 0.811)])
def test_alpha_as_published(table, published):
    assert float(alpha(units(table))) == pytest.approx(published, abs=0.0005)


@given(marks)
def test_alpha_as_defined_by_pairs(given_marks):
    paired = [values for values in given_marks if len(values) > 1]
    every = [value for values in paired for value in values]
    observed = sum(Fraction((a - b) ** 2, len(v) - 1) for v in paired for a, b in permutations(v, 2))
    expected = sum((a - b) ** 2 for a, b in permutations(every, 2))
    found = alpha(given_marks)
    if expected:
        assert found == 1 - Fraction(observed, len(every)) / Fraction(expected, len(every) * (len(every) - 1))
    else:
        assert found is None


def test_whole_chance_and_nothing_to_compare():
    assert alpha([[1, 1], [5, 5]]) == 1 and alpha([[1, 5], [5, 1]]) < 0
    assert alpha([]) is alpha([[3]]) is alpha([[3, 3], [3, 3]]) is None
    assert spread([[1, 4, 2], [5, 5], [9]]) == Fraction(3, 2) and spread([[1]]) is None


def test_by_criterion_and_in_all():
    grid = Grid({1: 30, 2: 70}, 10, {})
    first, second, total = measure(
        {7: [{1: 2, 2: 5}, {1: 8, 2: 5}], 8: [{1: 4, 2: 6}, {1: 4, 2: 6}], 9: [{1: 1, 2: 1}]}, grid
    )
    assert (first.number, first.spread, first.dossiers, first.divergent) == (1, 3, 2, 1)
    assert (second.alpha, second.spread, second.divergent) == (1, 0, 0)
    assert (total.number, total.spread, total.divergent) == (None, 9, 0)


def test_the_page_of_the_officer_and_of_the_chair(world, client):
    def page(person):
        client.force_login(person, backend="directory.backends.EmailBackend")
        return client.get(reverse("reviews:agreement", args=[1]))

    assert "Rien à comparer" in page(world.driss).content.decode()
    for dossier, values in zip(world.dossiers, ((2, 8), (7, 7), (5, 6)), strict=True):
        for expert, value in zip((world.claire, world.chloe), values, strict=True):
            reviewed(world, dossier, expert, value)
    seen = tight(page(world.jean).content.decode())
    first, second, third = (dossier.reference for dossier in world.dossiers)
    assert first in seen and second not in seen and third not in seen
    assert "20,00 à 80,00" in seen and "1, 2, 11, 12" in seen
    assert '<td class="num" data-label="Écart moyen">2,3</td>' in seen  # (6 + 0 + 1) ÷ 3
    assert page(world.claire).status_code == page(world.dora).status_code == 403
