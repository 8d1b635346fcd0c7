"""The walls that stand in a database, as its catalogue lists them: constraints, unique indexes, NOT NULL, triggers.
Policies, which refuse nothing and show less: reading.py.

A trigger counts once for each event it fires on; the columns of NOT NULL count together, one wall a table (what is generated has
nothing of its own to refuse). What Django's own apps made of their tables is theirs to prove; our triggers there are ours.
"""

import re
from typing import Any, NamedTuple

import psycopg

OTHERS = re.compile(r"^(django_|auth_|guardian_|axes_)")
ASKED = """
  SELECT c.relname::text, k.conname::text, k.contype::text, '',
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (k.conkey) ORDER BY attnum),
         pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
   WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('c', 'u', 'x', 'f', 'p')
  UNION ALL
  SELECT c.relname, i.relname, 'i', '',
         ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (x.indkey::int2[]) ORDER BY attnum),
         pg_get_indexdef(x.indexrelid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND x.indisunique
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT c.relname, 'not null', 'n', '', array_agg(a.attname::text ORDER BY a.attnum), ''
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped AND a.attgenerated = ''
     AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey))
   GROUP BY 1
  UNION ALL
  SELECT c.relname, t.tgname, 't', e.event, '{}', pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid,
         (VALUES (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) e (bit, event)
   WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgtype & e.bit <> 0
  ORDER BY 1, 2, 4
"""
COMPARED = re.compile(r'\bold\."?(\w+)"?', re.IGNORECASE)
KINDS = {
    "c": "check", "u": "unique", "i": "unique", "x": "exclusion", "f": "foreign key", "p": "primary key", "n": "not null",
    "t": "trigger",
}  # fmt: skip


class Wall(NamedTuple):
    table: str
    name: str
    code: str  # of KINDS
    event: str  # of a trigger
    columns: tuple[str, ...]
    definition: str

    @property
    def key(self) -> tuple[str, str]:
        """As the register names it: « funding_posting », « ledger_keep UPDATE »."""
        return self.table, f"{self.name} {self.event}".strip()

    @property
    def kind(self) -> str:
        return KINDS[self.code]

    @property
    def parts(self) -> list[str]:
        """The columns that it keeps one by one: of NOT NULL, of a trigger that compares what was with what will be."""
        return [
            *dict.fromkeys(
                self.columns
                if self.code == "n"
                else COMPARED.findall(self.definition)
                if self.event == "UPDATE"
                else ()
            )
        ]

    def dropped(self) -> list[str]:
        """The statements that take it away; one mutant each."""
        table, name = f'"{self.table}"', f'"{self.name}"'
        if self.code == "n":
            return [f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL' for column in self.columns]
        if self.code == "i":
            return [f"DROP INDEX {name}"]
        if self.code == "t":
            return [f"DROP TRIGGER {name} ON {table}"]
        return [f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE"]


def walls(line: psycopg.Connection[Any]) -> dict[tuple[str, str], Wall]:
    found = [Wall(*row[:4], tuple(row[4]), row[5]) for row in line.execute(ASKED).fetchall()]
    return {wall.key: wall for wall in found if wall.code == "t" or not OTHERS.match(wall.table)}
