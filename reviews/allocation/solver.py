"""The best allocation, aim after aim: no dossier poorly judged, then the best match in all, then even loads, then mixed origins."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import mixing
from .instance import Instance, Pair
from .places import Places
from .program import EPS, INF, Aim, Array, Program, Table, Whole, best, put_loads

WIDTH = 20  # pairs looked at first, a dossier
PROOF = 0.3  # seconds for the last aim of a small instance
SECONDS = 12.0  # after which what is found is answered, with its bound


@dataclass
class Allocation:
    """`bounds`: what no allocation can pass, aim by aim (the first two from above, the others from below)."""

    pairs: list[Pair]
    least: int
    total: int
    squares: int
    repeats: int
    loads: list[int]
    bounds: dict[str, int]
    seconds: float = 0
    levels: list[int] = field(default_factory=list)


Tell = Callable[[str, float], None]  # what is being done, and how far in all (0 to 1); an exception of it ends the work


def solve(
    instance: Instance,
    places: Places,
    tell: Tell = lambda _what, _far: None,
    seconds: float = SECONDS,
    proof: float = PROOF,
) -> Allocation:
    """`places` fills every dossier (places.causes said so): the first whole solution. The last aim has `proof` seconds of its own."""
    return Search(instance, places, tell, seconds, proof).run()


class Search:
    def __init__(self, instance: Instance, places: Places, tell: Tell, seconds: float, proof: float) -> None:
        self.instance, self.tell, self.proof = instance, tell, proof
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.table = Table.of(instance)
        self.given = np.zeros(self.table.match.shape, bool)
        for expert, dossier in places.pairs():
            self.given[dossier, expert] = True
        self.bounds: dict[str, int] = {}

    def run(self) -> Allocation:
        table = self.table
        self.tell("least", 0.05)
        draw = np.random.default_rng(0).random(table.match.shape)  # parts equals, the same way each time
        worth = np.where(table.open_to, table.match + draw, -1.0)
        few = min(WIDTH, worth.shape[1])
        self.program = Program(table, self.given | (worth >= np.partition(worth, -few, axis=1)[:, -few][:, None]))
        bound = self._raise_level()
        self._whole(bound)
        self._balance()
        return self._answer(self._mix())

    # The first two aims

    def _levels(self, given: Array) -> Array:
        return self.table.base + (self.table.match * given).sum(axis=1)

    @property
    def least(self) -> int:
        return int(self._levels(self.given).min())

    def total(self, given: Array) -> int:
        return int((self.table.match * given).sum())

    def squares(self, given: Array) -> int:
        """Of the loads, what the fixed pairs alone give apart."""
        return int(((self.table.held + given.sum(axis=0)) ** 2 - self.table.held**2).sum())

    def _raise_level(self) -> float:
        """The highest level that the relaxation allows, and the bound of the total there."""
        table, program = self.table, self.program
        usable = np.where(table.open_to, table.match, -(10**6))
        top = int((table.base + best(usable, table.need)).min())
        bound = program.solve()
        level = 0
        while level < top:
            program.ask_level(level + 1)
            found = self._reach(level + 1)
            if found is None:
                break
            level, bound = level + 1, found
            self.tell("least", 0.05 + 0.4 * level / top)
        self.bounds["least"] = level
        if level < top:
            program.ask_level(level)
            bound = program.solve()
        return bound

    def _reach(self, level: int) -> float | None:
        """The bound of the total when the relaxation reaches this level; None when it is proved that nothing does."""
        lowest = np.where(self.table.need > 0, (level - self.table.base).clip(0), 0).sum()
        while True:
            bound = self.program.solve(hopeless=float(lowest))
            if bound < lowest - EPS:
                return None
            if self.program.value()[1] < EPS:
                return bound
            self.program.cheap(self.program.big * 20)

    def _whole(self, bound: float) -> None:
        """A whole solution as near as can be to the bound; a level lower when none reaches this one."""
        level = self.bounds["least"]
        while True:
            self.tell("total", 0.5)
            found = self._round(level, bound, None)
            if found is not None:
                self.given, self.bounds["total"] = found[0], found[1]
                return
            if self.least >= level:  # no time left: what is known is answered
                self.bounds["total"] = int(bound + EPS)
                return
            level -= 1
            if self.proved:
                self.bounds["least"] = level
            self.program.ask_level(level)
            bound = self.program.solve()

    proved = True

    def _round(self, level: int, bound: float, aim: Aim | None) -> tuple[Array, int] | None:
        """Keeps the dossiers that the relaxation gives whole, and chooses the others exactly; more of them while the bound is not met."""
        program, table = self.program, self.table
        values, _short = program.value()
        share = np.zeros(table.match.shape)
        share[program.of, program.who] = values
        free = np.asarray(((share > EPS) & (share < 1 - EPS)).any(axis=1))
        whole = share > 0.5
        target = int(np.floor(bound + EPS))
        if not free.any():
            return whole, target
        found: Array | None = None
        while True:
            answer = self._choose(free, whole, level)
            if answer is not None and (found is None or self._worth(answer) > self._worth(found)):
                found = answer
            if found is not None and self._worth(found) >= target:
                return found, target
            if free.all() or time.monotonic() > self.until:
                break
            free |= _nearest(free, whole, whole | (share > EPS))
        if found is None:
            return None
        return found, int(self._worth(found)) if self.proved else target

    def _worth(self, given: Array) -> float:
        aim = self.program.aim
        return aim.total * self.total(given) - aim.load * self.squares(given)

    def _choose(self, free: Array, whole: Array, level: int) -> Array | None:
        """The best choice for these dossiers, the others standing: a whole-number program of HiGHS."""
        table, program, everything = self.table, self.program, bool(free.all())
        if everything:
            gains, bound = program.price()
            known = self._worth(self.given) if self.least >= level else -INF
            program.look(bound + gains > known - EPS) if known > -INF else program.look(table.open_to)
        stands = np.where(free[:, None], False, whole)
        model, of, who, pairs = self._model(free, stands, level)
        x, done = model.best(max(self.until - time.monotonic(), 0.2))
        if everything:
            self.proved = done
        if x is None:
            return None
        answer = stands.copy()
        answer[of, who] = x[pairs] > 0.5
        return answer

    def _model(self, free: Array, stands: Array, level: int) -> tuple[Whole, Array, Array, Array]:
        """Experts for the dossiers that are free, within the room that the others leave. The level of a dossier is written as what it may
        lose on its best expert, a place: rounded down by every divisor, these rows cut what no whole solution reaches."""
        table, aim, model = self.table, self.program.aim, Whole()
        top = np.where(table.open_to, table.match, 0).max(axis=1)
        loss = top[:, None] - table.match
        spare = np.where(table.need > 0, table.need * top + table.base - level, 0)
        room = table.room - stands.sum(axis=0)
        of, who = np.nonzero(self.program.have & free[:, None] & (room > 0) & (loss <= spare[:, None]))
        pairs = model.columns(table.match[of, who] * aim.total)
        asked = np.where(free, table.need, 0)
        model.put(model.rows(asked, asked)[of], pairs, np.ones(len(pairs)))
        put_loads(model, who, pairs, room, table.held + stands.sum(axis=0), aim.load)
        for divisor in range(1, int(loss.max(initial=0)) + 1):
            useful = free & ((divisor == 1) | (spare % divisor > 0))
            lost = np.where(useful[of], loss[of, who] // divisor, 0)
            rows = model.rows(np.full(len(spare), -INF), np.where(useful, spare // divisor, INF))
            model.put(rows[of], pairs, lost)
        return model, of, who, pairs

    # The third

    def _balance(self) -> None:
        self.tell("balance", 0.7)
        table = self.table
        total, level = self.total(self.given), self.least
        count = int(table.need.clip(0).sum())
        now = self.squares(self.given)
        floor = even(table.held, table.room, count)
        self.bounds["squares"] = floor
        if now == floor or time.monotonic() > self.until:
            return
        aim = Aim(now - floor + 1, 1)
        self.program.weigh(aim)
        bound = self.program.solve()
        self.bounds["squares"] = max(floor, int(np.ceil(aim.total * total - bound - EPS)))
        found = self._round(level, bound, aim)
        if found is not None and self._worth(found[0]) >= self._worth(self.given):
            self.given = found[0]
            if self.proved and self.total(self.given) == total:
                self.bounds["squares"] = max(self.bounds["squares"], int(aim.total * total - found[1]))

    # The last

    def _mix(self) -> int:
        self.tell("mixed", 0.9)
        self.given, repeats = mixing.mix(self.instance, self.table, self.given, self.least, self.until)
        self.bounds["repeats"] = 0
        if repeats and self.table.open_to.sum() <= mixing.SMALL:
            self.given, proved = mixing.prove(self.instance, self.table, self.given, self.proof)
            repeats = mixing.Origins(self.instance, self.given).repeats()
            if proved:
                self.bounds["repeats"] = repeats
        return repeats

    def _answer(self, repeats: int) -> Allocation:
        table, given = self.table, self.given
        pairs = sorted({*self.instance.fixed, *((int(e), int(d)) for d, e in zip(*np.nonzero(given), strict=True))})
        loads = table.held + given.sum(axis=0)
        levels = self._levels(given)
        fixed = int(table.base.sum())
        before = int((table.held**2).sum())
        return Allocation(
            pairs,
            int(levels.min()),
            fixed + self.total(given),
            before + self.squares(given),
            repeats,
            [int(n) for n in loads],
            {
                "least": self.bounds["least"],
                "total": fixed + self.bounds["total"],
                "squares": before + self.bounds["squares"],
                "repeats": self.bounds["repeats"],
            },
            time.monotonic() - self.began,
            [int(n) for n in levels],
        )


def even(held: Array, room: Array, count: int) -> int:
    """The least sum of squares, over what the fixed pairs give, when `count` dossiers are spread within the room alone."""
    loads, most = held.copy(), held + room.clip(0)
    for _dossier in range(count):
        least = np.where(loads < most, loads, np.iinfo(loads.dtype).max).argmin()
        loads[least] += 1
    return int((loads**2 - held**2).sum())


def _nearest(free: Array, whole: Array, shared: Array) -> Array:
    """As many dossiers again as are free, or all when few are left: those that share most experts with them."""
    common = np.where(free, -1, whole[:, shared[free].any(axis=0)].sum(axis=1))
    more = 2 * int(free.sum())
    near = np.zeros_like(free)
    near[np.argsort(-common, kind="stable")[: more if 2 * more < len(free) else len(free)]] = True
    return near
