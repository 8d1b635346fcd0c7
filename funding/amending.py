"""The arithmetic of amendments: what goes from a beneficiary to another, what is given back, what differs between two states of an award.

Pure: no query, no clock. Whole euro cents. Source: CALL.md R82 (an amendment never raises the maximum, source by source).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Shares = Mapping[int, int]  # {share: cents}
Terms = dict[str, Any]  # as `Amendment.before` and `after` hold them


class Moved(NamedTuple):
    """Of one source. `transfers`: (from, to, cents); `released`: {share: cents} that nobody of the award has any more."""

    transfers: list[tuple[int, int, int]]
    released: dict[int, int]


def moved(before: Shares, after: Shares) -> Moved:
    """What turns these shares of one source into those; ValueError when they would come to more than they were."""
    lost = {key: before[key] - after[key] for key in sorted(before) if after[key] < before[key]}
    transfers: list[tuple[int, int, int]] = []
    for key in sorted(after):
        missing = after[key] - before[key]
        for giver in lost:
            cents = min(missing, lost[giver])
            if cents > 0:
                transfers.append((giver, key, cents))
                lost[giver] -= cents
                missing -= cents
        if missing > 0:
            raise ValueError(missing)
    return Moved(transfers, {key: cents for key, cents in lost.items() if cents})


class Difference(NamedTuple):
    """One line of the comparison: what, before, after; `unit` is « cents », « months » or « day »."""

    label: str
    unit: str
    before: Any
    after: Any

    @property
    def gap(self) -> int | None:
        return None if self.unit == "day" else (self.after or 0) - (self.before or 0)


def differences(before: Terms, after: Terms, names: Mapping[str, str], said: Mapping[str, Any]) -> list[Difference]:
    """What changes, in order: duration, stop, shares, expenses. `names`: « share:12 » or « place:3 » → whose; `said`: the words of a
    category, and of « months », « stops_on », « total »."""
    found = []
    if before["months"] != after["months"]:
        found.append(Difference(str(said["months"]), "months", before["months"], after["months"]))
    if before["stops_on"] != after["stops_on"]:
        found.append(Difference(str(said["stops_on"]), "day", before["stops_on"], after["stops_on"]))
    for key, cents in before["shares"].items():
        if cents != after["shares"][key]:
            found.append(Difference(names[f"share:{key}"], "cents", cents, after["shares"][key]))
    for place, lines in before["expenses"].items():
        others = after["expenses"][place]
        for category in _in_order(said, {*lines, *others}):
            old, new = lines.get(category, 0), others.get(category, 0)
            if old != new:
                found.append(Difference(f"{names[f'place:{place}']} · {said[category]}", "cents", old, new))
    totals = (sum(before["shares"].values()), sum(after["shares"].values()))
    if before["shares"] != after["shares"]:
        found.append(Difference(str(said["total"]), "cents", *totals))
    return found


def _in_order(said: Mapping[str, Any], present: Iterable[str]) -> list[str]:
    return [name for name in said if name in set(present)]
