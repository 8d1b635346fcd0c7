"""What is asked: dossiers with the people who come for them, slots in their order, rooms, members with their links and absences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

Key = str | int
Pair = tuple[int, int]


@dataclass(frozen=True)
class Dossier:
    id: Key
    people: frozenset[Key] = frozenset()  # who come for it
    region: str = ""


@dataclass(frozen=True)
class Slot:
    id: Key
    day: str


@dataclass(frozen=True)
class Instance:
    """`seats` members at each hearing. `conflicts`: (member, dossier); `absent`: (member, slot); `fixed`: {dossier: (slot, room)}, put
    there by hand. All are places in the lists."""

    seats: int
    dossiers: Sequence[Dossier]
    slots: Sequence[Slot]
    rooms: Sequence[Key]
    members: Sequence[Key]
    conflicts: frozenset[Pair] = frozenset()
    absent: frozenset[Pair] = frozenset()
    fixed: Mapping[int, Pair] = field(default_factory=dict)

    def may_sit(self, dossier: int, slot: int) -> list[int]:
        """The members who are there and have no link with the dossier."""
        return [m for m in self.there[slot] if (m, dossier) not in self.conflicts]

    @cached_property
    def there(self) -> list[list[int]]:
        """For each slot, the members who are there."""
        everybody = range(len(self.members))
        return [[m for m in everybody if (m, slot) not in self.absent] for slot in range(len(self.slots))]

    @cached_property
    def room_at(self) -> list[int]:
        """For each slot, how many dossiers can be heard: by the rooms, and by the members who are there."""
        return [min(len(self.rooms), len(there) // self.seats if self.seats else 99) for there in self.there]

    @cached_property
    def parties(self) -> list[frozenset[int]]:
        """The dossiers of those who come for several; people who have the same ones come together and count once."""
        held: dict[Key, set[int]] = {}
        for place, dossier in enumerate(self.dossiers):
            for person in dossier.people:
                held.setdefault(person, set()).add(place)
        return sorted({frozenset(group) for group in held.values() if len(group) > 1}, key=sorted)

    @cached_property
    def regions(self) -> list[frozenset[int]]:
        """The dossiers of each region that has several."""
        held: dict[str, set[int]] = {}
        for place, dossier in enumerate(self.dossiers):
            held.setdefault(dossier.region, set()).add(place)
        return sorted({frozenset(group) for region, group in held.items() if region and len(group) > 1}, key=sorted)

    @cached_property
    def days(self) -> list[list[int]]:
        """The slots of each day, in their order."""
        held: dict[str, list[int]] = {}
        for place, slot in enumerate(self.slots):
            held.setdefault(slot.day, []).append(place)
        return list(held.values())

    def only(self, kept: Sequence[int]) -> "Instance":
        """The same with these dossiers alone."""
        at = {dossier: place for place, dossier in enumerate(kept)}
        return Instance(
            self.seats,
            [self.dossiers[d] for d in kept],
            self.slots,
            self.rooms,
            self.members,
            frozenset((m, at[d]) for m, d in self.conflicts if d in at),
            self.absent,
            {at[d]: cell for d, cell in self.fixed.items() if d in at},
        )


Worth = tuple[int, int, int, int]


def worth(instance: Instance, at: Sequence[int]) -> Worth:
    """What a placing (the slot of each dossier) costs, the first figure before the second: days on which people who have several
    dossiers come; slots they wait between the first and the last of a day; days on which a region is heard; places in the order of slots."""
    days = sum(1 for party in instance.parties for _day in _spans(instance, at, party))
    waits = sum(waited for party in instance.parties for waited in _spans(instance, at, party))
    heard = sum(1 for region in instance.regions for _day in _spans(instance, at, region))
    return days, waits, heard, sum(at)


def _spans(instance: Instance, at: Sequence[int], group: frozenset[int]) -> Iterator[int]:
    """For each day on which a group is heard, the slots between its first and its last in which it is not."""
    for slots in instance.days:
        heard = sorted({at[d] for d in group} & set(slots))
        if heard:
            yield slots.index(heard[-1]) - slots.index(heard[0]) + 1 - len(heard)
