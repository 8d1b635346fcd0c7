"""A check with one of its terms taken away: « state and its facts » that would let one fact go missing."""

import re
from collections.abc import Iterator

from .standing import Wall

JOINED = re.compile(r" (AND|OR) ")


def loosened(wall: Wall) -> Iterator[str]:
    """The statements that loosen a check of several terms, each by one: the term is held to be true (false, under a NOT)."""
    text = wall.definition
    spans = [*_terms(text, len("CHECK "), len(text), denied=False)] if wall.code == "c" else []
    for start, end, denied in spans if len(spans) > 1 else ():
        looser = f"{text[:start]}{'false' if denied else 'true'}{text[end:]}"
        yield (
            f'ALTER TABLE "{wall.table}" DROP CONSTRAINT "{wall.name}", ADD CONSTRAINT "{wall.name}" {looser} NOT VALID'
        )


def _terms(text: str, start: int, end: int, *, denied: bool) -> Iterator[tuple[int, int, bool]]:
    """(from, to, under a NOT) of each term between two places, brackets opened until no AND or OR is inside."""
    if text.startswith("NOT ", start):
        yield from _terms(text, start + 4, end, denied=not denied)
        return
    cuts = [
        (found.start(), found.end())
        for found in JOINED.finditer(text, start, end)
        if _depth(text, start, found.start()) == 0
    ]
    if cuts:
        edges = [start, *(place for cut in cuts for place in cut), end]
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            yield from _terms(text, first, last, denied=denied)
    elif text[start] == "(" and _closes(text, start) == end:
        yield from _terms(text, start + 1, end - 1, denied=denied)
    else:
        yield start, end, denied


def _depth(text: str, start: int, end: int) -> int:
    plain = re.sub(r"'[^']*'", "", text[start:end])
    return plain.count("(") + plain.count("[") - plain.count(")") - plain.count("]")


def _closes(text: str, start: int) -> int:
    """Just after the bracket that closes the one at `start`."""
    return next((end for end in range(start + 1, len(text) + 1) if _depth(text, start, end) == 0), len(text))
