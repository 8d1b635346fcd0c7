"""Would we notice? Every constraint, unique index, NOT NULL, trigger, policy and right of the schema is taken down, one at a time;
and every term of a check.

`bin/prove mutants` prints killed / equivalent / total by kind and names each survivor. A mutant is killed when what the registers say
(tests/ground/refused.txt, accepted.txt) does not come true any more, which is what the tests ask of the same statements. Each mutant
is a rolled-back transaction: the whole takes two minutes, and a run that was stopped has nothing to take up again.

`bin/prove mutants --write` first adds to refused.txt, for each wall without a line, the first statement found that it refuses.
"""

import sys
import time
from collections import defaultdict
from typing import Any

import psycopg

from tests.database import cloned
from tests.processes import staged
from tests.schema import reading, register, rights
from tests.schema.loosened import loosened
from tests.schema.search import Search
from tests.schema.standing import Wall, walls
from tests.schema.trial import Ground

Tally = dict[str, dict[str, int]]


def main() -> int:
    name, _files = staged("running")
    with cloned(name) as database, database.connect("superuser") as line:
        if "--write" in sys.argv:
            write(line)
        began, tally, survivors = time.monotonic(), defaultdict(lambda: defaultdict(int)), []
        survivors += of_walls(line, tally)
        survivors += of_rights(line, tally)
        survivors += of_policies(line, tally)
        took = time.monotonic() - began
    for said in survivors:
        print(f"SURVIVES  {said}")
    for kind, counts in tally.items():
        print(
            f"{kind:<12} {counts['killed']:>5} killed {counts['equivalent']:>3} equivalent {sum(counts.values()):>5} mutants"
        )
    total = [sum(counts[word] for counts in tally.values()) for word in ("killed", "equivalent", "survives")]
    print(f"mutants: {total[0]} killed, {total[1]} equivalent, {total[2]} survive, {sum(total)} in all; {took:.0f} s")
    for key, reason in register.equivalent().items():
        print(f"equivalent: {' '.join(key)}: {reason}")
    return 1 if survivors else 0


def of_walls(line: psycopg.Connection[Any], tally: Tally) -> list[str]:
    standing, equivalent = walls(line), register.equivalent()
    ground, statements, survivors = Ground(line, register.made()), defaultdict(list), []
    for key, text in register.said():
        statements[key].append(text)
    for key, wall in standing.items():
        mutants = [(wall.kind, mutation) for mutation in wall.dropped()]
        mutants += [("term of one", mutation) for mutation in loosened(wall)]
        for kind, mutation in mutants:
            word = "equivalent" if key in equivalent else outcome(ground, wall, statements[key], mutation)
            tally[kind][word] += 1
            if word == "survives":
                survivors.append(f"{' '.join(key)}: {mutation}")
    return survivors


def outcome(ground: Ground, wall: Wall, statements: list[str], mutation: str) -> str:
    """Its statements are refused by its name as it stands, and one of them is not once the mutation is made."""
    if not statements or any(ground.silent(wall, text) for text in statements):
        return "survives"
    return "killed" if any(ground.silent(wall, text, mutation) for text in statements) else "survives"


def of_rights(line: psycopg.Connection[Any], tally: Tally) -> list[str]:
    """Each right of each login given beyond what is declared, or taken away."""
    survivors = []
    for right in rights.every(line):
        expected = right.expected()
        killed = right.holds(line) is expected and right.holds(line, right.flipped(expected)) is not expected
        tally["right"]["killed" if killed else "survives"] += 1
        if not killed:
            survivors.append(f"{right}: {right.flipped(expected)}")
    return survivors


def of_policies(line: psycopg.Connection[Any], tally: Tally) -> list[str]:
    """Each policy, and the security of each table, taken away: somebody reads other rows than they should, and did not before."""
    everybody, survivors = reading.readers(line), []
    for table, mutation in reading.mutants(line):
        killed = reading.noticed(line, table, mutation, everybody)
        tally["policy"]["killed" if killed else "survives"] += 1
        survivors += [] if killed else [mutation]
    return survivors


def write(line: psycopg.Connection[Any]) -> None:
    """Proposes a line for each wall that has none, and a row for each table that is empty."""
    standing, ground = walls(line), Ground(line, register.made())
    search = Search(ground, standing)
    known = defaultdict(list)
    for key, text in register.said():
        known[key].append(text)
    unsaid = register.unsaid(standing)
    for table in sorted({wall.table for wall, _columns in unsaid}):
        if ground.table(table).tried == [""] and (made := search.row(table)):
            ground.table(table).made.append(made)
            register.add([(table, "row", made)])
    for wall, columns in unsaid:
        added(known[wall.key], wall.key, search.lines(wall, columns), wall.definition)
    for key, wall in standing.items():
        for mutation in loosened(wall) if known[key] else ():
            if not any(ground.silent(wall, text, mutation) for text in known[key]):
                added(known[key], key, [*filter(None, [search.term(wall, mutation)])], mutation)


def added(known: list[str], key: register.Key, found: list[str], wanted: str) -> None:
    for said in found or [f"NOTHING FOUND, to be written by hand: {wanted}"]:
        print(" | ".join([*key, said]), flush=True)
    known += found
    register.add([(*key, said) for said in found])


if __name__ == "__main__":
    sys.exit(main())
