"""The calendar as a drawing: where each package, milestone and deliverable falls, in thousandths of the width. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

WIDTH, HEIGHT, TICK = 1000, 18, 8


class Bar(NamedTuple):
    """A package of months `first` to `last`, both worked: x and width, 0 wide when its months are not both said."""

    x: int
    width: int


def span(calendar: Iterable[Mapping[str, Any]], months: int | None) -> int:
    """The months drawn: those of the project, or the last one that is named when it comes later; at least 1."""
    named = [months or 1]
    for package in calendar:
        named += [package["starts_month"] or 1, package["ends_month"] or 1]
        named += [row["month"] or 1 for row in (*package["milestones"], *package["deliverables"])]
    return max(named)


def bar(first: int | None, last: int | None, months: int) -> Bar:
    if first is None or last is None:
        return Bar(0, 0)
    x = (first - 1) * WIDTH // months
    return Bar(x, max(last * WIDTH // months - x, TICK))


def tick(month: int, months: int) -> int:
    """The left edge of a mark at the end of its month."""
    return max(month * WIDTH // months - TICK, 0)


def late(calendar: Iterable[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(number of the package, title) of what is due outside the months of its package."""
    return [
        (package["number"], row["title"])
        for package in calendar
        for row in (*package["milestones"], *package["deliverables"])
        if row["month"]
        and not (package["starts_month"] or row["month"]) <= row["month"] <= (package["ends_month"] or row["month"])
    ]


def path(x: int, width: int, top: int = 0) -> str:
    """The « d » of a filled rectangle from `top` to the foot of the row."""
    return f"M{x} {top}h{width}v{HEIGHT - top}H{x}z"


def rows(calendar: Iterable[Mapping[str, Any]], months: int | None) -> list[dict[str, Any]]:
    """One row a package: its words and the outlines to draw."""
    calendar = list(calendar)
    length = span(calendar, months)
    return [
        {
            "package": package,
            "bar": path(*bar(package["starts_month"], package["ends_month"], length)),
            "milestones": [path(tick(r["month"], length), TICK) for r in package["milestones"] if r["month"]],
            "deliverables": [
                path(tick(r["month"], length), TICK, HEIGHT // 2) for r in package["deliverables"] if r["month"]
            ],
        }
        for package in calendar
    ]
