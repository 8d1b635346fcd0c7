"""Questions to the database whose SQL is written once, and planned once a connection. Django takes far longer to write a statement,
and PostgreSQL to plan it, than to answer it; what is asked at every request of every open page changes by a few numbers only."""

import inspect
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import psycopg
from django.db import connection
from django.db.models import CharField, Lookup, UUIDField
from psycopg.sql import Literal
from psycopg.types.numeric import Int8

Row = dict[str, Any]
NUMBERS = range(-(2**63), 2**63)


@CharField.register_lookup
@UUIDField.register_lookup
class Among(Lookup):
    """`key__among=[…]`: one of a list given as a single parameter, whatever its length."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = self.process_lhs(compiler, connection)
        kind = str(self.lhs.output_field.db_type(connection)).partition("(")[0]
        return f"{sql} = ANY(%s::{kind}[])", (*params, self.rhs)


def written_once(question: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Decorator of a function of identifiers (`int`, `str`, or a `list` of texts) that answers a queryset: its rows, as the
    queryset would give them. The function runs once, on values that stand for those to come: it may put them in filters,
    and no more."""
    kinds = {one.name: one.annotation for one in inspect.signature(question).parameters.values()}
    stands: dict[str, Any] = {
        name: {int: -700_001 - n, str: f"\ue000{name}", list: [f"\ue000{name}"]}[kind]
        for n, (name, kind) in enumerate(kinds.items())
    }
    written = cache(lambda: _Written(question(**stands), stands))

    @wraps(question)
    def ask(*args: Any, **kwargs: Any) -> list[Any]:
        return written().ask(dict(zip(stands, args, strict=False)) | kwargs)

    return ask


class _Written:
    """A queryset, its statement, and which value takes each of the places left in it."""

    def __init__(self, queryset: Any, stands: dict[str, Any]) -> None:
        self.queryset, self.compiler = queryset, queryset.query.get_compiler(queryset.db)
        sql, params = self.compiler.as_sql()
        left = iter(params)
        self.places: list[str] = []

        def placed(found: re.Match[str]) -> str:
            """A place for what is given; what is always the same is written in, for the plan to count on it."""
            if found[0] == "%%":
                return "%%"
            param = next(left)
            for name, stand in stands.items():
                if isinstance(param, type(stand)) and param == stand:  # Django may say of which width a number is
                    self.places.append(name)
                    return "%s"
            return Literal(param).as_string(ready.connection).replace("%", "%%")

        with connection.cursor() as ready:
            self.sql = re.sub("%%|%s", placed, sql)

    def ask(self, values: Row) -> list[Any]:
        if any(isinstance(value, int) and value not in NUMBERS for value in values.values()):
            return []  # no row bears a number that no column holds; Django's own questions say the same
        given = [Int8(value) if isinstance(value := values[name], int) else value for name in self.places]
        heard: Any = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
        with connection.cursor() as ready, heard(_Planned(ready.connection)) as cursor:
            cursor.execute(self.sql, given)
            rows = cursor.fetchall()
        return list(self.queryset._iterable_class(_Answered(self, rows)))


class _Planned(psycopg.Cursor[Any]):
    """Sends values apart from the statement, which is then planned at its first use on the connection; Django's own cursors write
    them in it. Says what it asked where they do."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)
        return self._query


class _Answered:
    """What Django makes rows of, for its own iterables: a queryset, its query and its compiler in one, already answered."""

    def __init__(self, written: _Written, rows: list[Any]) -> None:
        self.written, self.rows, self.query = written, rows, self
        self.db, self.model = written.queryset.db, written.queryset.model

    def get_compiler(self, using: str) -> "_Answered":
        return self

    def execute_sql(self, **_how: Any) -> list[list[Any]]:
        return [self.rows]

    def results_iter(self, _results: Any = None, **_how: Any) -> Any:
        return self.written.compiler.results_iter([self.rows])

    def __getattr__(self, name: str) -> Any:
        """Of the compiler, of the query, then of the queryset: the columns, the related rows, the annotations."""
        owners = self.written.compiler, self.written.queryset.query, self.written.queryset
        return getattr(next(one for one in owners if hasattr(one, name)), name)
