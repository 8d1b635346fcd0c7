"""The seals (chain.sql): what `manage.py verify` recomputes of them, and the one way by which sealed rows may go."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, models, transaction

from .events import record
from .verify import AFTER, WHOLE, Finding, Since, check, is_owner
from .walls import sealing

EVENTS = f"""
  SELECT coalesce(e.stream, s.stream) || '#' || coalesce(e.seq, s.seq), coalesce(e.seals, 'no event'), coalesce(s.digest, '')
    FROM (SELECT stream, seq, seals FROM event WHERE seals <> '' AND {AFTER}) e
    FULL JOIN (SELECT stream, seq, seal_digest(stream, seq) AS digest FROM seal WHERE {AFTER} GROUP BY stream, seq) s USING (stream, seq)
   WHERE e.seals IS DISTINCT FROM s.digest ORDER BY 1
"""
# What binds is sealed by the event that wrote it; what lives between events is written once, and goes by a named purge alone.
ELSEWHERE = ("seals.stream", "stream = 'rows'")
AGAIN = (
    "seals.again",
    "n > 1 AND NOT (hash = '' AND EXISTS (SELECT FROM event e WHERE e.stream = seal.stream AND e.seq = seal.seq"
    " AND e.kind = 'rows.purged' AND e.data->>'relation' = seal.relation))",
)
LATE = "SELECT relation, count(*) FROM seal_due WHERE {} GROUP BY relation ORDER BY relation"


@check("seals", owner=True, since=True)
def verify_seals(since: Since = WHOLE) -> Iterator[Finding]:
    """Events hold the seals that are kept; rows are what their last seal says; nothing that binds waits for its seal."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [since.numbers, since.numbers])
        for what, chained, kept in cursor.fetchall():
            yield Finding("seals.event", what, chained, kept)
        for form in sealing.forms().values():
            try:
                with transaction.atomic():
                    yield from [*_rows(cursor, form, since)]
            except DatabaseError as error:  # a column or a right that is no more
                yield Finding("seals.unreadable", form.relation, "readable", str(error).splitlines()[0])
        yield from _queue(cursor)


def _rows(cursor, form: sealing.Form, since: Since) -> Iterator[Finding]:
    cursor.execute("SELECT query FROM seal_form WHERE relation = %s ORDER BY id DESC LIMIT 1", [form.relation])
    laid = cursor.fetchone()
    if laid != (form.query,):
        yield Finding("seals.form", form.relation, form.query, str(laid))
    cursor.execute("SELECT * FROM seal_differences(%s, %s) ORDER BY 1", [form.relation, since.seal])
    for key, held_by, was, now in cursor.fetchall():
        code = "seals.unsealed" if not held_by else "seals.rewritten" if now else "seals.deleted"
        yield Finding(code, f"{form.relation} {key}", f"{was} ({held_by})" if held_by else "a seal", now)
    code, wrong = AGAIN if form.later else ELSEWHERE
    cursor.execute(
        f"SELECT key, stream || '#' || seq FROM seal WHERE relation = %s AND {wrong} ORDER BY id", [form.relation]
    )
    for key, held_by in cursor.fetchall():
        yield Finding(code, f"{form.relation} {key}", "one seal, by the event that is due", held_by)


def _queue(cursor) -> Iterator[Finding]:
    """What binds never waits; the rest waits for the next signed root, which is hourly."""
    later = [form.relation for form in sealing.forms().values() if form.later]
    cursor.execute(LATE.format("NOT later OR relation <> ALL (%s)"), [later])
    for relation, count in cursor.fetchall():
        yield Finding("seals.waiting", relation, "sealed at commit", f"{count} rows")
    cursor.execute(LATE.format("later AND at < now() - interval '2 hours'"))
    for relation, count in cursor.fetchall():
        yield Finding("seals.late", relation, "sealed with the last signed root", f"{count} rows")


@transaction.atomic
def purge(rows: models.QuerySet, *, reason: str, by: Any, stream: str = "rows") -> int:
    """Removes rows of one table, and seals their absence into an event that says who and why. Owner only: the wall is opened for
    this transaction. `stream`: that of the rows' own seals, « rows » for what lives between events. Answers how many."""
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER wall_rows_delete')
        count, _by_model = rows.delete()
        if count:
            record("rows.purged", by, by=by, stream=stream, relation=table, count=count, reason=reason)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with a check that waits may be altered
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER wall_rows_delete')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return count


def ask_who(parser) -> None:
    parser.add_argument("--by", required=True, help="address of whoever answers for it")


def who_purges(address: str) -> Any:
    """The person of this address; CommandError when there is none, or when this login does not own the tables."""
    if not is_owner():
        raise CommandError("only the login that owns the tables may purge (PORTAL_ROLE=owner).")
    person = get_user_model().objects.filter(email=address.strip().lower(), is_active=True).first()
    if person is None:
        raise CommandError(f"--by {address}: no open account has this address.")
    return person
