"""Why no schedule can be: dossiers that cannot all be heard, though without any one of them the others could; and what would do."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .instance import Instance, Slot
from .solver import feasible

Feasible = Callable[[Instance], bool]


@dataclass(frozen=True)
class Cause:
    """`dossiers` is minimal: each of them is needed for it to be impossible. `more`: {« slot », « room », « member »: how many more, with
    nothing else changed, would do for the whole schedule}; « free »: those placed by hand, when setting all of them free would do."""

    dossiers: list[int]
    more: dict[str, int]


def causes(instance: Instance, can: Feasible = lambda instance: feasible(instance) is not None) -> Cause:
    """Of an instance that has no schedule."""
    kept = _counted(instance)
    for dossier in list(kept):
        without = [d for d in kept if d != dossier]
        if not can(instance.only(without)):
            kept = without
    return Cause(kept, _more(instance, can))


def _counted(instance: Instance) -> list[int]:
    """The fewest dossiers that counting alone shows to be too many; all of them where it shows nothing."""
    everyone = range(len(instance.dossiers))
    for dossier in everyone:
        slots = [instance.fixed[dossier][0]] if dossier in instance.fixed else range(len(instance.slots))
        if all(len(instance.may_sit(dossier, slot)) < instance.seats for slot in slots):
            return [dossier]
    for party in instance.parties:
        if len(party) > len(instance.slots):
            return sorted(party)[: len(instance.slots) + 1]
    places = sum(instance.room_at)
    return list(everyone)[: places + 1] if len(instance.dossiers) > places else list(everyone)


def _more(instance: Instance, can: Feasible) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, add in (("slot", _with_slots), ("room", _with_rooms), ("member", _with_members)):
        most = max(len(instance.dossiers), instance.seats)
        if not can(add(instance, most)):
            continue
        low, high = 1, most
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if can(add(instance, middle)) else (middle + 1, high)
        found[kind] = low
    if instance.fixed and can(replace(instance, fixed={})):
        found["free"] = len(instance.fixed)
    return found


def _with_slots(instance: Instance, count: int) -> Instance:
    """On a day of their own, with everybody there."""
    return replace(instance, slots=[*instance.slots, *(Slot(f"+{n}", "+") for n in range(count))])


def _with_rooms(instance: Instance, count: int) -> Instance:
    return replace(instance, rooms=[*instance.rooms, *(f"+{n}" for n in range(count))])


def _with_members(instance: Instance, count: int) -> Instance:
    """Always there, and tied to nobody."""
    return replace(instance, members=[*instance.members, *(f"+{n}" for n in range(count))])
