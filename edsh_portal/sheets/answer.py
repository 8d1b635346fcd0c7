"""Tables and workbooks as the answer to a request: who wants a file gets one from here (the writers know no request)."""

import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain, islice
from typing import Any, BinaryIO

from django.http import FileResponse, Http404, HttpResponse

from . import CSV, POURERS, WRITERS
from .csv import pour_csv
from .shape import Amount, Cell, Held, Sheet, sheet_names

TABLES = ("csv", *WRITERS)
NARROWEST, WIDEST = 10, 48  # characters of a column
ROWS = (
    100  # asked of the database at a time: what a process holds of a list; the first ones say how wide the columns are
)
HELD = 500_000  # bytes of an answer kept in memory; beyond, it waits on disk


def workbook(name: str, ending: str, write: Callable[[], list[Sheet]]) -> HttpResponse:
    """An attachment, XLSX or ODS; 404 for another ending, before anything is written."""
    if ending not in WRITERS:
        raise Http404
    sheets = write()
    return _attached(f"{name}.{ending}", WRITERS[ending][1], lambda file: POURERS[ending](file, sheets))


def table(name: str, ending: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """One table as an attachment, CSV, XLSX or ODS. A cell is a text (a number of somebody's stays one), a whole number, a day,
    or an Amount, which is euros wherever people read it. Rows are read one by one, and the file is written whole before it leaves: what
    fails half-way is no file."""
    if ending != "csv":
        return workbook(name, ending, lambda: [sheet(name, head, rows)])
    lines = chain([head], rows)
    return _attached(
        f"{name}.csv", f"{CSV}; charset=utf-8", lambda file: pour_csv(file, (map(_held, line) for line in lines))
    )


def _attached(name: str, media_type: str, pour: Callable[[BinaryIO], None]) -> HttpResponse:
    """Whatever is asked, in whatever format and however often, a process holds the first bytes of one file for each of its threads."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    file: Any = tempfile.SpooledTemporaryFile(HELD)  # noqa: SIM115  (closed with the answer)
    try:
        pour(file)
    except BaseException:
        file.close()
        raise
    large = file.tell() > HELD
    file.seek(0)
    if large:
        return FileResponse(file, content_type=media_type, headers=headers)  # type: ignore[return-value]  # sent as any other
    with file:
        return HttpResponse(file.read(), content_type=media_type, headers=headers)


def sheet(name: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Sheet:
    titles = tuple(Cell(str(title), head=True) for title in head)
    lines = (tuple(Cell(_held(value)) for value in row) for row in rows)
    first = [*islice(lines, ROWS)]
    widths = tuple(
        min(WIDEST, max(NARROWEST, *(_width(line[column]) for line in (titles, *first))))
        for column in range(len(titles))
    )
    return Sheet(sheet_names([name])[0], chain([titles], first, lines), widths=widths, frozen=(1, 0))


def _held(value: Any) -> Held:
    """Texts of a catalogue are written in the reader's language."""
    return value if value is None or isinstance(value, str | int | date | Amount) else str(value)


def _width(cell: Cell) -> int:
    return len(str(cell.value)) + 2 if isinstance(cell.value, str | int) else 14
