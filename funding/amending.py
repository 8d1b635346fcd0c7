"""The arithmetic of amendments: what goes from a beneficiary to another, what is given back, what who leaves keeps, what differs between
two states of an award.

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
    """What turns these shares of one source into those, some of which may be new; ValueError when they would come to more than they were."""
    lost = {key: before[key] - after[key] for key in sorted(before) if after[key] < before[key]}
    transfers: list[tuple[int, int, int]] = []
    for key in sorted(after):
        missing = after[key] - before.get(key, 0)
        for giver in lost:
            cents = min(missing, lost[giver])
            if cents > 0:
                transfers.append((giver, key, cents))
                lost[giver] -= cents
                missing -= cents
        if missing > 0:
            raise ValueError(missing)
    return Moved(transfers, {key: cents for key, cents in lost.items() if cents})


class Kept(NamedTuple):
    """What a member that leaves keeps: {share: cents}, and the expense that they are for, {category: cents}."""

    shares: dict[int, int]
    expenses: dict[str, int]


def leaving(shares: Shares, least: Shares, budget: Mapping[str, int], accepted: Mapping[str, int]) -> Kept:
    """What is left to a member that leaves: of each of its shares the same part, the smallest that covers what is `least` of each (paid,
    planned, or due on the expenses accepted), and that part of its expense, so that the rate it was decided at stays.

    `accepted`: {category: cents} of its statements, which the expense left covers first; the rest is of each category as it was planned. What it had been paid beyond is then claimed
    back on its final statement, whose amount never passes its share.
    """
    top, whole = 0, 1  # the part, as a fraction
    for key, cents in shares.items():
        if cents and least[key] * whole > top * cents:
            top, whole = least[key], cents
    base = sum(budget.values()) * top // whole
    kept = {key: -(-cents * top // whole) for key, cents in shares.items()}
    expenses: dict[str, int] = {}
    for category, cents in accepted.items():
        expenses[category] = min(cents, base - sum(expenses.values()))
    planned = {category: max(0, most - expenses.get(category, 0)) for category, most in budget.items()}
    rest, total = base - sum(expenses.values()), sum(planned.values())
    for category in sorted(
        planned, key=lambda name: planned[name]
    ):  # the largest last: it takes what the roundings leave
        cents = rest * planned[category] // total if total else 0
        expenses[category] = expenses.get(category, 0) + cents
        rest, total = rest - cents, total - planned[category]
    return Kept(kept, {category: cents for category, cents in expenses.items() if cents})


class Difference(NamedTuple):
    """One line of the comparison: what, before, after; `unit` is « cents », « months », « day » or « words »."""

    label: str
    unit: str
    before: Any
    after: Any

    @property
    def gap(self) -> int | None:
        return None if self.unit in ("day", "words") else (self.after or 0) - (self.before or 0)


def differences(before: Terms, after: Terms, names: Mapping[str, str], said: Mapping[str, Any]) -> list[Difference]:
    """What changes, in order: consortium, duration, stop, shares, expenses. `names`: « share:12 » or « place:3 » → whose; `said`: the words
    of a category, of a role, and of « months », « stops_on », « total », « absent »."""
    found = [
        Difference(
            names[f"place:{place}"],
            "words",
            *(str(said[of.get("members", {}).get(place, "absent")]) for of in (before, after)),
        )
        for place in sorted({**before.get("members", {}), **after.get("members", {})}, key=int)
        if before.get("members", {}).get(place) != after.get("members", {}).get(place)
    ]
    if before["months"] != after["months"]:
        found.append(Difference(str(said["months"]), "months", before["months"], after["months"]))
    if before["stops_on"] != after["stops_on"]:
        found.append(Difference(str(said["stops_on"]), "day", before["stops_on"], after["stops_on"]))
    for key, cents in after["shares"].items():
        if (old := before["shares"].get(key, 0)) != cents:
            found.append(Difference(names[f"share:{key}"], "cents", old, cents))
    for place, others in after["expenses"].items():
        lines = before["expenses"].get(place, {})
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
