"""The rules of the money as `verify` makes them: each is a check of its own, by its name."""

from collections.abc import Callable, Iterator

from django.db import connection

from edsh_portal.verify import Finding, check

from .invariants import INVARIANTS


def _of(name: str, sql: str) -> Callable[[], Iterator[Finding]]:
    def holds() -> Iterator[Finding]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            for what, expected, found in cursor.fetchall():
                yield Finding(name, what, expected or "", found or "")

    return holds


for _name, _invariant in INVARIANTS.items():
    check(_name)(_of(_name, _invariant.sql))
