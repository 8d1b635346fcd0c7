"""The text of an office document, row by row: what patients.py reads. Bounded: what stands beyond the budget is not searched."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from .kinds import DOCX, XLSX, Kind
from .package import parse
from .patients import Row
from .words import Sentence as _

MOST_ROWS = 200_000
MOST_CELLS = 400_000
MOST_TEXT = 10_000_000  # characters

_SCIENTIFIC = re.compile(r"[1-9](?:\.\d{1,14})?E\+?14")  # how a number of fifteen digits may be written


class _Full(Exception):
    """The budget of the search is spent."""


class _Reader:
    """Collects rows of cells while a part is parsed; `told` is what is left of the budget, shared by all parts."""

    def __init__(self, place: str, told: list[int]) -> None:
        self.place, self.told = place, told
        self.rows: list[Row] = []
        self.number = 0
        self.cells: list[str] | None = None
        self.text: list[str] = []
        self.inside = 0

    def data(self, text: str) -> None:
        if self.inside:
            self.told[1] -= len(text)
            self.text.append(text)

    def take(self) -> str:
        said, self.text = "".join(self.text), []
        return said.strip()

    def row(self, cells: list[str], number: int | None = None) -> None:
        self.number = number if number is not None else self.number + 1
        if any(cells):
            self.told[0] -= 1
            self.rows.append(Row(self.place, self.number, tuple(cells)))
        if self.told[0] < 0 or self.told[1] < 0:
            raise _Full


class _Words(_Reader):
    """WordprocessingML, DrawingML and the comments of a workbook: rows of tables, and paragraphs outside them."""

    def start(self, name: str, _said: dict[str, str]) -> None:
        if name == "tr":
            self.cells = []
        elif name in ("t", "delText", "instrText"):
            self.inside += 1
        elif name in ("tab", "br", "cr"):
            self.text.append("\t" if self.cells is None else " ")

    def end(self, name: str) -> None:
        if name in ("t", "delText", "instrText"):
            self.inside -= 1
        elif name == "tc" and self.cells is not None:
            self.cells.append(self.take())
        elif name == "tr" and self.cells is not None:
            self.row(self.cells)
            self.cells = None
        elif name in ("p", "comment"):
            if self.cells is None:
                self.row(self.take().split("\t"))
            else:
                self.text.append(" ")


class _Open(_Reader):
    """OpenDocument: rows of tables (a sheet gives its name), and paragraphs outside them; a number as its value."""

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "table":
            self.place, self.number = sheet_named(said.get("name", "")), 0
        elif name == "table-row":
            self.cells = []
            self.number += (
                int(said.get("number-rows-repeated", "1")) - 1
                if said.get("number-rows-repeated", "1").isdecimal()
                else 0
            )
        elif name in ("table-cell", "covered-table-cell"):
            value = said.get("date-value", "")[:10] or (
                said.get("value", "") if said.get("value-type") == "float" else ""
            )
            self.text = [f"{value} "] if len(value) > 5 else []
        elif name in ("p", "h"):
            self.inside += 1
        elif name in ("s", "tab", "line-break"):
            self.text.append("\t" if name == "tab" and self.cells is None else " ")

    def end(self, name: str) -> None:
        if name in ("p", "h"):
            self.inside -= 1
            if self.cells is None:
                self.row(self.take().split("\t"))
            else:
                self.text.append(" ")
        elif name in ("table-cell", "covered-table-cell") and self.cells is not None:
            self.cells.append(self.take())
        elif name == "table-row" and self.cells is not None:
            self.row(self.cells)
            self.cells = None
        elif name == "table":
            self.place = ""


class _Strings(_Reader):
    """The strings a workbook shares between its sheets, in order."""

    def __init__(self, told: list[int]) -> None:
        super().__init__("", told)
        self.strings: list[str] = []

    def start(self, name: str, _said: dict[str, str]) -> None:
        self.inside += name == "t"

    def end(self, name: str) -> None:
        self.inside -= name == "t"
        if name == "si":
            self.strings.append(self.take())
            if self.told[1] < 0:
                raise _Full


class _Sheet(_Reader):
    """A worksheet: each cell in its column, as its text or its number."""

    def __init__(self, place: str, told: list[int], strings: list[str]) -> None:
        super().__init__(place, told)
        self.strings, self.kind, self.at, self.line = strings, "", 0, 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "row":
            self.line = int(said["r"]) if said.get("r", "").isdecimal() else self.line + 1
            self.cells = []
        elif name == "c":
            self.kind, self.at = said.get("t", ""), _column(said.get("r", "")) or self.at + 1
        elif name in ("v", "t"):
            self.inside += 1

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.inside -= 1
        elif name == "c" and self.cells is not None:
            said = self.take()
            if said:
                self.told[2] -= 1
                self.cells += [""] * (min(self.at, 200) - len(self.cells) - 1)
                self.cells.append(self._value(said))
        elif name == "row" and self.cells is not None:
            self.row(self.cells, self.line)
            self.cells, self.at = None, 0
            if self.told[2] < 0:
                raise _Full

    def _value(self, said: str) -> str:
        if self.kind == "s":
            return self.strings[int(said)] if said.isdecimal() and int(said) < len(self.strings) else ""
        return str(int(float(said))) if _SCIENTIFIC.fullmatch(said) else said


def _column(cell: str) -> int:
    """« C12 » → 3; 0 when the cell does not say."""
    number = 0
    for letter in cell[:3]:
        if "A" <= letter <= "Z":
            number = number * 26 + ord(letter) - 64
    return number


def rows(parts: dict[str, bytes], kind: Kind) -> Iterator[Row]:
    """The rows of all its parts, the sheets of a workbook first."""
    told = [MOST_ROWS, MOST_TEXT, MOST_CELLS]
    strings: list[str] = []
    named: dict[str, str] = {}
    if kind == XLSX:
        shared = _Strings(told)
        _read(shared, parts.get("xl/sharedStrings.xml"))
        strings, named = shared.strings, _sheet_names(parts)
    for name, part in parts.items():
        if name.endswith(".rels") or name in ("mimetype", "xl/sharedStrings.xml"):
            continue
        reader: Any
        if name.startswith("xl/worksheets/"):
            reader = _Sheet(named.get(name, name.rpartition("/")[2].removesuffix(".xml")), told, strings)
        elif kind in (XLSX, DOCX):
            reader = _Words("", told)
        else:
            reader = _Open("", told)
        more = _read(reader, part)
        yield from reader.rows
        if not more:
            return


def _read(reader: Any, part: bytes | None) -> bool:
    try:
        if part is not None:
            parse(part, start=reader.start, end=reader.end, data=reader.data)
    except _Full:
        return False
    return True


def _sheet_names(parts: dict[str, bytes]) -> dict[str, str]:
    """{part: « feuille « Budget » »}, from the workbook and its relationships."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship":
            targets[said.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", said.get("Target", ""))).lstrip("/")

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet":
            sheets[said.get("id", "")] = said.get("name", "")

    parse(parts.get("xl/_rels/workbook.xml.rels", b"<none/>"), start=relation)
    parse(parts.get("xl/workbook.xml", b"<none/>"), start=sheet)
    return {targets[key]: sheet_named(name) for key, name in sheets.items() if key in targets}


def sheet_named(name: str) -> str:
    return _("feuille « %(name)s »") % {"name": name}
