"""A table as a file for spreadsheets: UTF-8 with its mark, semicolons, decimal comma, formulas made harmless."""

import csv
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse


def euros(cents: int | None) -> str:
    """« 1234,56 »: what a French spreadsheet reads as a number."""
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"


def answer(name: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An attachment `name`.csv; a cell that a spreadsheet would run as a formula is quoted."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow([str(cell) for cell in head])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return response


def _safe(cell: Any) -> Any:
    if not isinstance(cell, str) or cell[:1] not in "=+-@\t\r" or cell[1:].replace(",", "").isdigit():
        return cell
    return f"'{cell}"
