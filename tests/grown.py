"""The demonstration's call as if many times more had applied: its rows copied in SQL under new keys, one statement a table.

What is one's own is copied: dossiers with all that hangs from them, hospitals, their people, experts, the money, the events. What
there is one of stays one: the call, its settings and waves, the envelope, who works for the State. Seals are not copied, and the
copied events keep the hashes of the first ones: pages answer as they would, `verify` would not (tests/rechained.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from django.apps import apps

from edsh_portal import acts
from tests.rechained import rechain

Line = psycopg.Connection[Any]

ROOTS = {  # whose rows are copied; what follows from them is found by the foreign keys
    "applications_application": "true",
    "directory_establishment": "true",
    "directory_user": "EXISTS (SELECT FROM directory_affiliation a WHERE a.user_id = t.id)",
    "auth_group": "EXISTS (SELECT FROM directory_establishment e WHERE e.group_id = t.id)",
    "document": "true",
}
LEFT = {"seal", "seal_due", "event_head", "web_session", "throttle", "once"}
OF_A_FILE = {"scan_result"}  # what follows from a file
BY_SUBJECT = ("event", "act")  # tables that name what they are about by its type and its id

# What no two rows may share, where « the same and the number of the copy » would not be accepted. `n`: the number of the copy.
OWN = {
    "directory_establishment": {
        "finess": "left(finess, 2) || (5000000 + n * 1000 + t.id)",
        "siret": "CASE WHEN siret = '' THEN '' ELSE '9' || lpad((n * 1000 + t.id)::text, 8, '0') || '00011' END",
        "ght_code": "CASE WHEN ght_code = '' THEN '' ELSE left(ght_code, 6) || '~' || n END",
        "name": "name || ' ' || n",
        "sort_key": "sort_key || ' ' || n",
    },
    "directory_user": {"email": "n || '.' || email"},
    "applications_application": {"reference": "reference || '-' || n", "acronym": "acronym || ' ' || n"},
    "decisions_decision": {"rank": "rank + n * 100", "number": "year || '-' || (rank + n * 100)"},
    "reviews_rankingline": {"rank": "least(rank + n * 100, 32767)"},
    "funding_importline": {  # of a file that is not copied
        "number": "number + n * 1000",
        "ej": "CASE WHEN ej = '' THEN '' ELSE left(ej, 12) || '~' || n END",
        "dp": "CASE WHEN dp = '' THEN '' ELSE left(dp, 12) || '~' || n END",
    },
}

COLUMNS = """
  SELECT c.oid::regclass::text, a.attname, a.atttypid::regtype::text,
         coalesce((SELECT min(k.confrelid::regclass::text) FROM pg_constraint k
                    WHERE k.contype = 'f' AND k.conrelid = c.oid AND k.conkey[1] = a.attnum), '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1, a.attnum
"""
KEYS = """
  SELECT i.indrelid::regclass::text, a.attname FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
   WHERE i.indisprimary AND i.indnatts = 1 AND i.indrelid::regclass::text = ANY (%s)
"""
UNIQUE = """
  SELECT ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)) FROM pg_index
   WHERE indrelid = %s::regclass AND indisunique
"""
HEADS = """
  INSERT INTO event_head (stream, seq, hash, at) SELECT DISTINCT ON (stream) stream, seq, hash, at FROM event ORDER BY stream, seq DESC
  ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at
"""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    refers: str  # the table whose key it holds, or ""


class Tables:
    """The tables by their foreign keys: which follow from which."""

    def __init__(self, line: Line) -> None:
        self.columns: dict[str, list[Column]] = {}
        for table, *column in line.execute(COLUMNS.encode()):
            self.columns.setdefault(table, []).append(Column(*column))
        self.keys: dict[str, str] = dict(line.execute(KEYS.encode(), [[*self.columns]]).fetchall())
        self.labels = {  # a document is about nothing else: no event is of a document
            model._meta.label_lower: model._meta.db_table
            for model in apps.get_models()
            if model._meta.db_table != "document"
        }
        self.bound = {of.subject._meta.db_table for of in acts.KINDS.values()}  # what an act may be about

    def in_order(self) -> Iterator[str]:
        """Causes first."""
        kept = {name for name in self.keys if name not in LEFT}
        causes = {table: self.causes(table) & kept - {table} for table in kept}
        for table in BY_SUBJECT:  # whatever they may be about comes before them, but for what follows from them
            causes[table] |= kept - _following(table, causes)
        return TopologicalSorter(causes).static_order()

    def causes(self, table: str) -> set[str]:
        """A row does not follow from its file, save what its examination found; nor what an event tells of from the event, nor what an act
        is about from the act."""
        if table in ROOTS:
            return set()
        if table in OF_A_FILE:
            return {"document"}
        apart = {"event", "document"} if table in ("act", "funding_posting") else {"document"}
        if table in self.bound:
            apart.add("act")
        return {column.refers for column in self.columns[table]} - apart - {""}


def _following(cause: str, causes: dict[str, set[str]]) -> set[str]:
    """The table and those that hang from it, near or far."""
    found, further = {cause}, {cause}
    while further:
        further = {table for table, those in causes.items() if those & found} - found
        found |= further
    return found


class Copier:
    """Copies rows `times` - 1 times, and what follows from them."""

    def __init__(self, line: Line, times: int) -> None:
        self.line, self.times, self.tables = line, times, Tables(line)
        self.stride = 0  # between a key and that of its copy: above every key there is
        self.marked: list[str] = []

    def value(self, statement: str) -> Any:
        row = self.line.execute(statement.encode()).fetchone()
        return row and row[0]

    def run(self) -> None:
        for table in self.tables.in_order():
            self.mark(table)
        self.stride = 10 ** max(
            len(str(self.value(f"SELECT max(id)::text FROM moved_{table}"))) for table in self.numbered()
        )
        for table in self.marked:
            self.copy(table)
        for table in self.marked:
            key = self.tables.keys[table]
            if sequence := self.value(f"SELECT pg_get_serial_sequence('{table}', '{key}')"):
                self.value(f"SELECT setval('{sequence}', (SELECT max({key}) FROM {table}))")
        self.line.execute(HEADS.encode())

    def numbered(self) -> list[str]:
        """The tables copied whose keys are numbers."""
        types = {
            table: column.type
            for table in self.marked
            for column in self.tables.columns[table]
            if column.name == self.tables.keys[table]
        }
        return [table for table in self.marked if types[table] != "uuid"]

    def mark(self, table: str) -> None:
        """Notes the keys of the rows to copy in a table of their own."""
        key, where = self.tables.keys[table], ROOTS.get(table) or self._follows(table)
        if not where:
            return
        self.line.execute(
            f"CREATE TEMP TABLE moved_{table} AS SELECT {key} AS id FROM {table} t WHERE {where}".encode()
        )
        if self.value(f"SELECT count(*) FROM moved_{table}"):
            self.line.execute(f"ALTER TABLE moved_{table} ADD PRIMARY KEY (id); ANALYZE moved_{table}".encode())
            self.marked.append(table)

    def _follows(self, table: str) -> str:
        """The condition by which a row follows from one that is copied."""
        if table in BY_SUBJECT:
            terms = [
                f"subject_type = '{label}' AND subject_id IN (SELECT id FROM moved_{name})"
                for label, name in self._subjects()
            ]
        else:
            known = self.tables.causes(table).intersection(self.marked)
            columns = [column for column in self.tables.columns[table] if column.refers in known]
            terms = [f"{column.name} IN (SELECT id FROM moved_{column.refers})" for column in columns]
        return " OR ".join(f"({term})" for term in terms)

    def _subjects(self) -> list[tuple[str, str]]:
        return [(label, table) for label, table in self.tables.labels.items() if table in self.marked]

    def copy(self, table: str) -> None:
        own = self._told_apart(table) | OWN.get(table, {})
        columns = self.tables.columns[table]
        names = ", ".join(f'"{column.name}"' for column in columns)
        said = ", ".join(own.get(column.name) or self._moved(table, column) for column in columns)
        self.line.execute(
            f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {said} FROM generate_series(1, {self.times - 1}) AS n,"
            f" {table} t JOIN moved_{table} m ON m.id = t.{self.tables.keys[table]}".encode()
        )

    def _moved(self, table: str, column: Column) -> str:
        """What a copy holds in this column: keys of copied rows are those of the copy, all else is the same."""
        name = f't."{column.name}"'
        refers = column.refers or (table if column.name == self.tables.keys[table] else "")
        if refers in self.marked:
            return self.key(refers, name, column.type)
        if table in BY_SUBJECT and column.name == "subject_id":
            cases = " ".join(f"WHEN '{label}' THEN {self.key(of, name, 'bigint')}" for label, of in self._subjects())
            return f"CASE t.subject_type {cases} ELSE {name} END"
        if column.name == "stream":
            return self.stream(name)
        return f"t.seq + n * {self.stride}" if (table, column.name) == ("event", "seq") else name

    def key(self, of: str, name: str, kind: str) -> str:
        moved = f"md5({name}::text || n)::uuid" if kind == "uuid" else f"{name} + n * {self.stride}"
        return f"CASE WHEN {name} IN (SELECT id FROM moved_{of}) THEN {moved} ELSE {name} END"

    def stream(self, name: str) -> str:
        """« application:12 » is of a dossier; « line:1 », « directory » are everybody's."""
        words = "|".join(label.split(".")[1] for label, table in self._subjects() if table != "directory_user")
        moved = f"split_part({name}, ':', 1) || ':' || (split_part({name}, ':', 2)::bigint + n * {self.stride})"
        return f"CASE WHEN {name} ~ '^({words}):[0-9]+$' THEN {moved} ELSE {name} END"

    def _told_apart(self, table: str) -> dict[str, str]:
        """Where nothing that is unique has the key of a copied row: the text that tells two apart, and the number of the copy."""
        columns = self.tables.columns[table]
        moved = {column.name for column in columns if column.refers} | {self.tables.keys[table], "stream", "subject_id"}
        texts = {column.name for column in columns if column.type in ("character varying", "text")}
        unique = [{*names} for (names,) in self.line.execute(UNIQUE.encode(), [table]).fetchall()]
        named = [min(names & texts) for names in unique if not names & moved and names & texts]
        return {name: f"t.{name} || '~' || n" for name in named}


def grow(line: Line, times: int, *, rechained: bool = False) -> None:
    """`times` times as many dossiers, by the superuser's connection: triggers are off while rows are copied. `rechained`: with seals and a
    chain that hold, which takes some minutes at 6,000."""
    with line.transaction():
        line.execute("SET LOCAL session_replication_role = replica")
        line.execute("SET LOCAL work_mem = '64MB'")
        copier = Copier(line, times)
        copier.run()
        if rechained:
            rechain(copier)
    line.execute("VACUUM ANALYZE")
