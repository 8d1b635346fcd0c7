"""What a sheet to write is made of. Rows and columns count from 0; people read « D7 »."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

MOST_TEXT = 32_000  # characters of one cell: the formats' own limit is a little above
MOST_NAME = 31  # characters of a sheet's name, in XLSX
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
# What XML 1.0 cannot hold; tab and line feed stay.
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Amount:
    """Cents, shown as euros with two decimals; None is a cell left to fill."""

    cents: int | None


@dataclass(frozen=True)
class Sum:
    """The formula that adds rectangles (first row, first column, last row, last column) of its own sheet, and takes away
    `less`; `cents` is its value as the portal computes it, kept in the file for who does not recompute."""

    of: tuple[tuple[int, int, int, int], ...]
    cents: int
    less: tuple[tuple[int, int, int, int], ...] = ()

    def formula(self, open_: str = "", close: str = "", dot: str = "") -> str:
        """`SUM(B2:C3)-SUM(D4:D4)`, without the « = »; OpenDocument puts its references in brackets, with dots."""

        def added(rectangles: tuple[tuple[int, int, int, int], ...]) -> str:
            parts = (f"{open_}{dot}{address(*r[:2])}:{dot}{address(*r[2:])}{close}" for r in rectangles)
            return "+".join(f"SUM({part})" for part in parts)

        taken = "".join(f"-{added((rectangle,))}" for rectangle in self.less)
        return added(self.of) + taken


Held = None | str | int | date | Amount | Sum


@dataclass(frozen=True, slots=True)  # a list of thousands holds a hundred thousand of them
class Cell:
    """A text is always written as a text, whatever its first character is: never as a formula."""

    value: Held = None
    head: bool = False  # bold, on grey
    open: bool = False  # may be typed in though its sheet is locked
    choices: tuple[str, ...] = ()  # the only texts it accepts
    long: bool = False  # a text shown on several lines, in a column of its own width


@dataclass(frozen=True)
class Sheet:
    """`widths` in characters, by column; `frozen` (rows, columns) stay in sight; `locked` against typing elsewhere than in
    open cells: without a password, it prevents accidents and nothing else. Rows that are no tuple are read once, as they come."""

    name: str
    rows: Iterable[tuple[Cell, ...]]
    widths: tuple[int, ...] = ()
    frozen: tuple[int, int] = (0, 0)
    locked: bool = False


def address(row: int, column: int) -> str:
    """« D7 » of (6, 3)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNWRITABLE.sub("", text)[:MOST_TEXT]


def _cut(text: str, most: int) -> str:
    """Its beginning, of `most` characters as Excel counts them (those beyond the first plane are two), without apostrophe at an end."""
    return text.strip("' ").encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore").strip("' ")


def sheet_names(titles: Iterable[str]) -> list[str]:
    """A name for each sheet, that both formats accept: no mark of a reference, 31 characters at most, no two alike."""
    names: list[str] = []
    for title in titles:
        base = _cut(" ".join(_FORBIDDEN.sub(" ", clean(title)).split()), MOST_NAME) or "Feuille"
        name, number = base, 2
        while name.casefold() in {taken.casefold() for taken in names}:
            ending = f" ({number})"
            name, number = _cut(base, MOST_NAME - len(ending)) + ending, number + 1
        names.append(name)
    return names
