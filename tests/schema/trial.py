"""A statement of the register is tried on rows of the demonstration's call, and who refuses it is named.

    set state = 'x', at = NULL     one row is changed so; « where state = 'y' » if it is such a row
    copy number = 2                one row is written again, but for this
    add code = 'x', cents = 1      a row is written of nothing
    delete, truncate               a row; the table
    each of iban, holder           every one of these columns is changed alone (of NOT NULL: emptied)

What stands before a `;` is done first, and must be accepted. Any other text is the statement itself. What stands after `=>` is a
question that must be answered yes: the effect of a trigger that refuses nothing. The row is whichever lets the wall speak: one a
state, and one where each column that may be empty is not.

A wall is asked alone: constraints with every trigger out of the way, a trigger with the others out of the way.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .standing import Wall

ASSIGNMENTS = re.compile(r',\s+(?="?\w+"? = )')
RESERVED = {
    "when",
    "order",
    "to",
    "from",
    "end",
    "user",
    "group",
    "window",
    "check",
    "default",
    "limit",
    "offset",
    "references",
}
NUMBERS = ("bigint", "integer", "smallint", "numeric", "double")
TEXTS = ("character", "text")
SEALS = {"seal_rows", "seal_changed"}
NOTED = "SELECT EXISTS (SELECT FROM seal_due WHERE xact = pg_current_xact_id()::text::bigint)"
MALFORMED = {"42601", "42703", "42P01", "42883"}  # what is not SQL, or names nothing, proves nothing


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    generated: bool
    default: bool

    @property
    def quoted(self) -> str:
        return quoted(self.name)

    def other(self) -> str:
        """An expression whose value is not the one that stands."""
        name, kind = self.quoted, self.type
        if kind.endswith("[]"):
            return f"coalesce({name}, '{{}}') || {name}[1]"
        if kind.startswith(NUMBERS):
            return f"coalesce({name}, 0) + 1"
        if kind.startswith(TEXTS):
            return f"CASE WHEN coalesce({name}, '') = '' THEN 'x' ELSE '' END"
        if kind.endswith("range"):
            return "'empty'"
        return {
            "boolean": f"NOT coalesce({name}, false)",
            "date": f"coalesce({name}, '2022-10-03') + 1",
            "uuid": "gen_random_uuid()",
            "jsonb": f"coalesce({name}, '{{}}') || '{{\"x\": 1}}'",
            "bytea": f"coalesce({name}, '') || 'x'",
            "inet": "'192.0.2.7'",
            "interval": f"coalesce({name}, '0') + '1 second'",
        }.get(kind, f"coalesce({name}, '2022-10-03 12:00+00') + interval '1 second'")

    def plain(self) -> str:
        """Some value of its type."""
        if self.type.endswith("[]"):
            return "'{}'"
        if self.type.startswith(NUMBERS):
            return "1"
        if self.type.startswith(TEXTS):
            return "''"
        if self.type.endswith("range"):
            return "'empty'"
        fixed = {"boolean": "false", "uuid": "gen_random_uuid()", "jsonb": "'{}'", "interval": "'0'", "bytea": "''"}
        return fixed.get(self.type, "'2022-10-03'" if self.type == "date" else "'2022-10-03 12:00+00'")

    def absent(self) -> str:
        """A key that no row has."""
        return {"uuid": "'00000000-0000-0000-0000-000000000000'"}.get(
            self.type, "'zz'" if self.type.startswith(TEXTS) else "-1"
        )


def quoted(name: str) -> str:
    return f'"{name}"' if name in RESERVED else name


@dataclass
class Table:
    name: str
    columns: dict[str, Column]
    made: list[str] = field(default_factory=list)  # « add … » of the register
    rows: list[str] = field(default_factory=list)  # ctid

    @property
    def tried(self) -> list[str]:
        """The rows on which a statement is tried, those that the register makes included."""
        return [*self.rows, *(f"+{made}" for made in self.made)] or [""]


class Ground:
    """The call on which statements are tried; nothing of it is ever committed."""

    def __init__(self, line: psycopg.Connection[Any], made: dict[str, list[str]]) -> None:
        self.line, self.made = line, made
        self.tables: dict[str, Table] = {}
        # Once: whenever it changes, the server forgets every plan.
        line.execute("SET session_replication_role = replica")

    def table(self, name: str) -> Table:
        if name not in self.tables:
            self.tables[name] = Table(name, self._columns(name), self.made.get(name, []), self._rows(name))
        return self.tables[name]

    def _columns(self, name: str) -> dict[str, Column]:
        found = self.line.execute(
            "SELECT attname::text, format_type(atttypid, -1), NOT attnotnull, attgenerated <> '', atthasdef OR attidentity <> ''"
            " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            [name],
        )
        return {row[0]: Column(*row) for row in found.fetchall()}

    def _rows(self, name: str) -> list[str]:
        columns = self._columns(name)
        asked = [f'SELECT ctid::text FROM "{name}" LIMIT 4']
        if "state" in columns:
            asked.insert(0, f'SELECT DISTINCT ON (state) ctid::text FROM "{name}" ORDER BY state, ctid')
        empty = [column.quoted for column in columns.values() if column.nullable]
        asked += [f'SELECT ctid::text FROM "{name}" WHERE {column} IS NOT NULL LIMIT 1' for column in empty]
        found = [row[0] for query in asked for row in self.line.execute(query).fetchall()]
        return [*dict.fromkeys(found)]

    # ── who refuses ──────────────────────────────────────────────────────────────────────────────────────────────────
    def silent(self, wall: Wall, said: str, mutation: str = "") -> str:
        """Nothing where the wall refuses what is said by its own name; otherwise what was tried and what came instead.
        The schema is changed first by the `mutation`, if there is one."""
        table = self.table(wall.table)
        for asked in self._expanded(table, wall, said):
            came: set[str] = set()
            one = asked == "truncate"  # of all rows at once
            for row in itertools.chain(
                table.tried[:1] if one else table.tried, () if mutation or one else self._others(table)
            ):
                told = self.answer(wall, asked, row, mutation)
                if told == wall.name:
                    table.rows += [row] if row and row not in table.tried else []
                    break
                came.add(told)
            else:
                return f"« {asked} »: {', '.join(sorted(came))}"
        return ""

    def _others(self, table: Table) -> Iterator[str]:
        """More rows, looked at when those tell nothing; one that does is one of them from then on."""
        found = self.line.execute(f'SELECT ctid::text FROM "{table.name}" LIMIT 300').fetchall()
        yield from (row[0] for row in found if row[0] not in table.rows)

    def _expanded(self, table: Table, wall: Wall, said: str) -> Iterator[str]:
        *before, last = said.split("; ")
        if not last.startswith("each of "):
            yield said
            return
        for name in last.removeprefix("each of ").split(", "):
            column = table.columns.get(name)
            if column is None:
                yield f"SELECT {name} FROM {table.name}"
            elif wall.code == "n":
                yield "add " + ", ".join(
                    f"{c.quoted} = {'NULL' if c is column else c.plain()}"
                    for c in table.columns.values()
                    if not c.generated and (c is column or not (c.nullable or c.default))
                )
            else:
                yield "; ".join([*before, f"set {column.quoted} = {column.other()}"])

    def answer(self, wall: Wall, said: str, row: str, mutation: str = "") -> str:
        """The name of what refuses it or has the effect; « accepted », or why it proves nothing."""
        said, _arrow, effect = said.partition(" => ")
        *before, last = said.split("; ")
        with self.line.transaction(force_rollback=True):
            try:
                if row.startswith("+"):
                    row = self._done(wall.table, row[1:], "")
                for step in before:
                    row = self._done(wall.table, step, row)
            except psycopg.Error as error:
                return f"not prepared: {_first(error)}"
            if mutation:
                self.line.execute(mutation)
            self._alone(wall)
            try:
                self._done(wall.table, last, row)
                self.line.execute("SET CONSTRAINTS ALL IMMEDIATE")
                done = self._has(effect or (NOTED if wall.name in SEALS else ""))
            except psycopg.Error as error:
                return _name(error, wall, last)
        return wall.name if done else "accepted"

    def _alone(self, wall: Wall) -> None:
        if wall.code == "f":
            self._always(
                wall, "tgconstraint = (SELECT oid FROM pg_constraint WHERE conrelid = tgrelid AND conname = %s)"
            )
        elif wall.code == "t":
            self._always(wall, "tgname = %s")

    def _always(self, wall: Wall, which: str) -> None:
        asked = f"SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND {which}"
        for (name,) in self.line.execute(asked, [wall.table, wall.name]).fetchall():
            self.line.execute(f'ALTER TABLE "{wall.table}" ENABLE ALWAYS TRIGGER "{name}"')

    def _has(self, effect: str) -> bool:
        row = self.line.execute(effect).fetchone() if effect else None
        return bool(row and row[0])

    # ── what is said, done ───────────────────────────────────────────────────────────────────────────────────────────
    def _done(self, table: str, said: str, row: str) -> str:
        """Does one step; the place of the row it leaves."""
        verb, _space, rest = said.partition(" ")
        where = f"WHERE ctid = '{row}'"
        if verb == "set":
            rest, _where, only = rest.partition(" where ")
            return self._place(f'UPDATE "{table}" SET {rest} {where} AND ({only or True}) RETURNING ctid::text', row)
        if verb == "copy":
            return self._place(f"{self._copied(self.table(table), rest)} {where} RETURNING ctid::text", row)
        if verb == "add":
            names, values = zip(*(part.split(" = ", 1) for part in ASSIGNMENTS.split(rest)), strict=True)
            given = f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({", ".join(values)}) RETURNING ctid::text'
            return self._place(given, row)
        if said == "delete":
            return self._place(f'DELETE FROM "{table}" {where} RETURNING ctid::text', row)
        if said == "truncate":
            said = f'TRUNCATE "{table}" CASCADE'
        self.line.execute(said)
        return row

    def _place(self, statement: str, row: str) -> str:
        found = self.line.execute(statement).fetchone()
        return found[0] if found else row

    @staticmethod
    def _copied(table: Table, rest: str) -> str:
        """The row once more; its key is made anew unless it is named."""
        other = dict(part.split(" = ", 1) for part in ASSIGNMENTS.split(rest)) if rest else {}
        given = {}
        for column in table.columns.values():
            if column.quoted in other:
                given[column.quoted] = other[column.quoted]
            elif column.name == "id" and column.type == "uuid":
                given[column.quoted] = "gen_random_uuid()"
            elif column.name != "id" and not column.generated:
                given[column.quoted] = column.quoted
        names, values = ", ".join(given), ", ".join(given.values())
        return f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM "{table.name}"'


def _first(error: psycopg.Error) -> str:
    return str(error).splitlines()[0]


def _name(error: psycopg.Error, wall: Wall, said: str) -> str:
    assert error.sqlstate not in MALFORMED, f"{wall.table} {wall.name}: {error}"
    if error.diag.constraint_name:
        return error.diag.constraint_name
    if error.sqlstate == "23502" and f"{quoted(error.diag.column_name or '')} = NULL" in said:
        return "not null"
    if wall.code == "t" and (error.sqlstate or "").startswith(("EP", "ED")):
        return wall.name  # it alone may speak so
    return _first(error)
