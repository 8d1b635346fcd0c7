"""Questions to the database whose SQL is written once. Django takes far longer to write a statement than PostgreSQL to answer it;
what is asked at every request of every open page changes by a few numbers only."""

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.db import connection
from django.db.models import CharField, Lookup, UUIDField

Row = dict[str, Any]


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
    """Decorator of a function of numbers, texts and lists (`int`, `str`, `list`) that answers a queryset: its rows, as the
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
    """A queryset, its statement, and which of the parameters each value takes the place of."""

    def __init__(self, queryset: Any, stands: dict[str, Any]) -> None:
        self.queryset, self.compiler = queryset, queryset.query.get_compiler(queryset.db)
        self.sql, params = self.compiler.as_sql()

        def given(param: Any) -> str | None:
            return next((name for name, stand in stands.items() if type(param) is type(stand) and param == stand), None)

        self.params = [(given(param), param) for param in params]

    def ask(self, values: Row) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [param if name is None else values[name] for name, param in self.params])
            rows = cursor.fetchall()
        return list(self.queryset._iterable_class(_Answered(self, rows)))


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
