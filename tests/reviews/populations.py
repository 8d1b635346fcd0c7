"""Populations for the solver, and an independent view of each: every allocation tried one by one, and a plain min-cost flow."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
from hypothesis import strategies as st

from reviews.allocation import Cause, Dossier, Expert, Instance
from reviews.allocation.instance import Pair

SKILLS = "abcd"


@st.composite
def small(draw: Any) -> Instance:
    """Small enough to try every allocation; about a third are impossible."""
    skills = st.frozensets(st.sampled_from(SKILLS), max_size=3)
    region = st.sampled_from(("", "n", "s"))
    k, nd, ne = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    dossiers = [Dossier(f"d{i}", draw(skills), draw(region)) for i in range(nd)]
    experts = [
        Expert(
            f"e{i}",
            draw(skills),
            draw(st.integers(0, 4)),
            draw(region),
            draw(st.sampled_from(("", "x", "y"))),
            draw(st.sampled_from((True, True, True, False))),
        )
        for i in range(ne)
    ]
    pairs = list(product(range(ne), range(nd)))
    conflicts = draw(st.frozensets(st.sampled_from(pairs), max_size=4))
    fixed = draw(st.frozensets(st.sampled_from(pairs), max_size=2)) - conflicts
    return Instance(k, dossiers, experts, conflicts, fixed)


def wide(
    nd: int, ne: int, seed: int, *, k: int = 3, slack: float = 1.2, skew: float = 0.5, conflicts: float = 0.05
) -> Instance:
    """A wave as they come: some skills rarer than others, room a little over what is needed, conflicts here and there."""
    draw = random.Random(seed)
    names = [f"s{i}" for i in range(15)]
    weights = [(i + 1) ** -skew for i in range(15)]

    def skills(least: int, most: int) -> frozenset[str]:
        found: set[str] = set()
        while len(found) < draw.randint(least, most):
            found |= set(draw.choices(names, weights))
        return frozenset(found)

    room = nd * k * slack / ne
    dossiers = [Dossier(f"d{i}", skills(3, 5), f"r{draw.randrange(13)}") for i in range(nd)]
    experts = [
        Expert(
            f"e{i}",
            skills(1, 5),
            max(1, round(room * draw.uniform(0.6, 1.4))),
            f"r{draw.randrange(13)}",
            f"h{draw.randrange(ne)}",
        )
        for i in range(ne)
    ]
    forbidden = frozenset((e, d) for e in range(ne) for d in range(nd) if draw.random() < conflicts)
    return Instance(k, dossiers, experts, forbidden)


def need_sound(instance: Instance, pairs: list[Pair]) -> None:
    """No rule is broken, read from the instance itself."""
    assert len(set(pairs)) == len(pairs)
    assert instance.fixed <= set(pairs)
    assert not instance.conflicts & set(pairs)
    for d in range(len(instance.dossiers)):
        assert sum(dossier == d for _e, dossier in pairs) == instance.k
    for e, expert in enumerate(instance.experts):
        mine = {pair for pair in pairs if pair[0] == e}
        assert len(mine) <= expert.capacity
        assert expert.available or mine <= instance.fixed


def worth(instance: Instance, pairs: list[Pair]) -> tuple[int, int, int, int]:
    """Least and total match, then squares of the loads and repeats of origin, the fewer the better: the published order."""
    levels = [0] * len(instance.dossiers)
    loads = [0] * len(instance.experts)
    met: list[list[str]] = [[f"r{d.region}"] if d.region else [] for d in instance.dossiers]
    for e, d in pairs:
        expert = instance.experts[e]
        levels[d] += len(expert.skills & instance.dossiers[d].skills)
        loads[e] += 1
        met[d] += [f"r{expert.region}"] * bool(expert.region) + [f"h{expert.employer}"] * bool(expert.employer)
    return min(levels), sum(levels), -sum(n * n for n in loads), -sum(len(m) - len(set(m)) for m in met)


def every(instance: Instance, among: frozenset[int] | None = None) -> Iterator[list[Pair]]:
    """Every allocation that breaks no rule, of these dossiers alone when told; one by one."""
    rooms = [e.capacity for e in instance.experts]
    dossiers = sorted(among if among is not None else range(len(instance.dossiers)))
    held = {d: {e for e, dossier in instance.fixed if dossier == d} for d in range(len(instance.dossiers))}
    for who in held.values():
        for e in who:
            rooms[e] -= 1
    if min(rooms) < 0:
        return

    def choose(at: int, rooms: list[int], pairs: list[Pair]) -> Iterator[list[Pair]]:
        if at == len(dossiers):
            yield pairs
            return
        d = dossiers[at]
        free = [
            e
            for e, expert in enumerate(instance.experts)
            if rooms[e] > 0 and expert.available and (e, d) not in instance.conflicts and e not in held[d]
        ]
        if len(held[d]) > instance.k:
            return
        for more in combinations(free, instance.k - len(held[d])):
            left = [room - (e in more) for e, room in enumerate(rooms)]
            yield from choose(at + 1, left, [*pairs, *((e, d) for e in (*held[d], *more))])

    yield from choose(0, rooms, [])


def can(instance: Instance, among: frozenset[int] | None = None) -> bool:
    return next(every(instance, among), None) is not None


def lacking(instance: Instance) -> int:
    """Places that are short in all: the deficiency of König and Ore, over every set of dossiers. Fixed pairs within bounds."""
    held = [sum(e == expert for expert, _d in instance.fixed) for e in range(len(instance.experts))]
    need = [instance.k - sum(d == dossier for _e, dossier in instance.fixed) for d in range(len(instance.dossiers))]
    room = [e.capacity - n if e.available else 0 for e, n in zip(instance.experts, held, strict=True)]
    worst = 0
    for size in range(1, len(need) + 1):
        for some in combinations(range(len(need)), size):
            offered = 0
            for e, left in enumerate(room):
                offered += min(left, sum((e, d) not in instance.conflicts | instance.fixed for d in some))
            worst = max(worst, sum(need[d] for d in some) - offered)
    return worst


def changed(instance: Instance, cause: Cause) -> Instance:
    """The instance once what the cause proposes is done."""
    experts, conflicts, fixed = list(instance.experts), set(instance.conflicts), set(instance.fixed)
    for change in cause.changes:
        if change.kind == "unfix":
            assert change.expert is not None
            fixed.discard((change.expert, change.dossiers[0]))
        elif change.expert is None:
            conflicts |= {(len(experts), d) for d in range(len(instance.dossiers)) if d not in change.dossiers}
            experts.append(Expert(f"new{len(experts)}", frozenset(change.skills), change.places))
        elif change.kind == "available":
            held = sum(e == change.expert for e, _d in fixed)
            experts[change.expert] = replace(experts[change.expert], available=True, capacity=held + change.places)
        else:
            one = experts[change.expert]
            experts[change.expert] = replace(one, capacity=one.capacity + change.places)
    return Instance(instance.k, instance.dossiers, experts, frozenset(conflicts), frozenset(fixed))


def need_true_and_minimal(instance: Instance, causes: list[Cause]) -> None:
    """Each cause is one, none of its dossiers is there for nothing, and the changes are enough and no more than are lacking."""
    before, sound, places = instance, instance, 0  # `sound`: once nobody has more fixed than they may
    for cause in causes:
        some = frozenset(cause.dossiers)
        assert cause.need > cause.places
        assert not can(before, some)
        earlier, excess = before, any(change.kind == "unfix" for change in cause.changes) or not _within(before, cause)
        before = changed(before, cause)
        if excess:
            sound = before
            continue
        assert all(can(earlier, some - {d}) for d in some)
        places += sum(change.places for change in cause.changes)
    assert can(before)
    assert places == lacking(sound)


def _within(instance: Instance, cause: Cause) -> bool:
    """It is no expert who has more fixed than they may."""
    if len(cause.experts) != 1:
        return True
    e = cause.experts[0]
    return sum(expert == e for expert, _d in instance.fixed) <= instance.experts[e].capacity


def min_cost_flow(instance: Instance) -> list[Pair]:
    """The best total match and nothing else: successive shortest paths over experts, dense. For instances with nothing fixed."""
    nd, ne = len(instance.dossiers), len(instance.experts)
    match = np.array([[instance.match(e, d) for e in range(ne)] for d in range(nd)])
    open_to = np.ones((nd, ne), bool)
    for e, d in instance.conflicts:
        open_to[d, e] = False
    room = np.array([e.capacity if e.available else 0 for e in instance.experts])
    held = np.zeros((nd, ne), bool)
    far = 10**6
    hop, by = np.full((ne, ne), far), np.zeros((ne, ne), int)

    def refresh(e: int) -> None:
        mine = np.nonzero(held[:, e])[0]
        if not len(mine):
            hop[e] = far
            return
        cost = np.where(open_to[mine] & ~held[mine], match[mine, e][:, None] - match[mine], far)
        hop[e], by[e] = cost.min(axis=0), mine[cost.argmin(axis=0)]

    for d in [d for d in range(nd) for _ in range(instance.k)]:
        cost = np.where(open_to[d] & ~held[d], -match[d], far)
        came = np.full(ne, -1)
        while True:  # Bellman and Ford
            through = cost[:, None] + hop
            shorter = through.min(axis=0)
            better = shorter < cost
            if not better.any():
                break
            came = np.where(better, through.argmin(axis=0), came)
            cost = np.where(better, shorter, cost)
        e = int(np.where(room > 0, cost, far).argmin())
        assert cost[e] < far // 2
        room[e] -= 1
        moved, touched = [d], {e}
        while came[e] >= 0:
            before = int(came[e])
            dossier = by[before, e]
            held[dossier, before], held[dossier, e] = False, True
            e = before
            moved.append(dossier)
            touched.add(e)
        held[d, e] = True
        for one in touched | {int(e) for e in np.nonzero(held[moved].any(axis=0))[0]}:
            refresh(one)
    return [(int(e), int(d)) for d, e in zip(*np.nonzero(held), strict=True)]
