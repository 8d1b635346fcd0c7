"""The linear program of an allocation, in HiGHS: few columns at first, the others when the duals say that they would gain.

Columns: a shortfall per dossier, a step per dossier that an expert may take (once loads count), a pair per dossier and expert looked at.
Rows: each dossier has its experts, each expert has room, each dossier has its level. Without the level rows the matrix is a network's,
and every vertex is whole; with them, few dossiers come out in fractions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from .instance import Instance, bits

INF = highspy.kHighsInf
EPS = 1e-6
Array = np.ndarray


@dataclass(frozen=True)
class Table:
    """An instance as arrays, the fixed pairs taken out: dossiers × experts, and what is left to fill of each."""

    match: Array
    open_to: Array  # bool: may be newly given
    need: Array
    room: Array
    base: Array  # level that the fixed pairs give
    held: Array  # dossiers that each expert has fixed

    @classmethod
    def of(cls, instance: Instance) -> "Table":
        asked, had = [row.skills for row in instance.dossiers], [row.skills for row in instance.experts]
        known = {skill: place for place, skill in enumerate(sorted(frozenset().union(*asked, *had)))}
        match = _marked(asked, known) @ _marked(had, known).T
        open_to = np.zeros(match.shape, bool)
        for dossier, mask in enumerate(instance.open_to):
            open_to[dossier, list(bits(mask))] = True
        room = np.array(instance.room)
        open_to &= room > 0
        base, held = np.zeros(len(asked), np.int64), np.zeros(len(had), np.int64)
        for expert, dossier in instance.fixed:
            base[dossier] += match[dossier, expert]
            held[expert] += 1
        return cls(match, open_to, np.array(instance.need), room, base, held)


def _marked(rows: Sequence[frozenset[str]], known: Mapping[str, int]) -> Array:
    """A line of ones and zeros for each set of skills."""
    marks = np.zeros((len(rows), len(known)), np.int64)
    for place, skills in enumerate(rows):
        marks[place, [known[skill] for skill in skills]] = 1
    return marks


@dataclass
class Aim:
    """What is maximised: `total` a point of match, less `load` a point of squared load."""

    total: float = 1
    load: float = 0


def best(values: Array, need: Array) -> Array:
    """For each row, the sum of its `need` greatest values."""
    most = int(need.max(initial=0))
    if not most:
        return np.zeros(len(values))
    top = -np.sort(np.partition(-values, min(most, values.shape[1]) - 1, axis=1)[:, :most], axis=1)
    sums = np.concatenate([np.zeros((len(values), 1)), top.cumsum(axis=1)], axis=1)
    return sums[np.arange(len(values)), need]


class Program:
    """The relaxation over `rows` chosen pairs; `bound` is proved by the duals over every pair, whatever HiGHS says of its own."""

    big = 50.0  # what a point of level short costs: raised when it is not enough

    def __init__(self, table: Table, first: Array) -> None:
        self.table, self.aim, self.level = table, Aim(), 0
        self.dossiers, self.experts = table.match.shape
        self.have = np.zeros_like(table.open_to)
        self.of, self.who = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.steps = np.zeros(0, np.int64)  # the expert of each step
        self.highs: Any = Quiet()  # its stubs leave out what changes rows
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        free = np.full(self.dossiers, -INF)
        lower = np.concatenate([table.need, np.full(self.experts, -INF), free])
        upper = np.concatenate([table.need, table.room.clip(0), -free])
        none = np.zeros(0, np.int32)
        self.highs.addRows(len(lower), lower, upper.astype(float), 0, np.zeros(len(lower), np.int32), none, np.zeros(0))
        short = np.arange(self.dossiers)
        self._add(
            np.full(self.dossiers, -self.big),
            INF,
            short[:, None] + self.dossiers + self.experts,
            np.ones((len(short), 1)),
        )
        self.look(first)

    def _add(self, cost: Array, most: float, rows: Array, values: Array) -> None:
        """Columns of these costs, each 0 ≤ x ≤ `most`; a line of `rows` and `values` each."""
        kept = values != 0
        counts = kept.sum(axis=1)
        starts = np.concatenate([[0], counts.cumsum()[:-1]]).astype(np.int32)
        n = len(cost)
        index = rows[kept].astype(np.int32)
        self.highs.addCols(
            n,
            cost.astype(float),
            np.zeros(n),
            np.full(n, float(most)),
            len(index),
            starts,
            index,
            values[kept].astype(float),
        )

    def look(self, mask: Array) -> int:
        """Takes more pairs in; how many were new."""
        of, who = np.nonzero(mask & self.table.open_to & ~self.have)
        if len(of):
            self.have[of, who] = True
            match = self.table.match[of, who]
            rows = np.stack([of, self.dossiers + who, self.dossiers + self.experts + of], axis=1)
            self._add(match * self.aim.total, 1, rows, np.stack([np.ones(len(of)), np.ones(len(of)), match], axis=1))
            self.of, self.who = np.concatenate([self.of, of]), np.concatenate([self.who, who])
        return len(of)

    def ask_level(self, level: int) -> None:
        self.level = level
        rows = np.arange(self.dossiers, dtype=np.int32) + self.dossiers + self.experts
        floor = np.where(self.table.need > 0, level - self.table.base, -INF)
        self.highs.changeRowsBounds(self.dossiers, rows, floor.astype(float), np.full(self.dossiers, INF))

    def weigh(self, aim: Aim) -> None:
        """Counts loads from now on: a step per dossier that each expert may take, each dearer than the one before."""
        self.aim = aim
        self.steps = np.repeat(np.arange(self.experts), self.table.room.clip(0))
        first = np.concatenate([[0], self.table.room.clip(0).cumsum()[:-1]])
        step = np.arange(len(self.steps)) - first[self.steps] + 1 + self.table.held[self.steps]
        pairs = len(self.of)
        columns = np.arange(self.dossiers, self.dossiers + pairs, dtype=np.int32)
        self.highs.changeColsCost(pairs, columns, (self.table.match[self.of, self.who] * aim.total).astype(float))
        rows = np.arange(self.dossiers, self.dossiers + self.experts, dtype=np.int32)
        self.highs.changeRowsBounds(self.experts, rows, np.full(self.experts, -INF), np.zeros(self.experts))
        self._add(-aim.load * (2.0 * step - 1), 1, (self.dossiers + self.steps)[:, None], -np.ones((len(step), 1)))
        self.cheap(self.big * aim.total)
        self.before = pairs  # pairs whose columns stand before the steps

    before = 0

    def cheap(self, big: float) -> None:
        self.big = big
        self.highs.changeColsCost(self.dossiers, np.arange(self.dossiers, dtype=np.int32), np.full(self.dossiers, -big))

    def solve(self, hopeless: float = -INF, tell: Callable[[], None] = lambda: None) -> float:
        """The bound, once no pair left out would gain; earlier when it is proved under `hopeless`."""
        while True:
            self.highs.run()
            tell()
            gains, bound = self.price()
            if bound < hopeless - EPS:
                return bound
            worth = (gains > EPS) & self.table.open_to & ~self.have
            if not worth.any():
                return bound
            ranked = np.where(worth, gains, -INF)
            few = min(15, self.experts)
            least = np.partition(ranked, -few, axis=1)[:, -few][:, None]
            self.look(worth & (ranked >= least))

    def price(self) -> tuple[Array, float]:
        """What each pair would gain at these duals, and the bound that they prove over all pairs (Lagrange)."""
        table, duals = self.table, np.array(self.highs.getSolution().row_dual)
        dossier, expert, level = np.split(duals, [self.dossiers, self.dossiers + self.experts])
        price = expert.clip(0)
        worth = np.where(table.need > 0, (-level).clip(0, self.big), 0)
        value = table.match * (self.aim.total + worth)[:, None] - price
        bound = best(np.where(table.open_to, value, -1e12), table.need).sum() + self._loads(price)
        bound -= (worth * np.where(table.need > 0, self.level - table.base, 0)).sum()
        return value - dossier[:, None], float(bound)

    def _loads(self, price: Array) -> float:
        """The most that experts make of these prices by the dossiers they take, less what their loads cost."""
        room = self.table.room.clip(0)
        if not self.aim.load:
            return float((price * room).sum())
        taken = np.arange(int(room.max(initial=0)) + 1)
        cost = self.aim.load * ((self.table.held[:, None] + taken) ** 2 - self.table.held[:, None] ** 2)
        return float(np.where(taken <= room[:, None], price[:, None] * taken - cost, -INF).max(axis=1).sum())

    def value(self) -> tuple[Array, float]:
        """Each pair looked at as the relaxation gives it, and the points of level short in all."""
        found = np.array(self.highs.getSolution().col_value)
        after = self.dossiers + self.before + len(self.steps)
        pairs = (
            np.concatenate([found[self.dossiers : self.dossiers + self.before], found[after:]])
            if self.before
            else found[self.dossiers :]
        )
        return pairs, float(found[: self.dossiers].sum())


class Quiet(highspy.Highs):
    """On one core and silent, even of its name, which it prints as soon as it registers its callbacks."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        self.setOptionValue("threads", 1)
        super().enableCallbacks()


class Whole:
    """A program whose first columns are whole numbers, written a block at a time; 0 ≤ x ≤ 1, and its optimum is a whole number."""

    def __init__(self) -> None:
        self.cost: list[Array] = []
        self.whole: list[bool] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.entries: list[tuple[Array, Array, Array]] = []

    def columns(self, cost: Array, whole: bool = True) -> Array:
        first = len(self.whole)
        self.cost.append(cost.astype(float))
        self.whole += [whole] * len(cost)
        return np.arange(first, len(self.whole))

    def rows(self, lower: Array | list[float], upper: Array | list[float]) -> Array:
        first = len(self.lower)
        self.lower += [float(value) for value in lower]
        self.upper += [float(value) for value in upper]
        return np.arange(first, len(self.lower))

    def put(self, row: Array, col: Array, value: Array) -> None:
        kept = value != 0
        self.entries.append((np.broadcast_to(row, col.shape)[kept], col[kept], value[kept]))

    def best(self, seconds: float) -> tuple[Array | None, bool]:
        """The x of greatest cost found in this time, if any, and whether it is proved the best (or that there is none)."""
        row, col, value = (np.concatenate(rows) for rows in zip(*self.entries, strict=True))
        order, n = np.lexsort((row, col)), len(self.whole)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, len(self.lower)
        model.col_cost_, model.col_lower_, model.col_upper_ = np.concatenate(self.cost), np.zeros(n), np.ones(n)
        model.row_lower_, model.row_upper_ = np.array(self.lower), np.array(self.upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.concatenate([[0], np.bincount(col, minlength=n).cumsum()]).astype(np.int32)
        model.a_matrix_.index_ = row[order].astype(np.int32)
        model.a_matrix_.value_ = value[order].astype(float)
        model.sense_ = highspy.ObjSense.kMaximize
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in self.whole]
        highs = Quiet()
        highs.passModel(model)
        for option, said in (("time_limit", seconds), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
            highs.setOptionValue(option, said)
        highs.run()
        done = highs.getModelStatus() in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
        found = highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return (np.array(highs.getSolution().col_value) if found else None), done


def put_loads(model: Whole, who: Array, pairs: Array, room: Array, held: Array, weight: float) -> tuple[Array, Array]:
    """A row per expert: their pairs within their room, by steps that cost `weight` times what each adds to the square of the load. The
    steps, and what each adds."""
    steps = np.repeat(np.arange(len(room)), room.clip(0))
    first = np.concatenate([[0], room.clip(0).cumsum()[:-1]])
    adds = 2 * (np.arange(len(steps)) - first[steps] + held[steps]) + 1
    columns = model.columns(-weight * adds, whole=False)
    rows = model.rows(np.full(len(room), -INF), np.zeros(len(room)))
    model.put(rows[who], pairs, np.ones(len(pairs)))
    model.put(rows[steps], columns, -np.ones(len(steps)))
    return columns, adds
