"""PostgreSQL as Django knows it, and three things more: it is told who speaks (base.py), what no text may hold goes apart from
the statement, and a transaction that only reads begins so."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg


def apart(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement of Django's connection whose values are sent apart from its text."""
    from django.db import connection

    line: Any = connection
    with line.cursor() as ready, line.make_cursor(psycopg.Cursor(ready.connection)) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that cannot write. The first statement says so (`BEGIN READ ONLY`); inside another, the next one does."""
    from django.db import connection, transaction

    if connection.in_atomic_block:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            yield
        return
    connection.ensure_connection()
    line: Any = connection.connection
    line.read_only = True
    try:
        with transaction.atomic():
            yield
    finally:
        if not line.closed:
            line.read_only = None
