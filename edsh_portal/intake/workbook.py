"""Reads a workbook whose author is not known: everything that could grow is bounded before it is built. What its archive may be is
said by package.py.

A file of a few kilobytes can name a cell at XFD1048576 or repeat one a billion times: cells are kept where they stand and
counted as they are met, never laid out as a rectangle (docs/decisions/0015).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import partial
from typing import IO, Any

from edsh_portal.refusal import Refused
from edsh_portal.sheets.shape import MOST_TEXT, address
from edsh_portal.sheets.table import HIDDEN, VERY_HIDDEN, Table, Uncomputed, Value, Workbook

from . import unseen
from .markup import Element, TooMuch, elements
from .package import Package
from .words import Sentence as _

MOST_BYTES = 20_000_000  # of the file
MOST_SHEETS = 50
MOST_ROWS = 20_000  # number of the last row that holds something
MOST_COLUMNS = 500
MOST_CELLS = 200_000  # that hold something, all sheets together
CHUNK = 65_536
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
MOST_STRINGS = 20_000_000  # characters of the texts that cells share
MOST_FORMULA = 200  # characters kept of a formula without result
MOST_DIGITS = 30  # before or after the decimal mark: beyond, it is a text

_REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})$")
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PRECISION = Context(prec=15)  # what spreadsheets show of a binary number: 0.1 + 0.2 is 0.3


def read(content: bytes) -> Workbook:
    """The values of an XLSX or ODS, formulas by the result kept in the file. Refused R05, in a sentence, when it cannot."""
    if len(content) > MOST_BYTES:
        raise _refuse(_too_big())
    try:
        package = Package(content)
    except Refused as refused:  # in the words of a workbook
        raise _refuse(_too_big() if refused.facts.get("heavy") else _damaged()) from refused
    try:
        if "xl/workbook.xml" in package.sizes:
            return _Xlsx(package).read()
        if "content.xml" in package.sizes and package.text("mimetype").strip() == ODS:
            return _Ods(package).read()
    except Refused:
        raise
    except TooMuch as error:
        raise _refuse(_too_big()) from error
    except Exception as error:  # zlib.error, a number too long, a missing part: the file is at fault
        raise _refuse(_damaged()) from error
    raise _refuse(_("Ce fichier n’est pas un tableur XLSX ou ODS : enregistrez-le dans l’un de ces formats."))


def _refuse(sentence: str) -> Refused:
    return Refused(sentence, code="R05", field="file")


def _damaged() -> str:
    return _("Ce tableur est endommagé ou protégé par un mot de passe : enregistrez-le de nouveau, sans mot de passe.")


def _too_big() -> str:
    return _("Ce tableur est anormalement volumineux une fois ouvert : enregistrez-en une copie allégée.")


def _elements(file: IO[bytes], *names: str) -> Iterator[Element]:
    """Elements of these local names as they end; none is kept once it has been read."""
    return elements(iter(partial(file.read, CHUNK), b""), *names)


class _Kept:
    """The tables being read, and how many cells they hold together."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.count = 0

    def sheet(self, name: str, hidden: str = "") -> Table:
        if len(self.tables) >= MOST_SHEETS:
            raise _refuse(_too_big())
        self.tables.append(Table(name[:200], hidden=hidden))
        return self.tables[-1]

    def put(self, table: Table, row: int, column: int, value: Value | None) -> None:
        if value is None or value == "":
            return
        self.count += 1
        if row >= MOST_ROWS or column >= MOST_COLUMNS or self.count > MOST_CELLS:
            raise _refuse(
                _("Feuille « %(sheet)s », cellule %(cell)s : le contenu dépasse les limites du tableau. Retirez-le.")
                % {"sheet": table.name, "cell": address(min(row, 9_999_998), min(column, 18_277))}
            )
        table.cells[row, column] = value[:MOST_TEXT] if isinstance(value, str) else value


def _number(text: str) -> Value:
    try:
        number = _PRECISION.create_decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        return text
    return number + 0  # « -0 » is 0


class _Xlsx:
    """ECMA-376 part 1, SpreadsheetML, transitional or strict: elements are known by their local names."""

    def __init__(self, package: Package) -> None:
        self.package, self.kept = package, _Kept()

    def read(self) -> Workbook:
        targets = self._targets()
        with self._part("xl/workbook.xml") as file:
            book = [(e.name, e.attributes) for e in _elements(file, "sheet", "workbookPr")]
        early = any(attributes.get("date1904") in ("1", "true") for _name, attributes in book)
        self.first_day = date(1904, 1, 1) if early else date(1899, 12, 30)
        self.strings = list(self._strings())
        self.dates = self._date_styles()
        for name, attributes in book:
            path = targets.get(attributes.get("id", ""))
            if name == "sheet" and path in self.package.sizes:
                self._sheet(attributes.get("name", ""), path, attributes.get("state", ""))
        return Workbook(tuple(self.kept.tables))

    @contextmanager
    def _part(self, path: str) -> Iterator[IO[bytes]]:
        with self.package.file(path) as file:
            yield file

    def _targets(self) -> dict[str, str]:
        """Paths of the parts, by the names the workbook gives them."""
        with self._part("xl/_rels/workbook.xml.rels") as file:
            found = {e.get("Id", ""): e.get("Target", "") for e in _elements(file, "Relationship")}
        return {key: path.lstrip("/") if path.startswith("/") else f"xl/{path}" for key, path in found.items()}

    def _strings(self) -> Iterator[str]:
        if "xl/sharedStrings.xml" not in self.package.sizes:
            return
        size = 0
        with self._part("xl/sharedStrings.xml") as file:
            for item in _elements(file, "si"):
                text = _rich(item)
                size += len(text) + 40  # an empty one takes room and time as well
                if size > MOST_STRINGS:
                    raise _refuse(_too_big())
                yield text

    def _date_styles(self) -> set[int]:
        """Numbers of the cell styles that show a day: a date is stored as a number, and only its look says so."""
        if "xl/styles.xml" not in self.package.sizes:
            return set()
        days, styles = set(range(14, 23)) | {45, 46, 47}, []
        with self._part("xl/styles.xml") as file:
            for element in _elements(file, "numFmt", "cellXfs"):
                if element.name == "numFmt":
                    code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", element.get("formatCode", ""))
                    if re.search("[dyj]|mm", code, re.IGNORECASE):
                        days.add(int(element.get("numFmtId", "0")))
                else:
                    styles = [int(xf.get("numFmtId", "0")) for xf in element]
        return {index for index, shown in enumerate(styles) if shown in days}

    def _sheet(self, name: str, path: str, state: str) -> None:
        table, row = self.kept.sheet(name, state if state in (HIDDEN, VERY_HIDDEN) else ""), -1
        columns = unseen.Columns(MOST_COLUMNS)
        with self._part(path) as file:
            for element in _elements(file, "row", "col", "sheetFormatPr"):
                if element.name != "row":
                    columns.take(element)
                    continue
                row = int(element.get("r") or row + 2) - 1
                if unseen.row(element):
                    table.hidden_rows.add(min(row, MOST_ROWS))
                column = -1
                for cell in element:
                    if cell.name != "c":
                        continue
                    found = _REFERENCE.match(cell.get("r", ""))
                    column = _column(found[1]) if found else column + 1
                    self.kept.put(table, row, column, self._value(cell))
        unseen.keep(table, table.hidden_rows, columns.hidden())

    def _value(self, cell: Any) -> Value | None:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_rich(part) for part in cell if part.name == "is")
        text = next((part.text or "" for part in cell if part.name == "v"), "")
        if not text:
            formula = next((part for part in cell if part.name == "f"), None)
            return None if formula is None or kind == "str" else _uncomputed(formula.text or "…")
        if kind == "s":
            return self.strings[int(text)]
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "d":
            return _day(text)
        if kind != "n":  # the text of a formula, or an error: « #REF! »
            return _decoded(text)
        number = _number(text)
        if isinstance(number, Decimal) and int(cell.get("s", "0")) in self.dates and 0 < number < 2_958_466:
            return self.first_day + timedelta(days=int(number))
        return number


def _uncomputed(formula: str) -> Uncomputed:
    return Uncomputed(formula[:MOST_FORMULA])


def _rich(item: Any) -> str:
    """The text of a shared or inline string, its runs put together, without phonetic guides."""
    runs = (
        part if part.name == "t" else next((t for t in part if t.name == "t"), None)
        for part in item
        if part.name in ("t", "r")
    )
    return _decoded("".join(run.text or "" for run in runs if run is not None))


def _decoded(text: str) -> str:
    return _CODED.sub(lambda found: chr(int(found[1], 16)), text)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _day(text: str) -> Value:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return text


class _Ods:
    """OASIS OpenDocument: rows and cells that repeat themselves are counted, and written out only when they hold something."""

    SPACES = {"s": " ", "tab": "\t", "line-break": "\n"}

    def __init__(self, package: Package) -> None:
        self.package, self.kept = package, _Kept()
        self.unseen: set[str] = set()  # names of the styles that show nothing

    def read(self) -> Workbook:
        with self.package.file("content.xml") as file:
            of, table, row, column = None, Table(""), 0, 0
            for element in _elements(file, "style", "table-column", "table-row"):
                if element.name == "style":
                    self._style(element)
                    continue
                above = _tables(element)
                if len(above) != 1:  # a table drawn inside a cell
                    continue
                if of is not above[0]:
                    of, table, row, column = above[0], self._sheet(above[0]), 0, 0
                if element.name == "table-column":
                    column += self._column(table, column, element)
                else:
                    row += self._row(table, row, element)
        for table in self.kept.tables:
            unseen.keep(table, table.hidden_rows, table.hidden_columns)
        return Workbook(tuple(self.kept.tables))

    def _style(self, element: Element) -> None:
        """Styles come before the sheets that wear them."""
        for part in element:
            thin = any(unseen.thin(part.get(length), unseen.THINNEST) for length in ("row-height", "column-width"))
            if part.get("display") == "false" or thin:
                self.unseen.add(element.get("name"))

    def _sheet(self, element: Element) -> Table:
        hidden = element.get("style-name") in self.unseen or element.get("display") == "false"
        return self.kept.sheet(element.get("name"), HIDDEN if hidden else "")

    def _hides(self, element: Element) -> bool:
        """Whether a row or a column is hidden: by itself, by its style, or by a group that is folded."""
        if element.get("visibility") in ("collapse", "filter") or element.get("style-name") in self.unseen:
            return True
        above = element.above
        while above is not None and above.name != "table":
            if above.get("display") == "false":
                return True
            above = above.above
        return False

    def _column(self, table: Table, column: int, element: Element) -> int:
        times = _repeated(element, "number-columns-repeated")
        if self._hides(element):
            table.hidden_columns.update(range(column, min(column + times, MOST_COLUMNS)))
        return times

    def _row(self, table: Table, row: int, element: Any) -> int:
        """Puts the row's values, as many times as it is repeated; answers that number."""
        times, column = _repeated(element, "number-rows-repeated"), 0
        if self._hides(element):
            table.hidden_rows.update(range(row, min(row + times, MOST_ROWS)))
        held: list[tuple[int, Value]] = []
        for cell in element:
            if cell.name not in ("table-cell", "covered-table-cell"):
                continue
            again = _repeated(cell, "number-columns-repeated")
            value = self._value(cell) if cell.name == "table-cell" else None
            if value is not None and value != "":
                held += [(column + step, value) for step in range(min(again, MOST_COLUMNS + 1))]
            column += again
        for step in range(min(times, MOST_ROWS + 1) if held else 0):
            for place, value in held:
                self.kept.put(table, row + step, place, value)
        return times

    def _value(self, cell: Any) -> Value | None:
        kind, formula = cell.get("value-type"), cell.get("formula")
        number = cell.get("value") if kind in ("float", "currency", "percentage") else ""
        if formula and not number and kind not in ("string", "date", "boolean"):
            return _uncomputed(formula.partition(":=")[2] or formula.removeprefix("="))
        if number:
            return _number(number)
        if kind == "date":
            return _day(cell.get("date-value"))
        if kind == "boolean":
            return cell.get("boolean-value") == "true"
        return cell.get("string-value") or "\n".join(self._text(part) for part in cell if part.name == "p")

    def _text(self, paragraph: Any) -> str:
        parts = [paragraph.text or ""]
        for part in paragraph:
            name = part.name
            if name in self.SPACES:
                parts.append(self.SPACES[name] * min(_repeated(part, "c"), MOST_TEXT))
            elif name in ("span", "a"):
                parts.append(self._text(part))
            parts.append(part.tail or "")
        return "".join(parts)[:MOST_TEXT]


def _tables(element: Element) -> list[Element]:
    """The tables it stands in, the nearest first."""
    found, one = [], element.above
    while one is not None:
        if one.name == "table":
            found.append(one)
        one = one.above
    return found


def _repeated(element: Element, name: str) -> int:
    return max(int(element.get(name) or 1), 1)
