"""Who sits at the hearings of one slot: enough members each, nobody in two rooms, no link."""

from collections.abc import Sequence

from .instance import Instance


def seated(instance: Instance, slot: int, heard: Sequence[int]) -> tuple[dict[int, int], list[int]]:
    """{member: dossier} that gives each of these dossiers its members; or dossiers that have together too few of them (Hall): those
    that the failed search went through."""
    sits: dict[int, int] = {}
    for dossier in heard:
        for _seat in range(instance.seats):
            tried = _seat_one(instance, slot, dossier, sits)
            if tried:
                return {}, tried
    return sits, []


def _seat_one(instance: Instance, slot: int, dossier: int, sits: dict[int, int]) -> list[int]:
    """One more member for this dossier, some changing places; else the dossiers that were tried."""
    tried = [dossier]
    looked: dict[int, int] = {}  # {member: the dossier that looked at them}
    through: dict[int, int] = {}  # {dossier: its member, who would go to who looked at them}
    for asking in tried:
        for member in instance.may_sit(asking, slot):
            if member in looked:
                continue
            looked[member] = asking
            if member not in sits:
                while True:
                    at = looked[member]
                    sits[member] = at
                    if at == dossier:
                        return []
                    member = through[at]
            if sits[member] not in tried:
                through[sits[member]] = member
                tried.append(sits[member])
    return tried
