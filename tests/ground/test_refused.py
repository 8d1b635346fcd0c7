"""Each constraint, unique index, NOT NULL and trigger of the schema refuses something, by its own name.

The register (refused.txt) says what, apart from the code: a wall that is dropped, loosened or forgotten in a model or a `.sql` file
fails here under its name, whatever else would still refuse.
"""

import pytest

from tests.database import cloned
from tests.processes import staged
from tests.schema import register
from tests.schema.rights import Right
from tests.schema.standing import walls
from tests.schema.trial import Ground

SAID = register.said()
HOW = "Write one, in the words of tests/schema/trial.py; `bin/prove mutants --write` proposes and adds them."


@pytest.fixture(scope="module")
def call():
    name, _files = staged("running")
    with cloned(name) as database, database.connect("superuser") as line:
        yield Ground(line, register.made()), walls(line)


@pytest.mark.parametrize("table", dict.fromkeys(table for (table, _wall), _statement in SAID))
def test_refused(call, table):
    """Every statement of the register on this table."""
    ground, standing = call
    mine = [(key, statement) for key, statement in SAID if key[0] == table]
    gone = [wall for (_table, wall), _statement in mine if (table, wall) not in standing]
    assert not gone, f"{table}: {gone} do not stand any more; if they have to go, their lines in refused.txt go too"
    through = [
        f"« {key[1]} » lets through {said}"
        for key, statement in mine
        if (said := ground.silent(standing[key], statement))
    ]
    assert not through, "\n".join([f"{table}:", *through])


def test_every_wall_has_its_line(call):
    _ground, standing = call
    unsaid = [" ".join([*wall.key, *columns]) for wall, columns in register.unsaid(standing)]
    assert not unsaid, f"no line of tests/ground/refused.txt says what these refuse: {', '.join(unsaid)}. {HOW}"


def test_what_is_equivalent_stands_and_says_why(call):
    _ground, standing = call
    columns = {(wall.table, f"{wall.key[1]} {name}") for wall in standing.values() for name in wall.parts}
    assert register.equivalent().keys() - standing.keys() - columns == set()
    assert all(len(reason.split()) > 5 for reason in register.equivalent().values())


# ── the tests bite ───────────────────────────────────────────────────────────────────────────────────────────────────
ONCE_UNSEEN = [
    ("funding_bankaccount", "iban_four_eyes"),
    ("funding_bankaccount", "iban_current_once"),
    ("funding_envelope", "envelope_version"),
    ("decisions_notification", "notification_once"),
    ("decisions_decision", "decision_one_in_force"),
    ("reviews_assignment", "assignment_by_another"),
    ("calls_wave", "wave_no_overlap"),
    ("applications_version", "version_number"),
    ("applications_answer", "answer_save_once"),
    ("delivery", "delivery_once"),
    ("document", "wall_all TRUNCATE"),
]


@pytest.mark.parametrize("key", ONCE_UNSEEN, ids=" ".join)
def test_a_wall_that_is_dropped_is_noticed(call, key):
    ground, standing = call
    wall, statement = standing[key], dict(SAID)[key]
    (mutation,) = wall.dropped()
    assert not ground.silent(wall, statement)
    assert ground.silent(wall, statement, mutation)


def test_a_right_that_is_given_is_noticed(call):
    ground, _standing = call
    for column in ("sha256", "deposited_at"):
        right = Right("web", "UPDATE", "decisions_notification", column)
        assert (right.expected(), right.holds(ground.line)) == (False, False)
        assert right.holds(ground.line, right.flipped(held=False))
