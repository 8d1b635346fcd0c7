"""Proposes what to write in the register for a wall that has no line: the first statement found that it refuses by its name.

One or two columns are changed with the values that the wall's definition names, their neighbours, and what each type has of odd.
Where another check or a key refuses first, what that one looks at is changed as well, until the wall itself speaks. A check of several
terms is asked for each: what it refuses and would not refuse without that term.
"""

import itertools
import re
from collections import deque
from collections.abc import Iterator, Mapping

from .standing import Wall
from .trial import NUMBERS, TEXTS, Column, Ground, Table, quoted

DATED = re.compile(r'OLD\."?(\w+)"? IS NOT NULL', re.IGNORECASE)
STATES = ("state", "kind", "verdict", "edge")
Given = dict[str, str]  # column → expression


class Search:
    def __init__(self, ground: Ground, walls: Mapping[tuple[str, str], Wall]) -> None:
        self.ground, self.walls = ground, walls

    def lines(self, wall: Wall, columns: list[str]) -> list[str]:
        """What the wall refuses, in the words of the register; of one that keeps columns one by one, these."""
        table = self.ground.table(wall.table)
        if columns and wall.code == "n":
            return [f"each of {', '.join(columns)}"]
        if compared := self._compared(table, wall, columns):
            return compared
        proposals = getattr(self, f"_{wall.kind.replace(' ', '_')}", self._nothing)(table, wall)
        return [*itertools.islice((said for said in proposals if said and not self.ground.silent(wall, said)), 1)]

    def row(self, name: str) -> str | None:
        """A row for a table that has none."""
        table = self.ground.table(name)
        given = {c.name: c.plain() for c in table.columns.values() if not (c.generated or c.nullable or c.default)}
        return self._reach(table, _anything(name), "add", [given], [""], most=3000)

    def term(self, wall: Wall, mutation: str) -> str | None:
        """What the check refuses and its loosened form does not, on the rows of one state."""
        table = self.ground.table(wall.table)
        for before, row, only in self._places(table, wall):
            for given in itertools.islice(self._combined(table, wall), 1500):
                said = f"{before}set {_assigned(given)}{only}"
                if self._tells(wall, mutation, said, row):
                    return said
        return None

    def _tells(self, wall: Wall, mutation: str, said: str, row: str) -> bool:
        """On this row first, which is quick; then wherever the tests will look."""
        answer, silent = self.ground.answer, self.ground.silent
        here = answer(wall, said, row) == wall.name != answer(wall, said, row, mutation)
        return here and not silent(wall, said) and bool(silent(wall, said, mutation))

    def _places(self, table: Table, wall: Wall) -> Iterator[tuple[str, str, str]]:
        """(what is done first, row, which rows alone): rows as they stand, then brought to each state that the check names."""
        named = [name for name in STATES if name in wall.columns][:1]
        for row in table.tried:
            asked = f"SELECT {named[0]} FROM \"{table.name}\" WHERE ctid = '{row}'" if named and row[:1] == "(" else ""
            found = self.ground.line.execute(asked).fetchone() if asked else None
            yield "", row, f" where {named[0]} = '{found[0]}'" if found else ""
        for name in named:
            for value in self.candidates(table, wall, table.columns[name], plain=True):
                if before := self._reach(table, _anything(table.name), "set", [{name: value}], most=600):
                    yield from ((f"{before}; ", row, "") for row in table.tried[:3])

    def _combined(self, table: Table, wall: Wall) -> Iterator[Given]:
        for count in (1, 2, 3):
            for names in itertools.combinations(wall.columns, count):
                values = [[*self.candidates(table, wall, table.columns[name])] for name in names]
                yield from (dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*values))

    # ── proposals, by kind ───────────────────────────────────────────────────────────────────────────────────────────
    def _nothing(self, table: Table, wall: Wall) -> Iterator[str | None]:
        yield from ()

    def _foreign_key(self, table: Table, wall: Wall) -> Iterator[str | None]:
        for name in wall.columns:
            yield self._reach(table, wall, "set", [{name: table.columns[name].absent()}])
            yield self._reach(table, wall, "copy", [{name: table.columns[name].absent()}])

    def _primary_key(self, table: Table, wall: Wall) -> Iterator[str | None]:
        yield self._reach(table, wall, "copy", [{name: quoted(name) for name in wall.columns}])

    def _check(self, table: Table, wall: Wall) -> Iterator[str | None]:
        starts = [*itertools.islice(self._combined(table, wall), 20_000)]
        yield self._reach(table, wall, "set", starts, repair=False, most=6000)
        yield self._reach(table, wall, "set", starts, most=6000)

    def _unique(self, table: Table, wall: Wall) -> Iterator[str | None]:
        """The row once more, after it was made such that the wall looks at it."""
        yield self._reach(table, wall, "copy", [{}])
        looked_at = [name for name in self._named(wall) if not table.columns[name].generated]
        for name in looked_at:
            for value in self.candidates(table, wall, table.columns[name], plain=True):
                yield self._reach(table, wall, "copy", [{name: value}], most=300)
        for name in looked_at:
            for value in self.candidates(table, wall, table.columns[name], plain=True):
                if before := self._reach(table, _anything(table.name), "set", [{name: value}], most=4000):
                    yield self._reach(table, wall, "copy", [{}], before=f"{before}; ", most=300)

    _exclusion = _unique

    def _trigger(self, table: Table, wall: Wall) -> Iterator[str | None]:
        if wall.event in ("TRUNCATE", "DELETE"):
            yield wall.event.lower()
        elif wall.event == "INSERT":
            yield self._reach(table, wall, "copy", [{}])
            yield self._reach(table, wall, "copy", [*self._changes(table, wall)], repair=False)
            yield self._reach(table, wall, "copy", [*self._changes(table, wall)])
        else:
            yield from self._updated(table, wall)

    def _compared(self, table: Table, wall: Wall, columns: list[str]) -> list[str]:
        """Of a trigger that compares columns: each changed alone, on a row that is dated where it asks for a date."""
        left = [name for name in columns if not table.columns[name].generated]
        found = []
        for before in self._dated(table, wall) if left else ():
            if heard := [name for name in left if not self.ground.silent(wall, f"{before}each of {name}")]:
                found.append(f"{before}each of {', '.join(heard)}")
                left = [name for name in left if name not in heard]
        for name in left:
            column = table.columns[name]
            starts = [{name: value} for value in (column.other(), *self.candidates(table, wall, column))]
            if said := self._reach(table, wall, "set", starts):
                found.append(said)
            else:
                print(f"{wall.table} | {wall.key[1]} | NOTHING FOUND for {name}, to be written by hand")
        return found

    def _dated(self, table: Table, wall: Wall) -> Iterator[str]:
        yield ""
        for name in dict.fromkeys(DATED.findall(wall.definition)):
            start = [{name: table.columns[name].plain()}]
            if before := self._reach(table, _anything(table.name), "set", start, most=1500):
                yield f"{before}; "

    def _updated(self, table: Table, wall: Wall) -> Iterator[str | None]:
        first = next(name for name, column in table.columns.items() if not column.generated)
        yield f"set {quoted(first)} = {quoted(first)}"
        yield self._reach(table, wall, "set", [*self._changes(table, wall)], repair=False)
        yield self._reach(table, wall, "set", [*self._changes(table, wall)])

    def _changes(self, table: Table, wall: Wall) -> Iterator[Given]:
        for column in table.columns.values():
            if not column.generated and column.name != "id":
                yield from ({column.name: value} for value in (column.other(), *self.candidates(table, wall, column)))

    # ── until the wall speaks ────────────────────────────────────────────────────────────────────────────────────────
    def _reach(
        self,
        table: Table,
        wall: Wall,
        verb: str,
        starts: list[Given],
        rows: list[str] | None = None,
        *,
        before: str = "",
        repair: bool = True,
        most: int = 1500,
    ) -> str | None:
        """From these changes, with those that quiet whoever refuses first: the statement that the wall refuses, if one is met."""
        waiting = deque((given, row) for given in starts for row in rows or table.tried)
        seen: set[tuple[str, str]] = set()
        for _ in range(most):
            if not waiting:
                return None
            given, row = waiting.popleft()
            said = f"{before}{verb} {_assigned(given)}".strip()
            if (said, row) in seen:
                continue
            seen.add((said, row))
            told = self.ground.answer(wall, said, row)
            if told == wall.name:
                return said
            other = self.walls.get((table.name, told))
            if repair and other and len(given) - len(starts[0]) < 8:
                waiting.extend((more, row) for more in self._quieted(table, wall, other, given, verb))
        return None

    def _quieted(self, table: Table, wall: Wall, other: Wall, given: Given, verb: str) -> Iterator[Given]:
        for name in self._named(other):
            column = table.columns[name]
            if column.generated or (name in given and verb != "add") or (name in wall.columns and other.code in "uix"):
                continue
            fresh = _fresh(column) if other.code in "uixp" else ""
            values = [fresh] if fresh and verb != "add" else self.candidates(table, other, column, plain=verb == "add")
            yield from (given | {name: value} for value in values)

    def _named(self, wall: Wall) -> list[str]:
        """The columns it looks at, those of its condition included."""
        columns = self.ground.table(wall.table).columns
        words = re.findall(r"\w+", re.sub(r"'[^']*'|^CREATE.*?\(", " ", wall.definition)) if wall.code in "uix" else ()
        return [*dict.fromkeys([*wall.columns, *(word for word in words if word in columns)])]

    # ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def candidates(self, table: Table, wall: Wall, column: Column, *, plain: bool = False) -> Iterator[str]:
        """Values that the wall may refuse, the likeliest first; `plain` ones do not look at the row."""
        tried: set[str] = set()
        for value in self._values(table, wall, column):
            words = set(re.findall(r"\w+", re.sub(r"'[^']*'", "", value)))
            if value not in tried and not (plain and words & table.columns.keys()):
                tried.add(value)
                yield value

    def _values(self, table: Table, wall: Wall, column: Column) -> Iterator[str]:
        kind = column.type
        about = [other for other in self.walls.values() if other.table == table.name and column.name in other.columns]
        said = " ".join(
            [wall.definition, *(other.definition for other in about if other.code == "c" and other != wall)]
        )
        same = [quoted(name) for name in wall.columns if name != column.name and table.columns[name].type == kind]
        yield from same if column.name.endswith("_id") else ()  # one person for two
        if column.nullable:
            yield "NULL"
        if kind.endswith("[]"):
            yield from ("'{}'", "'{zz}'", "'{1}'")
        elif kind.startswith(NUMBERS):
            most = {"smallint": 2**15, "integer": 2**31}.get(kind, 10**17)
            named = sorted({int(n) for n in re.findall(r"(?<![\w'])\d{1,16}\b", said)})
            bounds = [number + more for number in named for more in (0, -1, 1)]
            yield from (str(number) for number in bounds if number < most)
            yield from ("-1", "0", "1", *same)
            yield from (f"{column.quoted} + 1", f"{column.quoted} - 1", str(most - 1))
        elif kind.startswith(TEXTS):
            yield from (f"'{word}'" for word in dict.fromkeys(re.findall(r"'([a-z_0-9 .-]{0,40})'::", said)))
            yield from ("''", "' '", "'zz'", "'É!'", "repeat('0', 64)", "repeat('1', 9)", "repeat('1', 14)")
            yield from (f"repeat('x', {int(most) + 1})" for most in re.findall(r"<= (\d{1,4})\b", said))
        elif kind == "boolean":
            yield from (f"NOT coalesce({column.quoted}, false)", "true", "false")
        elif kind.startswith("timestamp"):
            yield from ("'2022-10-03 12:00+00'", "'2001-01-01'", "'2199-01-01'", *same)
        elif kind == "date":
            yield from ("'2022-10-03'", "'2001-01-01'", "'2199-01-01'", *same)
        elif kind == "jsonb":
            yield from ("'{}'", "'[]'", "'1'", "'{\"x\": 1}'")
        else:
            yield column.plain()


def _anything(table: str) -> Wall:
    """What refuses nothing: a statement is looked for that is accepted."""
    return Wall(table, "accepted", "c", "", (), "")


def _assigned(given: Given) -> str:
    return ", ".join(f"{quoted(name)} = {value}" for name, value in given.items())


def _fresh(column: Column) -> str:
    """An expression that no row holds yet, or nothing where no plain one exists."""
    kind, name = column.type, column.quoted
    if kind.endswith("[]"):
        return ""
    if kind.startswith(NUMBERS):
        return f"{name} + 1000"
    if kind == "uuid":
        return "gen_random_uuid()"
    if kind.startswith(TEXTS):
        return f"reverse({name})"
    if kind.startswith("timestamp"):
        return f"{name} + interval '1 second'"
    return ""
