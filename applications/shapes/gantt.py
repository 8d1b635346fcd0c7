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


MOST_COLUMNS = 14
STEPS = (1, 3, 6, 12, 24, 60)


def table(calendar: Iterable[Mapping[str, Any]], months: int | None) -> dict[str, Any]:
    """The same calendar for a sheet of paper: columns of as many months as it takes to hold the page, with for each package
    whether it is worked on in them, and what is due. `due`: [(kind, month)], kind « milestone » or « deliverable »."""
    calendar = list(calendar)
    length = span(calendar, months)
    step = next((step for step in STEPS if -(-length // step) <= MOST_COLUMNS), STEPS[-1])
    firsts = range(1, length + 1, step)
    return {
        "step": step,
        "columns": [(first, min(first + step - 1, length)) for first in firsts],
        "rows": [
            {"package": package, "cells": [_cell(package, first, first + step - 1) for first in firsts]}
            for package in calendar
        ],
    }


def _cell(package: Mapping[str, Any], first: int, last: int) -> dict[str, Any]:
    starts, ends = package["starts_month"], package["ends_month"]
    due = [
        (kind, row["month"])
        for kind in ("milestone", "deliverable")
        for row in package[f"{kind}s"]
        if row["month"] and first <= row["month"] <= last
    ]
    return {
        "on": bool(starts and ends and starts <= last and ends >= first),
        "due": sorted(due, key=lambda one: one[1]),
    }
