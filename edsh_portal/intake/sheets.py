"""The text of an office document, row by row: what patients.py reads. Bounded: what stands beyond the budget is not searched."""

import posixpath
import re
from collections.abc import Iterator

from .package import Budget, Package, reading
from .patients import Row
from .words import Sentence as _

MOST_ROWS = 200_000
MOST_CELLS = 400_000
MOST_TEXT = 10_000_000  # characters
MOST_COLUMNS = 200  # where a cell is kept in its column
MOST_PLACE = 200  # characters of a sheet's name

_SCIENTIFIC = re.compile(r"[1-9](?:\.\d{1,14})?E\+?14")  # how a number of fifteen digits may be written


def _whole(said: str, other: int) -> int:
    """A number of a row or of a text; `other` when it is none, or one that no sheet has."""
    return int(said) if len(said) <= 9 and said.isascii() and said.isdecimal() else other


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

    def start(self, name: str, said: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def take(self) -> str:
        said, self.text = "".join(self.text), []
        return said.strip()

    def row(self, cells: list[str], number: int | None = None) -> None:
        self.number = number if number is not None else self.number + 1
        if any(cells):
            self.told[0] -= 1
            self.rows.append(Row(self.place, self.number, tuple(cells)))


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
            self.number += _whole(said.get("number-rows-repeated", "1"), 1) - 1
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


class _Sheet(_Reader):
    """A worksheet: each cell in its column, as its text or its number."""

    def __init__(self, place: str, told: list[int], strings: list[str]) -> None:
        super().__init__(place, told)
        self.strings, self.kind, self.at, self.line = strings, "", 0, 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "row":
            self.line = _whole(said.get("r", ""), self.line + 1)
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
                self.cells += [""] * (min(self.at, MOST_COLUMNS) - len(self.cells) - 1)
                self.cells.append(self._value(said))
        elif name == "row" and self.cells is not None:
            self.row(self.cells, self.line)
            self.cells, self.at = None, 0

    def _value(self, said: str) -> str:
        if self.kind == "s":
            at = _whole(said, -1)
            return self.strings[at] if 0 <= at < len(self.strings) else ""
        return str(int(float(said))) if _SCIENTIFIC.fullmatch(said) else said


def _column(cell: str) -> int:
    """« C12 » → 3; 0 when the cell does not say."""
    number = 0
    for letter in cell[:3]:
        if "A" <= letter <= "Z":
            number = number * 26 + ord(letter) - 64
    return number


def rows(package: Package, types: dict[str, str]) -> Iterator[Row]:
    """The rows of all parts of an OOXML document, by what each says it is; the texts that cells share are read first."""
    told, budget = [MOST_ROWS, MOST_TEXT, MOST_CELLS], Budget()
    shared = _Strings(told)
    named = _sheet_names(package, types)
    for name in _those(types, "sharedstrings+xml"):
        yield from _read_rows(package, name, shared, budget)
    for name, kind in types.items():
        if kind.endswith(("worksheet+xml", "chartsheet+xml")):
            place = named.get(name.casefold(), name.rpartition("/")[2].removesuffix(".xml"))
            yield from _read_rows(package, name, _Sheet(place, told, shared.strings), budget)
        elif kind.endswith(_XML) and not kind.endswith(("sharedstrings+xml", "relationships+xml")):
            yield from _read_rows(package, name, _Words("", told), budget)


def open_rows(package: Package) -> Iterator[Row]:
    """The rows of all parts of an OpenDocument document."""
    told, budget = [MOST_ROWS, MOST_TEXT, MOST_CELLS], Budget()
    for name in package.names:
        if name.lower().endswith(".xml"):
            yield from _read_rows(package, name, _Open("", told), budget)


_XML = ("+xml", "/xml", "vmldrawing")


def _those(types: dict[str, str], ending: str) -> list[str]:
    return [name for name, kind in types.items() if kind.endswith(ending)]


def _read_rows(package: Package, name: str, reader: _Reader, budget: Budget) -> Iterator[Row]:
    """Rows as they are met: none is held once it has been searched, and none is read once the budget is spent."""
    if package.sizes[name] == 0:
        return
    for _step in reading(package.chunks(name), budget, start=reader.start, end=reader.end, data=reader.data):
        yield from reader.rows
        reader.rows.clear()
        if min(reader.told) < 0:
            return


def _sheet_names(package: Package, types: dict[str, str]) -> dict[str, str]:
    """{part: « feuille « Budget » »}, from the workbook and its relationships."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, said: dict[str, str]) -> None:
        if name == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, said.get("Target", "")))
            targets[said.get("Id", "")] = target.lstrip("/").casefold()

    def sheet(name: str, said: dict[str, str]) -> None:
        if name == "sheet":
            sheets[said.get("id", "")] = said.get("name", "")

    for book in _those(types, "sheet.main+xml"):
        folder, _slash, file = book.rpartition("/")
        if (relations := f"{folder}/_rels/{file}.rels") in package.names:
            package.parse(relations, start=relation)
        package.parse(book, start=sheet)
    return {targets[key]: sheet_named(name) for key, name in sheets.items() if key in targets}


def sheet_named(name: str) -> str:
    return _("feuille « %(name)s »") % {"name": name[:MOST_PLACE]}
