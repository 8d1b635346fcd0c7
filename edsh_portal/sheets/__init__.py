"""Spreadsheets, XLSX and OpenDocument, and tables as CSV: written from one small description; sent by answer.py; read by
intake/workbook.py (docs/decisions/0015). Nothing here but answer.py knows Django: the cage reads with it.

`pour_…` writes into a file as rows come, `write_…` gives the bytes of what is small."""

from .ods import pour_ods, write_ods
from .shape import Amount, Cell, Sheet, Sum, address, sheet_names
from .table import HIDDEN, VERY_HIDDEN, Table, Uncomputed, Value, Workbook
from .xlsx import pour_xlsx, write_xlsx

CSV = "text/csv"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {"xlsx": (write_xlsx, XLSX), "ods": (write_ods, ODS)}  # by the ending of the file's name
POURERS = {"xlsx": pour_xlsx, "ods": pour_ods}

__all__ = [
    "CSV",
    "HIDDEN",
    "ODS",
    "POURERS",
    "VERY_HIDDEN",
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
    "pour_ods",
    "pour_xlsx",
    "sheet_names",
    "write_ods",
    "write_xlsx",
]
