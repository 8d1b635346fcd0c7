"""Writes XLSX. The same description gives the same bytes."""

import io
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from .shape import Amount, Cell, Sheet, Sum, clean

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - the format wants a naive instant: one for all, so that bytes do not change
MONEY = "#,##0.00"


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    file = io.BytesIO()
    pour_xlsx(file, sheets)
    return file.getvalue()


def pour_xlsx(file: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Rows that come one by one are put on disk one by one, their texts in their cells; whoever asked for a list of thousands has the
    memory of one row."""
    with tempfile.TemporaryDirectory(prefix="xlsx-") as folder:
        held = all(isinstance(sheet.rows, tuple) for sheet in sheets)
        kept = {"in_memory": True} if held else {"constant_memory": True, "tmpdir": folder}
        book = xlsxwriter.Workbook(file, {**kept, "strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": EPOCH})
        formats = _Formats(book)
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
        book.close()


def _fill(page: Any, sheet: Sheet, formats: "_Formats") -> None:
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    page.freeze_panes(*sheet.frozen)
    if sheet.locked:
        page.protect("", {"format_columns": True})
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            _write(page, row, column, cell, formats.of(cell))


class _Formats:
    """One format for each look, made when it is first needed."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[Any, Any] = {}

    def of(self, cell: Cell) -> Any:
        amount = isinstance(cell.value, Amount | Sum)
        look = (amount, isinstance(cell.value, date), cell.head, cell.open, cell.long)
        if look not in self.made:
            shown = MONEY if amount else "dd/mm/yyyy" if look[1] else "General"
            made = {"num_format": shown, "bold": cell.head, "locked": not cell.open}
            if cell.head:
                made |= {"bg_color": "#E8E6E1", "text_wrap": not amount}
            if cell.long:
                made |= {"text_wrap": True, "valign": "top"}
            if cell.open:
                made |= {"border": 1, "border_color": "#B9B4AA"}
            self.made[look] = self.book.add_format(made)
        return self.made[look]


def _write(page: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    match cell.value:
        case Sum():
            page.write_formula(row, column, f"={cell.value.formula()}", look, _euros(cell.value.cents))
        case Amount(cents=int() as cents):
            page.write_number(row, column, _euros(cents), look)
        case None | Amount() | "":
            page.write_blank(row, column, None, look)
        case str() as text:
            page.write_string(row, column, clean(text), look)
        case date() as day:
            page.write_datetime(row, column, day, look)
        case number:
            page.write_number(row, column, number, look)
    if cell.choices:
        page.data_validation(row, column, row, column, {"validate": "list", "source": [*cell.choices]})


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
