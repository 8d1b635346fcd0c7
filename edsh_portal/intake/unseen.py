"""What of a sheet nobody sees, in XLSX and in OpenDocument: rows and columns that are hidden, or of no height or width."""

import re

from edsh_portal.sheets.table import Table

from .markup import Element

THINNEST = 0.05  # centimetres of a row or a column, in OpenDocument
LEAST = 1  # points of a row, characters of a column, in XLSX
_LENGTH = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?)([a-z]*)")
_CENTIMETRES = {"mm": 0.1, "in": 2.54, "pt": 0.0353, "px": 0.0265, "pc": 0.423}


class Columns:
    """Which columns of a worksheet nobody sees, from what it says of them before its rows. `most`: those that are read."""

    def __init__(self, most: int) -> None:
        self.most, self.thin = most, False
        self.told: set[int] = set()
        self.unseen: set[int] = set()

    def take(self, element: Element) -> None:
        if element.name == "sheetFormatPr":
            self.thin = thin(element.get("defaultColWidth"), LEAST)
            return
        span = range(int(element.get("min") or 1) - 1, min(int(element.get("max") or 1), self.most))
        self.told.update(span)
        if true(element.get("hidden")) or thin(element.get("width"), LEAST):
            self.unseen.update(span)

    def hidden(self) -> set[int]:
        return self.unseen | ({*range(self.most)} - self.told if self.thin else set())


def row(element: Element) -> bool:
    """Of a worksheet."""
    return true(element.get("hidden")) or thin(element.get("ht"), LEAST)


def true(text: str) -> bool:
    return text in ("1", "true")


def thin(text: str, least: float) -> bool:
    """A height or a width below what can be read; in centimetres when it says its unit. What is not a number hides nothing."""
    found = _LENGTH.match(text)
    return found is not None and float(found[1]) * _CENTIMETRES.get(found[2], 1) < least


def keep(table: Table, rows: set[int], columns: set[int]) -> None:
    """Of the rows and columns that are hidden, those that hold something."""
    table.hidden_rows = rows & {row for row, _column in table.cells}
    table.hidden_columns = columns & {column for _row, column in table.cells}
