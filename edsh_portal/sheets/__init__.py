"""Spreadsheets, XLSX and OpenDocument: written from one small description, read within bounds (docs/decisions/0009)."""

from .ods import write_ods
from .reading import Table, Workbook, read
from .shape import Amount, Cell, Sheet, Sum, address, sheet_names
from .xlsx import write_xlsx

ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {"xlsx": (write_xlsx, XLSX), "ods": (write_ods, ODS)}  # by the ending of the file's name

__all__ = [
    "ODS",
    "WRITERS",
    "XLSX",
    "Amount",
    "Cell",
    "Sheet",
    "Sum",
    "Table",
    "Workbook",
    "address",
    "read",
    "sheet_names",
    "write_ods",
    "write_xlsx",
]
