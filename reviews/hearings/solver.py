"""The best schedule: who has several dossiers comes on the fewest days and waits least, a region is heard on few days, then early; last,
members change rooms as little as can be. Slots are chosen first, for the four aims depend on them alone; rooms and seats after."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..allocation.program import INF, Array, Whole
from .instance import Instance, Worth, worth
from .seats import seated

SECONDS = 12.0  # after which what is found is answered
Within = list[list[int]] | None
Worth3 = tuple[int, int, int]
Tell = Callable[[str, float], None]  # what is being done, and how far in all (0 to 1); an exception of it ends the work


class Undecided(Exception):
    """The time given was too short to know whether the rules can be kept."""


@dataclass
class Schedule:
    """`cells`: (slot, room) of each dossier; `sits`: its members; `changes`: of room, from one hearing of a member to the next of a day;
    `proved`: nothing better exists in the four aims of `worth`."""

    cells: list[tuple[int, int]]
    sits: list[list[int]]
    worth: Worth
    changes: int
    proved: bool
    seconds: float = 0


@dataclass
class Cut:
    """These dossiers have too few members together: at each slot, so many of them at most."""

    dossiers: list[int]
    most: list[int]


def cut_of(instance: Instance, dossiers: list[int]) -> Cut:
    around = [{m for d in dossiers for m in instance.may_sit(d, s)} for s in range(len(instance.slots))]
    return Cut(dossiers, [len(members) // instance.seats for members in around])


@dataclass
class Chosen:
    """The slots of an instance, chosen in whole numbers; what forbids a slot is learnt as it is met."""

    instance: Instance
    cuts: list[Cut] = field(default_factory=list)

    def find(self, until: float, within: Within = None, aims: bool = False) -> tuple[list[int] | None, bool]:
        """The slot of each dossier, and whether it is proved the best (none: proved that there is none). With `aims`, the best in the
        three of `worth`; without, the earliest. `within`: the slots to choose from, for each dossier."""
        if not self.instance.dossiers:
            return [], True
        while True:
            at, proved = self._solve(max(until - time.monotonic(), 0.5), within, aims)
            if at is None:
                return None, proved
            found = self._learn(at)
            if not found:
                return at, proved
            if time.monotonic() > until:
                return None, False
            self.cuts += found

    def _learn(self, at: Sequence[int]) -> list[Cut]:
        heard: dict[int, list[int]] = {}
        for dossier, slot in enumerate(at):
            heard.setdefault(slot, []).append(dossier)
        short = [seated(self.instance, slot, dossiers)[1] for slot, dossiers in heard.items()]
        return [cut_of(self.instance, dossiers) for dossiers in short if dossiers]

    def _solve(self, seconds: float, within: Within, aims: bool) -> tuple[list[int] | None, bool]:
        instance = self.instance
        pairs = [(d, s) for d in range(len(instance.dossiers)) for s in open_to(instance, d, within)]
        if len({d for d, _s in pairs}) < len(instance.dossiers):
            return None, True
        of, when = (np.array(column) for column in zip(*pairs, strict=True))
        model = Whole()
        chosen = model.columns(np.zeros(len(of)) if aims else -when)
        one = np.ones(len(instance.dossiers))
        model.put(model.rows(one, one)[of], chosen, np.ones(len(of)))
        self._most(model, of, when, chosen)
        if aims:
            Aims(model, instance, (of, when, chosen)).put()
        x, proved = model.best(seconds)
        if x is None:
            return None, proved
        at = [0] * len(instance.dossiers)
        for dossier, slot in zip(of[x[chosen] > 0.5], when[x[chosen] > 0.5], strict=True):
            at[int(dossier)] = int(slot)
        return at, proved

    def _most(self, model: Whole, of: Array, when: Array, chosen: Array) -> None:
        """At each slot: the rooms, one dossier of each party, what the cuts say."""
        instance = self.instance
        groups = [(list(range(len(instance.dossiers))), instance.room_at)]
        groups += [(sorted(party), [1] * len(instance.slots)) for party in instance.parties]
        groups += [(cut.dossiers, cut.most) for cut in self.cuts]
        for dossiers, most in groups:
            mine = np.isin(of, dossiers)
            rows = model.rows(np.full(len(most), -INF), np.array(most))
            model.put(rows[when[mine]], chosen[mine], np.ones(int(mine.sum())))


def open_to(instance: Instance, dossier: int, within: Within = None) -> list[int]:
    """The slots at which this dossier alone could be heard."""
    slots = within[dossier] if within else range(len(instance.slots))
    if dossier in instance.fixed:
        slots = [s for s in slots if s == instance.fixed[dossier][0]]
    return [s for s in slots if instance.room_at[s] and len(instance.may_sit(dossier, s)) >= instance.seats]


class Aims:
    """Columns of the three aims, weighed so that none pays for the one before."""

    def __init__(self, model: Whole, instance: Instance, pairs: tuple[Array, Array, Array]) -> None:
        self.model, self.instance = model, instance
        self.of, self.when, self.chosen = pairs
        slots, days = len(instance.slots), len(instance.days)
        wait = len(instance.regions) * days + 1
        self.weights = (wait * (len(instance.parties) * slots + 1), wait, 1)

    def put(self) -> None:
        for party in self.instance.parties:
            self._put_party(sorted(party))
        for region in self.instance.regions:
            self._put_days(sorted(region), self.weights[2])

    def _put_days(self, group: list[int], weight: int) -> Array:
        """The days on which a group is heard: each of its dossiers counts, so that the relaxation already says it."""
        came = self.model.columns(np.full(len(self.instance.days), -float(weight)), whole=False)
        for day, places in enumerate(self.instance.days):
            for dossier in group:
                mine = (self.of == dossier) & np.isin(self.when, places)
                self._under(self.chosen[mine], came[day])
        return came

    def _under(self, columns: Array, most: int) -> None:
        """Their sum is at most this column."""
        row = self.model.rows([-INF], [0])
        self.model.put(row, columns, np.ones(len(columns)))
        self.model.put(row, np.array([most]), -np.ones(1))

    def _put_party(self, party: list[int]) -> None:
        """On a day when they come they stay from their first hearing to their last: they arrive once, at a slot that has one before it or
        is the first."""
        model, mine = self.model, np.isin(self.of, party)
        slots = len(self.instance.slots)
        there = model.columns(np.full(slots, -float(self.weights[1])), whole=False)
        rows = model.rows([-INF] * slots, [0] * slots)
        model.put(rows[self.when[mine]], self.chosen[mine], np.ones(int(mine.sum())))
        model.put(rows, there, -np.ones(slots))
        came = self._put_days(party, self.weights[0])
        for day, places in enumerate(self.instance.days):
            arrives = model.columns(np.zeros(len(places)), whole=False)
            steps = model.rows([0] * len(places), [INF] * len(places))
            model.put(steps, arrives, np.ones(len(places)))
            model.put(steps, there[places], -np.ones(len(places)))
            model.put(steps[1:], there[places[:-1]], np.ones(len(places) - 1))
            self._under(arrives, came[day])


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────────
def feasible(instance: Instance, seconds: float = SECONDS) -> list[int] | None:
    """Slots that keep every rule; None when it is proved that there are none."""
    at, proved = Chosen(instance).find(time.monotonic() + seconds)
    if at is None and not proved:
        raise Undecided
    return at


def solve(instance: Instance, tell: Tell = lambda _what, _far: None, seconds: float = SECONDS) -> Schedule | None:
    """None when nothing can keep the rules: `causes` says why."""
    began = time.monotonic()
    tell("place", 0.05)
    at = feasible(instance, seconds)
    if at is None:
        return None
    tell("group", 0.2)
    at, proved = grouped(instance, at, began + seconds, tell)
    tell("seat", 0.9)
    cells, sits = Rooms(instance, at).seat()
    spent = time.monotonic() - began
    return Schedule(cells, sits, worth(instance, at), changes(instance, cells, sits), proved, spent)


def grouped(instance: Instance, at: list[int], until: float, tell: Tell) -> tuple[list[int], bool]:
    """The best slots, and whether it is proved. Days are chosen first, then the slots of those who come for several, then the others':
    each step leaves out rules of the whole, so that what it reaches is a bound; where the next ones keep it nothing is better."""
    bound, within = by_days(instance)
    found, sure = _within_days(instance, until, within) if within else (None, False)
    if found is not None:
        at = min((at, found), key=lambda one: worth(instance, one))
        if worth(instance, at)[:3] == bound:
            return at, True
    tell("search", 0.4)
    whole, sure = Chosen(instance).find(until, aims=True)
    if whole is not None:
        at = min((at, whole), key=lambda one: worth(instance, one))
    return at, sure


def by_days(instance: Instance) -> tuple[Worth3, Within]:
    """The fewest days that those who have several dossiers, then the regions, can have, whatever the slots; and a choice that has them."""
    days = instance.days
    open_days = [
        {day for day, slots in enumerate(days) if {*open_to(instance, d)} & {*slots}}
        for d in range(len(instance.dossiers))
    ]
    pairs = [(d, day) for d, held in enumerate(open_days) for day in sorted(held)]
    of, when = (np.array(column) for column in zip(*pairs, strict=True))
    model = Whole()
    chosen = model.columns(np.zeros(len(of)))
    one = np.ones(len(instance.dossiers))
    model.put(model.rows(one, one)[of], chosen, np.ones(len(of)))
    model.put(
        model.rows([-INF] * len(days), [sum(instance.room_at[s] for s in slots) for slots in days])[when],
        chosen,
        np.ones(len(of)),
    )
    region = float(len(instance.regions) * len(days) + 1)
    for groups, weight in ((instance.parties, region), (instance.regions, 1.0)):
        for group in groups:
            came = model.columns(np.full(len(days), -weight), whole=False)
            mine = np.isin(of, sorted(group))
            rows = model.rows([-INF] * int(mine.sum()), [0] * int(mine.sum()))
            model.put(rows, chosen[mine], np.ones(int(mine.sum())))
            model.put(rows, came[when[mine]], -np.ones(int(mine.sum())))
            if weight > 1:
                sizes = model.rows([-INF] * len(days), [len(slots) for slots in days])  # one of them at a time
                model.put(sizes[when[mine]], chosen[mine], np.ones(int(mine.sum())))
    x, proved = model.best(SECONDS / 4)
    if x is None or not proved:
        return (0, 0, 0), None
    chose = {int(d): int(day) for d, day in zip(of[x[chosen] > 0.5], when[x[chosen] > 0.5], strict=True)}
    least = [sum(len({chose[d] for d in group}) for group in groups) for groups in (instance.parties, instance.regions)]
    return (least[0], 0, least[1]), [days[chose[d]] for d in range(len(instance.dossiers))]


def _within_days(instance: Instance, until: float, within: list[list[int]]) -> tuple[list[int] | None, bool]:
    """Those who come for several first, without the others; then everybody around them."""
    met = sorted({d for party in instance.parties for d in party})
    alone = instance.only(met)
    alone = replace(alone, dossiers=[replace(dossier, region="") for dossier in alone.dossiers])
    together, _sure = Chosen(alone).find(until, [within[d] for d in met], aims=True)
    if together is None:
        return None, False
    narrowed = list(within)
    for dossier, slot in zip(met, together, strict=True):
        narrowed[dossier] = [slot]
    return Chosen(instance).find(until, narrowed)


def changes(instance: Instance, cells: Sequence[tuple[int, int]], sits: Sequence[Sequence[int]]) -> int:
    """How often a member's next hearing of a day is in another room."""
    count = 0
    for member in range(len(instance.members)):
        mine = sorted(cell for cell, members in zip(cells, sits, strict=True) if member in members)
        for (slot, room), (then, other) in zip(mine, mine[1:], strict=False):
            count += room != other and instance.slots[slot].day == instance.slots[then].day
    return count


class Rooms:
    """Slot after slot, the rooms of its dossiers and who sits: who sat least, then who is in that room already."""

    def __init__(self, instance: Instance, at: Sequence[int]) -> None:
        self.instance, self.at = instance, at
        self.loads: Counter[int] = Counter()
        self.room_of: dict[int, int] = {}  # of each member, on this day

    def seat(self) -> tuple[list[tuple[int, int]], list[list[int]]]:
        cells = [(slot, 0) for slot in self.at]
        sits: list[list[int]] = [[] for _dossier in self.at]
        for slots in self.instance.days:
            self.room_of = {}
            for slot in slots:
                heard = [d for d, when in enumerate(self.at) if when == slot]
                for dossier, (room, members) in self._slot(slot, heard).items():
                    cells[dossier], sits[dossier] = (slot, room), members
                    for member in members:
                        self.loads[member] += 1
                        self.room_of[member] = room
        return cells, sits

    def _slot(self, slot: int, heard: list[int]) -> dict[int, tuple[int, list[int]]]:
        if not heard:
            return {}
        instance, rooms = self.instance, len(self.instance.rooms)
        model = Whole()
        stands = model.columns(np.zeros(len(heard) * rooms)).reshape(len(heard), rooms)
        one = np.ones(len(heard))
        model.put(np.repeat(model.rows(one, one), rooms), stands.ravel(), np.ones(stands.size))
        model.put(np.tile(model.rows([0] * rooms, [1] * rooms), len(heard)), stands.ravel(), np.ones(stands.size))
        for place, dossier in enumerate(heard):
            if dossier in instance.fixed:
                model.put(model.rows([1], [1]), stands[place, instance.fixed[dossier][1] :][:1], np.ones(1))
        there = instance.there[slot]
        least = min((self.loads[m] for m in there), default=0)
        seats = {}
        for place, dossier in enumerate(heard):
            for member in instance.may_sit(dossier, slot):
                cost = np.array([-1.0 - self._dear(member, room, least) for room in range(rooms)])
                seats[member, place] = model.columns(cost)
        self._put_seats(model, seats, stands, there)
        x, _proved = model.best(5.0)
        assert x is not None  # seats were found for these dossiers when the slot was chosen
        answer = {}
        for place, dossier in enumerate(heard):
            room = int(x[stands[place]].argmax())
            answer[dossier] = (room, [m for (m, p), columns in seats.items() if p == place and x[columns].max() > 0.5])
        return answer

    def _dear(self, member: int, room: int, least: int) -> int:
        return 2 * (self.loads[member] - least) + 3 * (self.room_of.get(member, room) != room)

    def _put_seats(self, model: Whole, seats: dict[tuple[int, int], Array], stands: Array, there: list[int]) -> None:
        """So many members for each dossier, in its room; each member once."""
        places, rooms = stands.shape
        need = model.rows([0] * stands.size, [0] * stands.size).reshape(places, rooms)
        model.put(need.ravel(), stands.ravel(), np.full(stands.size, -float(self.instance.seats)))
        once = dict(zip(there, model.rows([0] * len(there), [1] * len(there)), strict=True))
        for (member, place), columns in seats.items():
            model.put(need[place], columns, np.ones(rooms))
            model.put(np.full(rooms, once[member]), columns, np.ones(rooms))
