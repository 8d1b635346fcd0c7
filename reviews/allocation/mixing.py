"""Ties at last: among allocations as good, experts of other regions and employers than one another's, and than the dossier's region."""

import time
from collections.abc import Sequence

import numpy as np

from .instance import Instance
from .program import INF, Array, Table, Whole, put_loads

SMALL = 3000  # pairs: up to here the last aim is asked of the solver too


class Origins:
    """What each expert brings to a dossier (a region, an employer), and how often each is met there: a repeat is one too many."""

    def __init__(self, instance: Instance, given: Array) -> None:
        experts, dossiers = instance.experts, instance.dossiers
        fixed = np.zeros_like(given)
        for expert, dossier in instance.fixed:
            fixed[dossier, expert] = True
        self.kinds = []
        for named, own in (
            ([e.region for e in experts], [d.region for d in dossiers]),
            ([e.employer for e in experts], [""] * len(dossiers)),
        ):
            label, count = _labels(named, own)
            for dossier, expert in zip(*np.nonzero(given | fixed), strict=True):
                count[dossier, label[expert]] += 1
            count[:, 0] = -(10**6)  # nothing is known of these: they repeat nothing
            self.kinds.append((label, count))

    def repeats(self) -> int:
        return sum(int((count - 1).clip(0).sum()) for _label, count in self.kinds)

    def leaving(self, dossier: Array | int, expert: Array | int) -> Array:
        """Repeats that go with these experts."""
        return sum((count[dossier, label[expert]] > 1).astype(int) for label, count in self.kinds)

    def coming(self, dossier: Array | int, expert: Array | int, instead_of: Array | int) -> Array:
        """Repeats that come with these, once others have left."""
        found: Array = np.zeros(1, int)
        for label, count in self.kinds:
            same = label[expert] == label[instead_of]
            found = found + (count[dossier, label[expert]] - same >= 1)
        return found

    def swap(self, dossier: int, out: int, into: int) -> None:
        for label, count in self.kinds:
            count[dossier, label[out]] -= 1
            count[dossier, label[into]] += 1


def _labels(named: Sequence[str], own: Sequence[str]) -> tuple[Array, Array]:
    """A number for each expert's (0: unknown), and dossiers × numbers with each dossier's own."""
    numbers = {"": 0} | {name: n for n, name in enumerate(sorted({*named, *own} - {""}), 1)}
    count = np.zeros((len(own), len(numbers)), int)
    count[np.arange(len(own)), [numbers[name] for name in own]] += 1
    return np.array([numbers[name] for name in named]), count


def mix(instance: Instance, table: Table, given: Array, least: int, until: float) -> tuple[Array, int]:
    """Exchanges experts between dossiers, or for another of one dossier less, while repeats go and nothing else changes."""
    given, origins = given.copy(), Origins(instance, given)
    levels = table.base + (table.match * given).sum(axis=1)
    loads = table.held + given.sum(axis=0)
    better = True
    while better and time.monotonic() < until:
        better = False
        for dossier, expert in zip(*np.nonzero(given), strict=True):
            if not given[dossier, expert] or not origins.leaving(dossier, expert):
                continue
            better |= _exchange(table, given, origins, levels, least, dossier, expert)
            if given[dossier, expert] and origins.leaving(dossier, expert):
                better |= _replace(table, given, origins, loads, dossier, expert)
    return given, origins.repeats()


def _exchange(
    table: Table, given: Array, origins: Origins, levels: Array, least: int, dossier: int, expert: int
) -> bool:
    of, who = np.nonzero(given)
    match = table.match
    here, there = match[dossier, who] - match[dossier, expert], match[of, expert] - match[of, who]
    may = table.open_to[dossier, who] & ~given[dossier, who] & table.open_to[of, expert] & ~given[of, expert]
    may &= (here + there == 0) & (levels[dossier] + here >= least) & (levels[of] + there >= least)
    gain = origins.leaving(dossier, expert) + origins.leaving(of, who)
    gain = gain - origins.coming(dossier, who, expert) - origins.coming(of, expert, who)
    gain = np.where(may, gain, 0)
    at = int(gain.argmax())
    if gain[at] <= 0:
        return False
    other, their = int(of[at]), int(who[at])
    given[dossier, expert] = given[other, their] = False
    given[dossier, their] = given[other, expert] = True
    levels[dossier] += here[at]
    levels[other] += there[at]
    origins.swap(dossier, expert, their)
    origins.swap(other, their, expert)
    return True


def _replace(table: Table, given: Array, origins: Origins, loads: Array, dossier: int, expert: int) -> bool:
    """By an expert of as good a match who has one dossier less: the loads change places."""
    may = table.open_to[dossier] & ~given[dossier] & (table.match[dossier] == table.match[dossier, expert])
    may &= (loads + 1 == loads[expert]) & (given.sum(axis=0) < table.room)
    everybody = np.arange(len(loads))
    gain = np.where(may, origins.leaving(dossier, expert) - origins.coming(dossier, everybody, expert), 0)
    at = int(gain.argmax())
    if gain[at] <= 0:
        return False
    given[dossier, expert], given[dossier, at] = False, True
    loads[expert] -= 1
    loads[at] += 1
    origins.swap(dossier, expert, at)
    return True


def prove(instance: Instance, table: Table, given: Array, seconds: float) -> tuple[Array, bool]:
    """The fewest repeats for the least, the total and the squares of `given`: a whole-number program of its own, for small instances.
    The best found within `seconds`, and whether it is proved."""
    if not table.need.any():
        return given, True  # all is fixed: nothing is left to choose
    model, nd = Whole(), len(table.match)
    of, who = np.nonzero(table.open_to)
    match = table.match[of, who]
    pairs = model.columns(np.zeros(len(of)))
    model.put(model.rows(table.need, table.need)[of], pairs, np.ones(len(of)))
    steps, adds = put_loads(model, who, pairs, table.room, table.held, 0)
    levels, loads = table.base + (table.match * given).sum(axis=1), table.held + given.sum(axis=0)
    floor = np.where(table.need > 0, levels.min() - table.base, -INF)
    model.put(model.rows(floor, np.full(nd, INF))[of], pairs, match)
    total, squares = (table.match * given).sum(), (loads**2 - table.held**2).sum()
    model.put(model.rows([total], [INF]), pairs, match)
    model.put(model.rows([-INF], [squares]), steps, adds)
    for label, count in Origins(instance, np.zeros_like(given)).kinds:
        _put_repeats(model, of, label[who], pairs, count)
    x, proved = model.best(seconds)
    if x is None:
        return given, False
    better = np.zeros_like(given)
    better[of, who] = x[pairs] > 0.5
    fewer = Origins(instance, better).repeats() < Origins(instance, given).repeats()
    return (better if fewer else given), proved


def _put_repeats(model: Whole, of: Array, label: Array, pairs: Array, count: Array) -> None:
    """A column of repeats for each dossier and origin that two could share: one is free, unless it is met already."""
    for dossier, name in zip(*np.nonzero(count >= 0), strict=True):
        met = pairs[(of == dossier) & (label == name)]
        already = min(count[dossier, name], 1)
        if len(met) + already < 2:
            continue
        repeats = model.columns(np.array([-float(len(met))]), whole=False)
        row = model.rows([-INF], [1 - already])
        model.put(row, met, np.ones(len(met)))
        model.put(row, repeats, np.array([-float(len(met))]))
