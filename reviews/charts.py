"""Drawings of the score panel: places in a fixed box, so that a template only writes them out."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal.numbers import decimal, percent

BOX = 1000  # width of a drawing in its own units
LEVELS = (1, 5, 10, 20, 40)  # per cent: what a shade of the rankogram begins at
SURE = (0.05, 0.95)  # outside, the line would hardly swap the dossier


def swings(figures: Mapping[str, Any]) -> bool:
    """Neither nearly sure to be funded, nor nearly sure not to be."""
    return figures["funded"] is not None and SURE[0] <= figures["funded"] <= SURE[1]


def interval(figures: Mapping[str, Any], size: int) -> dict[str, int]:
    """The bar from the first to the last rank of the interval, and where the expected rank stands in it."""
    left, right = _at(figures["low"] - 1, size), _at(figures["high"], size)
    return {"left": left, "width": right - left, "mark": _at(figures["expected"] - 0.5, size)}


def severity(figures: Mapping[str, Any], widest: float) -> dict[str, int]:
    """The same about zero, the middle of the box."""
    left, mark, right = (BOX // 2 + _at(figures[name], 2 * widest) for name in ("low", "severity", "high"))
    return {"left": left, "width": right - left, "mark": mark}


def shades(spread: Iterable[int]) -> list[dict[str, int]]:
    """Tranches of ranks, equals side by side drawn at once, each at the level of its probability."""
    levels = [sum(10 * least <= share for least in LEVELS) for share in spread]
    cells, place = [], 0
    for level, run in groupby(levels):
        end = place + len(list(run))
        left = _at(place, len(levels))
        cells.append({"level": level, "left": left, "width": _at(end, len(levels)) - left})
        place = end
    return cells


def key() -> list[dict[str, Any]]:
    """What each shade says, the palest first."""
    below = [{"level": 0, "label": _("moins de %(share)s") % {"share": percent(LEVELS[0], 0)}}]
    return below + [
        {"level": level, "label": _("%(share)s et plus") % {"share": percent(least, 0)}}
        for level, least in enumerate(LEVELS, 1)
    ]


def tranches(ends: list[int]) -> list[str]:
    """« 1–30 », « 31–60 »; the rank itself when a tranche has one."""
    begins = [1, *(end + 1 for end in ends)]
    return [str(end) if begin == end else f"{begin}–{end}" for begin, end in zip(begins, ends, strict=False)]


def rankogram_rows(rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    return [
        [str(row["line"].application.reference), *(decimal(share / 10) for share in row["figures"]["spread"])]
        for row in rows
    ]


def _at(place: float, size: float) -> int:
    return round(BOX * place / (size or 1))
