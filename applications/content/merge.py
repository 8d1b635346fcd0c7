"""Two texts born of one: what a person would keep of both, word by word. Pure; it proposes, and never decides."""

import difflib
import re
from typing import NamedTuple


class Change(NamedTuple):
    """Words `start` to `end` of the base become `words`."""

    start: int
    end: int
    words: list[str]


def words(text: str) -> list[str]:
    """Words and the blanks between them; joined, they are the text."""
    return re.findall(r"\s+|\S+", text)


def _changes(base: list[str], text: list[str]) -> list[Change]:
    matcher = difflib.SequenceMatcher(None, base, text, autojunk=False)
    return [Change(a, b, text[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]


def merge(base: str, theirs: str, mine: str) -> str:
    """Both sets of changes over `base`. Where they touch, the words of `theirs` come first, then those of `mine`: nothing
    that either wrote is left out of the proposal."""
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    old = words(base)
    waiting = [_changes(old, words(theirs)), _changes(old, words(mine))]
    made: list[str] = []
    at = 0
    while waiting[0] or waiting[1]:
        first = min((side for side in (0, 1) if waiting[side]), key=lambda side: waiting[side][0].start)
        group: tuple[list[Change], list[Change]] = ([], [])
        group[first].append(waiting[first].pop(0))
        start, end = group[first][0].start, group[first][0].end
        grown = True
        while grown:  # a change that touches the group joins it, and may make it touch another
            grown = False
            for side in (0, 1):
                while (
                    waiting[side]
                    and waiting[side][0].start <= end
                    and (group[1 - side] or waiting[side][0].start < end)
                ):
                    change = waiting[side].pop(0)
                    group[side].append(change)
                    end = max(end, change.end)
                    grown = True
        made += old[at:start]
        made += _one_of(old, start, end, group)
        at = end
    return "".join(made + old[at:])


def _one_of(old: list[str], start: int, end: int, group: tuple[list[Change], list[Change]]) -> list[str]:
    """What a stretch of the base becomes: the only side that changed it, or both texts one after the other."""
    sides = [_applied(old, start, end, changes) for changes in group if changes]
    if len(sides) == 1 or sides[0] == sides[1]:
        return sides[0]
    between = [] if not sides[0] or not sides[1] or sides[0][-1].isspace() or sides[1][0].isspace() else [" "]
    return sides[0] + between + sides[1]


def _applied(old: list[str], start: int, end: int, changes: list[Change]) -> list[str]:
    made: list[str] = []
    at = start
    for change in changes:
        made += old[at : change.start] + change.words
        at = change.end
    return made + old[at:end]
