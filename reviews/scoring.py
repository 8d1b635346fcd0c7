"""Scores and rankings in exact fractions: no request, no query, no clock (CALL.md R54, R56, R58)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

# What parts two dossiers of equal score, in the published order (R58).
TIE_BREAKS = ("criterion12", "criterion11", "coverage", "criterion2", "aid", "vote")
Report = Mapping[int, int]  # criterion's number → mark, whole


@dataclass(frozen=True)
class Grid:
    """Weights and floors by criterion number; marks go from 0 to scale_max."""

    weights: Mapping[int, int]
    scale_max: int
    floors: Mapping[int, int]


@dataclass(frozen=True)
class Entry:
    """A dossier to rank: locked reports, aid asked (cents), inhabitants it would newly cover, the chair's vote."""

    key: int
    reports: Sequence[Report]
    requested_cents: int = 0
    coverage_gain: int = 0
    vote: int | None = None


@dataclass(frozen=True)
class Standing:
    """How far one criterion of a report is. `lack`: « mark », « comment » (too short), or nothing; `below`: under its floor."""

    number: int
    value: int | None
    lack: str
    below: bool


@dataclass(frozen=True)
class Placed:
    """A ranked dossier. `decided_by`: what put it below its neighbour of equal score; `tied`: nothing did yet."""

    key: int
    rank: int
    score: Fraction
    decided_by: str
    tied: bool
    below_floor: tuple[int, ...]
    divergent: tuple[int, ...]
    divergent_total: bool


def weighted(scores: Report, weights: Mapping[int, int], scale_max: int) -> Fraction:
    """One report's score out of 100: 100 · Σ w·mark ÷ (scale_max · Σ w). Marks not given yet count 0."""
    total = sum(weight * scores.get(number, 0) for number, weight in weights.items())
    return Fraction(100 * total, scale_max * sum(weights.values()))


def standing(number: int, value: int | None, comment: str, *, least: int, floor: int | None) -> Standing:
    """`least`: the characters that a comment has at least (R54)."""
    lack = "mark" if value is None else "comment" if len(comment) < least else ""
    return Standing(number, value, lack, value is not None and floor is not None and value < floor)


def mean(reports: Sequence[Report], number: int) -> Fraction:
    """Mean mark of a criterion over complete reports; 0 when the grid has no such criterion."""
    return Fraction(sum(report.get(number, 0) for report in reports), len(reports))


def score(reports: Sequence[Report], grid: Grid) -> Fraction:
    """R58: Σ w·mean, out of 100."""
    total = sum((weight * mean(reports, number) for number, weight in grid.weights.items()), Fraction(0))
    return 100 * total / (grid.scale_max * sum(grid.weights.values()))


def below_floor(reports: Sequence[Report], grid: Grid) -> tuple[int, ...]:
    """Criteria whose mean is under their eliminatory floor (R54)."""
    return tuple(number for number in sorted(grid.floors) if mean(reports, number) < grid.floors[number])


def divergent(reports: Sequence[Report], grid: Grid) -> tuple[int, ...]:
    """R56: criteria whose marks spread over at least 2 points of 5, whatever the scale."""

    def spread(number: int) -> int:
        marks = [report.get(number, 0) for report in reports]
        return max(marks) - min(marks)

    return tuple(number for number in sorted(grid.weights) if 5 * spread(number) >= 2 * grid.scale_max)


def divergent_total(reports: Sequence[Report], grid: Grid) -> bool:
    """R56: totals that differ by at least 20 points of 100."""
    totals = [weighted(report, grid.weights, grid.scale_max) for report in reports]
    return max(totals) - min(totals) >= 20


def merit(entry: Entry, grid: Grid) -> tuple[Fraction | int, ...]:
    """What is compared, the smaller the better: score, then each of TIE_BREAKS in turn (no vote comes last)."""
    return (
        -score(entry.reports, grid),
        -mean(entry.reports, 12),
        -mean(entry.reports, 11),
        -entry.coverage_gain,
        -mean(entry.reports, 2),
        entry.requested_cents,
        entry.vote if entry.vote is not None else 1_000_000,
    )


def parted_by(above: tuple, below: tuple) -> str:
    """Name of the tie-break at which two merits of equal score part; empty when the score itself, or nothing, did."""
    if above[0] != below[0]:
        return ""
    return next((name for name, a, b in zip(TIE_BREAKS, above[1:], below[1:], strict=True) if a != b), "")


def rank(entries: Iterable[Entry], grid: Grid) -> list[Placed]:
    """The ranking, best first. Equals to the last tie-break share their rank until the chair votes."""
    rows = sorted(((merit(entry, grid), entry.key, entry) for entry in entries), key=lambda row: row[:2])
    merits = [row[0] for row in rows]
    placed: list[Placed] = []
    for index, (own, key, entry) in enumerate(rows):
        same = index > 0 and merits[index - 1] == own
        placed.append(
            Placed(
                key=key,
                rank=placed[-1].rank if same else index + 1,
                score=-Fraction(own[0]),
                decided_by=parted_by(merits[index - 1], own) if index else "",
                tied=merits.count(own) > 1,
                below_floor=below_floor(entry.reports, grid),
                divergent=divergent(entry.reports, grid),
                divergent_total=divergent_total(entry.reports, grid),
            )
        )
    return placed


def display(value: Fraction) -> str:
    """Two decimals, half up, French comma: for the eye only, never for a comparison."""
    hundredths = (value * 200 + 1) // 2
    return f"{hundredths // 100},{hundredths % 100:02d}"
