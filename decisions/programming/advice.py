"""The solver's advice: the dossiers and sources that gather most points under the AE and the CP of each source and year.

Its rule: the sum of the scores (in hundredths) of the dossiers kept is the greatest; each member's aid is whole on one source; no source
is overdrawn, in AE nor in any year. Among equals, the better ranked. The ranking stays the rule: `departures` names each dossier that the
advice passes over for a lower-ranked one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reviews.allocation.program import INF, Whole

from .plan import Fund, Part, Row, spread

SECONDS = 1.5
CENTS = 1e-2  # the program counts in euros: a cent is far from what it takes for zero


@dataclass(frozen=True)
class Advice:
    """`rows`: kept, with the source of each member, in their order; `score`: hundredths; `proved`: nothing better exists."""

    rows: tuple[Row, ...]
    score: int
    proved: bool
    departures: tuple[Row, ...] = ()


def worth(row: Row, place: int, count: int) -> int:
    """Hundredths of points first; among equals, the better ranked. A whole number, as the program needs."""
    return row.score * (count + 1) ** 2 + (count - place)


def advise(rows: Sequence[Row], funds: Sequence[Fund], seconds: float = SECONDS) -> Advice:
    """Over the rows that may be called and are not locked. Answers none when nothing fits."""
    free = [row for row in rows if row.callable and not row.lock and row.parts]
    if not free or not funds:
        return Advice((), 0, True)
    model, pairs = _model(free, funds)
    kept, proved = _exact(model, pairs, free, funds, seconds)
    chosen = tuple(_with_sources(row, place, kept, pairs, funds) for place, row in enumerate(free) if place in kept)
    last = max((place for place, row in enumerate(free) if place in kept), default=-1)
    passed = tuple(row for place, row in enumerate(free) if place < last and place not in kept)
    return Advice(chosen, sum(row.score for row in chosen), proved, passed)


Pair = tuple[int, int, int, int]  # row, establishment, cents, source (places in free and funds)


def _pairs(free: Sequence[Row], funds: Sequence[Fund]) -> list[Pair]:
    found = []
    for place, row in enumerate(free):
        amounts: dict[int, int] = {}
        for part in row.parts:
            amounts[part.establishment] = amounts.get(part.establishment, 0) + part.cents
        found += [(place, key, cents, source) for key, cents in amounts.items() for source in range(len(funds))]
    return found


def _uses(free: Sequence[Row], pair: Pair) -> dict[int, int]:
    place, establishment, cents, _source = pair
    members = {member.establishment: member for member in free[place].members}
    return spread(cents, members.get(establishment), free[place].members)


def _model(free: Sequence[Row], funds: Sequence[Fund]) -> tuple[Whole, list[Pair]]:
    model, pairs = Whole(), _pairs(free, funds)
    kept = model.columns(np.array([worth(row, place, len(free)) for place, row in enumerate(free)]))
    on = model.columns(np.zeros(len(pairs)))
    groups: dict[tuple[int, int], list[int]] = {}
    for column, (place, key, _cents, _source) in enumerate(pairs):
        groups.setdefault((place, key), []).append(column)
    rows = model.rows(np.zeros(len(groups)), np.zeros(len(groups)))  # each member of a dossier kept has its one source
    for row, ((place, _key), columns) in zip(rows, groups.items(), strict=True):
        model.put(row, on[columns], np.ones(len(columns)))
        model.put(row, kept[[place]], -np.ones(1))
    for source, fund in enumerate(funds):
        mine = [column for column, pair in enumerate(pairs) if pair[3] == source]
        uses = [_uses(free, pairs[column]) for column in mine]
        years = sorted({*fund.cp, *(year for use in uses for year in use)})
        bounds = np.array([fund.ae, *(fund.cp.get(year, 0) for year in years)]) * CENTS
        limits = model.rows(np.full(len(bounds), -INF), np.maximum(bounds, 0))
        taken = np.array(
            [[pairs[column][2] for column in mine], *([use.get(year, 0) for use in uses] for year in years)]
        )
        for limit, row_taken in zip(limits, taken * CENTS, strict=True):
            model.put(limit, on[mine], row_taken)
    return model, pairs


def _exact(
    model: Whole, pairs: list[Pair], free: Sequence[Row], funds: Sequence[Fund], seconds: float
) -> tuple[dict[int, dict[int, int]], bool]:
    """{row: {establishment: source}}. The program reckons with real numbers: an answer that overdraws by a cent is forbidden, and asked
    again."""
    columns = len(free) + len(pairs)
    while True:
        x, proved = model.best(seconds)
        if x is None:
            return {}, proved
        chosen = x[:columns] > 0.5
        kept: dict[int, dict[int, int]] = {place: {} for place in range(len(free)) if chosen[place]}
        for column, (place, key, _cents, source) in enumerate(pairs):
            if chosen[len(free) + column]:
                kept.setdefault(place, {})[key] = source
        if _fits(kept, pairs, free, funds):
            return kept, proved
        row = model.rows([-INF], [float(chosen.sum() - 1)])  # not this answer
        model.put(row, np.arange(columns), np.where(chosen, 1.0, -1.0))


def _fits(kept: dict[int, dict[int, int]], pairs: list[Pair], free: Sequence[Row], funds: Sequence[Fund]) -> bool:
    ae: Counter[int] = Counter()
    cp: Counter[tuple[int, int]] = Counter()
    for pair in pairs:
        place, key, cents, source = pair
        if kept.get(place, {}).get(key) == source:
            ae[source] += cents
            for year, part in _uses(free, pair).items():
                cp[source, year] += part
    return all(cents <= funds[source].ae for source, cents in ae.items()) and all(
        cents <= funds[source].cp.get(year, 0) for (source, year), cents in cp.items()
    )


def _with_sources(
    row: Row, place: int, kept: dict[int, dict[int, int]], pairs: list[Pair], funds: Sequence[Fund]
) -> Row:
    amounts = {key: cents for at, key, cents, _source in pairs if at == place}
    return replace(row, parts=tuple(Part(key, funds[kept[place][key]].line, cents) for key, cents in amounts.items()))
