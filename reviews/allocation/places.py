"""Whether every dossier can have its experts: a maximum flow by augmenting paths; where it fails, why, and what would do."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .instance import Instance, Pair, bits


class Places:
    """Dossiers and the experts who hold them so far, as masks of bits; `room` is what each expert can still take."""

    def __init__(self, instance: Instance) -> None:
        self.open_to = list(instance.open_to)
        self.room = [max(room, 0) for room in instance.room]
        self.lacks = [max(need, 0) for need in instance.need]
        self.held = [0] * len(self.lacks)  # dossier → mask of its experts, the fixed apart
        self.holds = [0] * len(self.room)  # expert → mask of their dossiers
        self.reached: tuple[int, int] = (0, 0)  # dossiers and experts that the last failure went through

    def copy(self) -> "Places":
        other = object.__new__(Places)
        other.open_to, other.reached = self.open_to, self.reached
        other.room, other.lacks, other.held, other.holds = (
            list(rows) for rows in (self.room, self.lacks, self.held, self.holds)
        )
        return other

    def give(self, expert: int, dossier: int) -> None:
        self.held[dossier] |= 1 << expert
        self.holds[expert] |= 1 << dossier

    def take(self, expert: int, dossier: int) -> None:
        self.held[dossier] &= ~(1 << expert)
        self.holds[expert] &= ~(1 << dossier)

    def empty(self, dossier: int) -> None:
        """This dossier asks for nobody any more."""
        for expert in bits(self.held[dossier]):
            self.take(expert, dossier)
            self.room[expert] += 1
        self.lacks[dossier] = 0

    def fill(self, dossier: int) -> bool:
        """Gives the dossier every expert it lacks, others moving if they must; False when no path leads to room."""
        while self.lacks[dossier]:
            if not self._one(dossier):
                return False
            self.lacks[dossier] -= 1
        return True

    def _one(self, dossier: int) -> bool:
        came: dict[int, int] = {}  # expert → the dossier that would take them
        through: dict[int, int] = {}  # dossier → the expert it would let go
        seen, line, met = 1 << dossier, [dossier], 0
        for asking in line:
            fresh = self.open_to[asking] & ~self.held[asking] & ~met
            met |= fresh
            for expert in bits(fresh):
                came[expert] = asking
                if self.room[expert]:
                    self._move(expert, came, through)
                    return True
                for other in bits(self.holds[expert] & ~seen):
                    through[other] = expert
                    seen |= 1 << other
                    line.append(other)
        self.reached = seen, met
        return False

    def _move(self, expert: int, came: dict[int, int], through: dict[int, int]) -> None:
        """Along the path: each dossier takes the expert found for it and lets another go to the dossier before."""
        self.room[expert] -= 1
        while True:
            asking = came[expert]
            self.give(expert, asking)
            if asking not in through:
                return
            expert = through[asking]
            self.take(expert, asking)

    def pairs(self) -> Iterator[Pair]:
        for dossier, mask in enumerate(self.held):
            for expert in bits(mask):
                yield expert, dossier


@dataclass
class Change:
    """The smallest act that would do: `places` more for an expert, an expert more, or a pair let go."""

    kind: str  # "capacity", "available", "expert" (one more), "unfix"
    expert: int | None = None
    dossiers: list[int] = field(default_factory=list)
    places: int = 0
    skills: list[str] = field(default_factory=list)


@dataclass
class Cause:
    """Dossiers that cannot all have their experts (each but one could), who might judge them, and what would do.

    Each cause is read once the changes of those before it are made: together they are enough, and in places no fewer are.
    """

    dossiers: list[int]
    experts: list[int]
    need: int
    places: int
    skills: list[str]  # of these dossiers, held by too few of the experts who may judge them
    changes: list[Change] = field(default_factory=list)


def causes(instance: Instance) -> tuple[Places, list[Cause]]:
    """A filling of every dossier and no cause; or what forbids it."""
    instance, found = _without_excess(instance)
    places = Places(instance)
    for dossier in range(len(instance.dossiers)):
        cause: Cause | None = None
        while not places.fill(dossier):
            if cause is None:
                cause = _minimal(instance, places, dossier)
                found.append(cause)
            _relieve(instance, places, dossier, cause)
    return places, found


def _without_excess(instance: Instance) -> tuple[Instance, list[Cause]]:
    """Dossiers and experts who have more fixed than they may, and the instance without."""
    found = []
    for dossier, need in enumerate(instance.need):
        if need < 0:
            held = sorted((e for e, d in instance.fixed if d == dossier), key=lambda e: -instance.match(e, dossier))
            changes = [Change("unfix", expert, [dossier]) for expert in held[need:]]
            found.append(Cause([dossier], sorted(held), len(held), instance.k, [], changes))
    let_go = {(change.expert, change.dossiers[0]) for cause in found for change in cause.changes}
    instance = replace(instance, fixed=instance.fixed - let_go)
    experts = list(instance.experts)
    for expert, room in enumerate(instance.room):
        if room < 0:
            held = sorted(d for e, d in instance.fixed if e == expert)
            changes = [Change("capacity", expert, held, -room)]
            found.append(Cause(held, [expert], len(held), len(held) + room, [], changes))
            experts[expert] = replace(experts[expert], capacity=len(held))
    return replace(instance, experts=experts), found


def _minimal(instance: Instance, places: Places, last: int) -> Cause:
    """Of the dossiers that the failed path went through, those that none can be spared of for `last` to lack someone."""
    trial, within = places.copy(), places.reached[0]
    everybody = range(len(places.lacks))
    for dossier in everybody:
        if not within >> dossier & 1:
            trial.empty(dossier)
    for dossier in everybody:
        if dossier == last or not within >> dossier & 1:
            continue
        fewer = trial.copy()
        fewer.empty(dossier)
        if not fewer.fill(last):
            trial, within = fewer, fewer.reached[0]
    return _counted(instance, places, list(bits(within)))


def _counted(instance: Instance, places: Places, dossiers: list[int]) -> Cause:
    """The proof, by counting: these dossiers need more than their experts can offer them, one place a pair."""
    offered = _offered(instance, places, dossiers)
    skills = sorted(set().union(*(instance.dossiers[d].skills for d in dossiers)))
    missing = []
    for skill in skills:
        asking = [d for d in dossiers if skill in instance.dossiers[d].skills]
        having = _offered(instance, places, asking)
        if sum(n for e, n in having.items() if skill in instance.experts[e].skills) < len(asking):
            missing.append(skill)
    need = sum(max(instance.need[d], 0) for d in dossiers)
    return Cause(dossiers, sorted(offered), need, sum(offered.values()), missing)


def _offered(instance: Instance, places: Places, dossiers: list[int]) -> dict[int, int]:
    """Each expert's places for these dossiers: their room, and no more than those they may be given."""
    asked: dict[int, int] = {}
    for dossier in dossiers:
        for expert in bits(instance.open_to[dossier]):
            asked[expert] = asked.get(expert, 0) + 1
    whole = {e: places.room[e] + places.holds[e].bit_count() for e in asked}
    return {e: min(whole[e], n) for e, n in asked.items() if whole[e]}


def _relieve(instance: Instance, places: Places, dossier: int, cause: Cause) -> None:
    """One place more where it unblocks the dossier: with who would match it best, or, where all who may already do, someone new."""

    raised = {change.expert: change.places for change in cause.changes}

    def worth(expert: int) -> tuple[bool, int, int]:
        return instance.experts[expert].available, instance.match(expert, dossier) - raised.get(expert, 0), -expert

    reached = list(bits(places.reached[1]))
    if not reached:
        places.lacks[dossier] -= 1
        wanted = sorted(instance.dossiers[dossier].skills)
        cause.changes.append(Change("expert", None, [dossier], 1, wanted))
        return
    expert = max(reached, key=worth)
    places.room[expert] += 1
    known = next((change for change in cause.changes if change.expert == expert), None)
    if known is None:
        away = not instance.experts[expert].available and not places.holds[expert]
        known = Change("available" if away else "capacity", expert)
        cause.changes.append(known)
    known.places += 1
