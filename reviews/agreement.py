"""How far experts agree: Krippendorff's alpha (interval metric, marks may be missing) and the plain spread; exact, no query.

Krippendorff, « Computing Krippendorff's Alpha-Reliability », 2011: α = 1 − D_observed ÷ D_expected, over values that can be paired.
Squared differences within a unit of m values are 2 (m Σv² − (Σv)²) in all, so that each unit is read once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .scoring import Grid, Report, divergent, divergent_total, weighted

Value = int | Fraction


@dataclass(frozen=True)
class Agreement:
    """Of one criterion, or of the total (`number` None). `alpha`: 1 whole, 0 what chance gives; None when nothing can be compared, or
    nothing differs. `spread`: mean gap from the lowest to the highest of a dossier."""

    number: int | None
    alpha: Fraction | None
    spread: Fraction | None
    dossiers: int
    divergent: int


def alpha(units: Iterable[Sequence[Value]]) -> Fraction | None:
    """`units`: the values given to each; one alone is compared with nothing, and does not count."""
    paired = [values for values in units if len(values) > 1]
    every = [value for values in paired for value in values]
    expected = _apart(every)
    if not expected:
        return None
    observed = sum((Fraction(_apart(values)) / (len(values) - 1) for values in paired), Fraction(0))
    return 1 - observed * (len(every) - 1) / expected


def _apart(values: Sequence[Value]) -> Value:
    """Squared differences over ordered pairs."""
    total = sum(values)
    return 2 * (len(values) * sum(value * value for value in values) - total * total)


def spread(units: Iterable[Sequence[Value]]) -> Fraction | None:
    gaps = [max(values) - min(values) for values in units if len(values) > 1]
    return Fraction(sum(gaps), len(gaps)) if gaps else None


def measure(reports: Mapping[int, Sequence[Report]], grid: Grid) -> list[Agreement]:
    """By criterion in order, then the total of 100; `reports`: {dossier: its reports}."""
    compared = [given for given in reports.values() if len(given) > 1]
    apart = [set(divergent(given, grid)) for given in compared]
    found = []
    for number in sorted(grid.weights):
        units = [[report[number] for report in given if number in report] for given in compared]
        count = sum(number in numbers for numbers in apart)
        found.append(Agreement(number, alpha(units), spread(units), len(compared), count))
    totals = [[weighted(report, grid.weights, grid.scale_max) for report in given] for given in compared]
    count = sum(divergent_total(given, grid) for given in compared)
    return [*found, Agreement(None, alpha(totals), spread(totals), len(compared), count)]
