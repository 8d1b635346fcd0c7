"""Writes CSV as a French spreadsheet opens it: UTF-8 with its mark, semicolons, decimal comma, euros; and, of a command, as programs do."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any, BinaryIO, TextIO

from .shape import Amount, Held, Sum, clean

MARK = "\ufeff"
_COMPUTED = ("=", "+", "-", "@", "\t", "\n")  # what a spreadsheet would run; an amount below zero is no text


def pour_csv(file: BinaryIO, rows: Iterable[Iterable[Held]]) -> None:
    """Row by row as they come."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    text.write(MARK)
    for row in rows:
        write_row(text, row)
    text.detach()


def write_row(file: TextIO, values: Iterable[Held]) -> None:
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerow(map(_written, values))


def write_plain(file: Any, values: Iterable[Any]) -> None:
    """As programs read it: commas, a decimal point, nothing guarded; for what a command prints."""
    csv.writer(file, lineterminator="\n").writerow(values)


def _written(value: Held) -> str:
    match value:
        case None | Amount(cents=None):
            return ""
        case Amount(cents=int() as cents) | Sum(cents=int() as cents):
            return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"
        case str() as text:
            text = clean(text)
            return f"'{text}" if text.startswith(_COMPUTED) else text
        case date() as day:
            return day.isoformat()
        case number:
            return str(number)
