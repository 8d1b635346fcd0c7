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


def written_once(question: Callable[..., Any]) -> Callable[..., list[Row]]:
    """Decorator of a function of numbers, texts and lists (`int`, `str`, `list`) that answers a queryset of `.values()`: its
    rows, as the columns of these names. The function runs once, on values that stand for those to come: it may put them in
    filters, and no more."""
    kinds = {one.name: one.annotation for one in inspect.signature(question).parameters.values()}
    stands: dict[str, Any] = {
        name: {int: -700_001 - n, str: f"\ue000{name}", list: [f"\ue000{name}"]}[kind]
        for n, (name, kind) in enumerate(kinds.items())
    }

    def given(param: Any) -> str | None:
        return next((name for name, stand in stands.items() if type(param) is type(stand) and param == stand), None)

    @cache
    def statement() -> tuple[str, list[tuple[str | None, Any]]]:
        sql, params = question(**stands).query.sql_with_params()
        return sql, [(given(param), param) for param in params]

    @wraps(question)
    def ask(*args: Any, **kwargs: Any) -> list[Row]:
        values = dict(zip(stands, args, strict=False)) | kwargs
        sql, params = statement()
        with connection.cursor() as cursor:
            cursor.execute(sql, [param if name is None else values[name] for name, param in params])
            columns = [column.name for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    return ask
