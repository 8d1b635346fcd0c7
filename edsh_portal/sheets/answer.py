"""Tables and workbooks as the answer to a request: who wants a file gets one from here (the writers know no request)."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain
from typing import Any

from django.http import Http404, HttpResponse

from . import CSV, WRITERS
from .csv import write_csv
from .shape import Amount, Cell, Held, Sheet, sheet_names

TABLES = ("csv", *WRITERS)
NARROWEST, WIDEST = 10, 48  # characters of a column


def workbook(name: str, ending: str, write: Callable[[], list[Sheet]]) -> HttpResponse:
    """An attachment, XLSX or ODS; 404 for another ending, before anything is written."""
    if ending not in WRITERS:
        raise Http404
    writer, media_type = WRITERS[ending]
    return _attached(f"{name}.{ending}", media_type, writer(write()))


def table(name: str, ending: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """One table as an attachment, CSV, XLSX or ODS. A cell is a text (a number of somebody's stays one), a whole number, a day,
    or an Amount, which is euros wherever people read it. It is written whole before it leaves: what fails half-way is no file."""
    if ending != "csv":
        return workbook(name, ending, lambda: [sheet(name, head, rows)])
    lines = chain([head], rows)
    return _attached(f"{name}.csv", f"{CSV}; charset=utf-8", write_csv(map(_held, line) for line in lines))


def _attached(name: str, media_type: str, content: bytes) -> HttpResponse:
    return HttpResponse(
        content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def sheet(name: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Sheet:
    titles = tuple(Cell(str(title), head=True) for title in head)
    lines = tuple(tuple(Cell(_held(value)) for value in row) for row in rows)
    widths = tuple(
        min(WIDEST, max(NARROWEST, *(_width(line[column]) for line in (titles, *lines))))
        for column in range(len(titles))
    )
    return Sheet(sheet_names([name])[0], (titles, *lines), widths=widths, frozen=(1, 0))


def _held(value: Any) -> Held:
    """Texts of a catalogue are written in the reader's language."""
    return value if value is None or isinstance(value, str | int | date | Amount) else str(value)


def _width(cell: Cell) -> int:
    return len(str(cell.value)) + 2 if isinstance(cell.value, str | int) else 14
