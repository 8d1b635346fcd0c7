"""PostgreSQL as Django knows it, and two things more: it is told who speaks (base.py), and what no text
may hold goes apart from the statement."""

from collections.abc import Sequence
from typing import Any

import psycopg


def apart(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement of Django's connection whose values are sent apart from its text."""
    from django.db import connection

    line: Any = connection
    with line.cursor() as ready, line.make_cursor(psycopg.Cursor(ready.connection)) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
