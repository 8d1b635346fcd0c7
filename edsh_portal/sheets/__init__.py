"""Spreadsheets, XLSX and OpenDocument: written from one small description; read by intake/workbook.py (docs/decisions/0015)."""

from .ods import write_ods
from .shape import Amount, Cell, Sheet, Sum, address, sheet_names
from .table import Table, Uncomputed, Value, Workbook
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
    "Uncomputed",
    "Value",
    "Workbook",
    "address",
    "sheet_names",
    "write_ods",
    "write_xlsx",
]
