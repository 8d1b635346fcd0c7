"""The schedule of hearings: no rule broken, the best of every schedule tried one by one, or a cause that is true and minimal."""

from itertools import permutations, product
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.hearings import Dossier, Instance, Slot, worth
from reviews.hearings.causes import causes
from reviews.hearings.seats import seated
from reviews.hearings.solver import feasible, solve


@st.composite
def populations(draw: st.DrawFn, most: int = 4) -> Instance:
    """Small enough to try everything: dossiers that share people and regions, links, absences, some placed by hand."""
    count, slots = draw(st.integers(1, most)), draw(st.integers(1, 4))
    rooms, members, seats = draw(st.integers(1, 2)), draw(st.integers(1, 5)), draw(st.integers(1, 2))
    people = st.frozensets(st.sampled_from("pqr"), max_size=2)
    dossiers = [Dossier(d, draw(people), draw(st.sampled_from(["", "R", "S"]))) for d in range(count)]
    at_days = draw(st.integers(0, slots))
    pairs = st.frozensets(st.tuples(st.integers(0, members - 1), st.integers(0, max(count, slots) - 1)), max_size=5)
    cells = draw(st.permutations([(s, r) for s in range(slots) for r in range(rooms)]))
    fixed = dict(enumerate(cells[: draw(st.integers(0, min(2, count, len(cells))))]))
    return Instance(
        seats,
        dossiers,
        [Slot(s, "lundi" if s < at_days else "mardi") for s in range(slots)],
        [f"salle {r}" for r in range(rooms)],
        [f"membre {m}" for m in range(members)],
        frozenset(pair for pair in draw(pairs) if pair[1] < count),
        frozenset(pair for pair in draw(pairs) if pair[1] < slots),
        fixed,
    )


def can_sit(instance: Instance, slot: int, heard: list[int]) -> bool:
    """By trying everybody, in every order: the first `seats` to the first dossier, and so on."""
    there = [m for m in range(len(instance.members)) if (m, slot) not in instance.absent]
    asked = [d for d in heard for _seat in range(instance.seats)]
    return any(
        all((m, d) not in instance.conflicts for m, d in zip(order, asked, strict=True))
        for order in permutations(there, len(asked))
    )


def kept(instance: Instance, at: tuple[int, ...]) -> bool:
    for slot in set(at):
        heard = [d for d, when in enumerate(at) if when == slot]
        people = [person for d in heard for person in instance.dossiers[d].people]
        if len(heard) > len(instance.rooms) or len(people) != len(set(people)) or not can_sit(instance, slot, heard):
            return False
    return all(at[d] == slot for d, (slot, _room) in instance.fixed.items())


def every(instance: Instance) -> list[tuple[int, ...]]:
    slots = range(len(instance.slots))
    return [at for at in product(slots, repeat=len(instance.dossiers)) if kept(instance, at)]


def need_sound(instance: Instance, found) -> None:
    """Each dossier in a cell of its own, enough members at each, nobody twice at once, no link, nobody who is away, hands kept."""
    assert len(found.cells) == len(set(found.cells)) == len(instance.dossiers)
    taken: set[tuple[object, int]] = set()
    for dossier, ((slot, room), members) in enumerate(zip(found.cells, found.sits, strict=True)):
        assert room < len(instance.rooms) and len(set(members)) == instance.seats
        busy = {(m, slot) for m in members} | {(person, slot) for person in instance.dossiers[dossier].people}
        assert not busy & taken
        taken |= busy
        assert not {(m, dossier) for m in members} & instance.conflicts
        assert not {(m, slot) for m in members} & instance.absent
        assert instance.fixed.get(dossier, (slot, room)) == (slot, room)
    assert found.worth == worth(instance, [slot for slot, _room in found.cells])


def need_best(instance: Instance) -> None:
    all_of_them, found = every(instance), solve(instance)
    if found is not None:
        need_sound(instance, found)
        assert found.proved
        assert found.worth[:3] == min(worth(instance, at)[:3] for at in all_of_them)
        return
    assert all_of_them == []
    cause = causes(instance)
    assert every(instance.only(cause.dossiers)) == []
    for dossier in cause.dossiers:
        assert every(instance.only([d for d in cause.dossiers if d != dossier]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(populations())
def test_small_populations_equal_the_best_of_all_or_have_a_true_and_minimal_cause(instance):
    need_best(instance)


def test_what_would_do_is_the_least_of_each_kind():
    three = [Dossier(d) for d in range(3)]
    short = Instance(2, three, [Slot(0, "lundi")], ["A", "B"], ["m", "n", "o", "p"])
    assert solve(short) is None
    cause = causes(short)
    assert (len(cause.dossiers), cause.more) == (
        3,
        {"slot": 1},
    )  # one room more would lack two members, and two members a room
    tied = Instance(1, three[:1], [Slot(0, "lundi")], ["A"], ["m"], frozenset({(0, 0)}))
    assert (causes(tied).dossiers, causes(tied).more) == ([0], {"member": 1})
    by_hand = Instance(
        1, three[:2], [Slot(0, "lundi")], ["A", "B"], ["m", "n"], frozenset({(0, 0), (1, 0)}), fixed={0: (0, 0)}
    )
    assert causes(by_hand).dossiers == [0]
    both = frozenset({"p"})
    pair = Instance(
        1,
        [Dossier(0, both), Dossier(1, both)],
        [Slot(0, "l"), Slot(1, "l")],
        ["A", "B"],
        ["m", "n"],
        fixed={0: (0, 0), 1: (0, 1)},
    )
    assert causes(pair).more == {"free": 2}


def test_who_has_several_dossiers_comes_once_and_waits_for_nothing():
    instance = wave(3, dossiers=24, slots=12, rooms=3, members=12)
    found = solve(instance)
    need_sound(instance, found)
    assert found.proved and found.worth[:2] == (len(instance.parties), 0)


def wave(
    seed: int, *, dossiers: int = 60, slots: int = 24, rooms: int = 3, members: int = 12, seats: int = 3
) -> Instance:
    """Two days; eight people who come for two or three dossiers, thirteen regions, a link in eight, some half days away."""
    draw = Random(seed)
    people = [{f"porteur {d}"} for d in range(dossiers)]
    for person in range(8):
        for d in draw.sample(range(dossiers), draw.choice([2, 2, 3])):
            people[d].add(f"en commun {person}")
    return Instance(
        seats,
        [Dossier(d, frozenset(people[d]), f"région {draw.randrange(13)}") for d in range(dossiers)],
        [Slot(s, f"jour {2 * s // slots}") for s in range(slots)],
        [f"salle {r}" for r in range(rooms)],
        list(range(members)),
        frozenset((m, d) for m in range(members) for d in range(dossiers) if draw.random() < 0.12),
        frozenset((m, s) for m in range(members) for s in range(slots) if (7 * m + 4 * s // slots) % 11 == 0),
    )


def test_seats_are_found_wherever_they_are():
    """Two that only the last may judge, and the first who may judge all: somebody changes places."""
    instance = Instance(1, [Dossier(0), Dossier(1)], [Slot(0, "l")], ["A", "B"], ["m", "n"], frozenset({(1, 1)}))
    assert seated(instance, 0, [0, 1]) == ({0: 1, 1: 0}, [])
    assert feasible(instance) == [0, 0]
