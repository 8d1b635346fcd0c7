"""Row-level security: who reads which rows. That the pages are the same with and without it: tests/test_budgets.py."""

import psycopg
import pytest

from tests.database import cloned
from tests.processes import staged
from tests.schema import reading


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def call():
    name, _files = staged("running")
    with cloned(name) as database, database.connect("superuser") as line:
        yield line, reading.readers(line)


def test_the_tables_behind_it(call):
    line, _readers = call
    assert [table for (table,) in line.execute(reading.BEHIND)] == sorted(reading.READ)


@pytest.mark.parametrize("table", reading.READ)
def test_who_reads_which_rows(call, table):
    line, readers = call
    wrong, numbers = [], set()
    for one in readers:
        seen, wanted = reading.read(line, table, one), reading.expected(line, table, one)
        numbers.add(len(wanted))
        if seen != wanted:
            wrong.append(f"{one}: {len(seen - wanted)} rows too many, {len(wanted - seen)} missing")
    assert not wrong, "\n".join(wrong)
    assert len(numbers) > 2, "nobody reads a part of it: nothing is tried"


def test_a_policy_that_goes_is_noticed(call):
    line, readers = call
    silent = [
        mutation for table, mutation in reading.mutants(line) if not reading.noticed(line, table, mutation, readers)
    ]
    assert silent == []


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO casework_thread (application_id, subject, opened_by_id, opened_at) VALUES (%(other)s, 'x', %(who)s, portal_now())",
        "INSERT INTO applications_answer (application_id, key, version, text, aside, read_version, by_id, at)"
        " VALUES (%(other)s, 'answers.x', 90, 'x', false, 0, %(who)s, portal_now())",
    ],
)
def test_nobody_writes_into_what_they_do_not_read(call, statement):
    line, readers = call
    alice = next(one for one in readers if one.name.startswith("alice@"))
    other = line.execute(
        f"SELECT id FROM applications_application WHERE NOT id IN (SELECT id FROM applications_application a WHERE {reading.JOINED})"
        " ORDER BY id LIMIT 1".replace("application_id IN", "a.id IN"),
        {"who": alice.who},
    ).fetchone()[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"), line.transaction():
        line.execute("SELECT set_config('portal.key', %s, true)", [f"{reading.KEY}{alice.who}"])
        line.execute("SET LOCAL ROLE edsh_web")
        line.execute(statement, {"who": alice.who, "other": other})
