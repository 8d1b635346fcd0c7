"""Each right of a login is declared by its model, and explained by the verb that needs it; a table that says nothing is refused."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core import checks

from edsh_portal.walls import catalog, others, rights
from funding.models import BankAccount, Grant
from tests.schema import rights as asked

WRITING = ("web", "worker")


def test_every_right_to_write_is_explained_by_a_verb():
    declared = {
        (table, role, text)
        for table, model in rights.tables().items()
        for role in WRITING
        for text in rights.written(model, role)
        if text != "SELECT"
    }
    assert declared == asked.explained().keys()
    sources = [file for app in rights.apps.get_app_configs() for file in Path(app.path).rglob("*.py")]
    ours = [file for file in sources if settings.BASE_DIR in file.parents and ".venv" not in file.parts]
    trees = [ast.parse(file.read_text()) for file in ours]
    known = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert {verb for verbs in asked.explained().values() for verb in verbs} - known == set()


@pytest.mark.parametrize("role", WRITING)
def test_each_login_may_do_what_is_declared_and_not_a_word_more(database, role, superuser):
    """Asked of the catalogue, whole: what a table or a column gives to this login."""
    standing = catalog.read(superuser.cursor(), "public")
    given = {
        name.removesuffix(f" {asked.LOGINS[role]}"): words
        for (kind, name), words in standing.items()
        if kind == "right" and name.endswith(f" {asked.LOGINS[role]}") and "(" not in name
    }
    expected = {others.MIGRATIONS: "SELECT"}
    for table, model in rights.tables().items():
        verbs = rights.rights(model, role)
        if whole := " ".join(sorted(verb for verb, names in verbs.items() if not names)):
            expected[table] = whole
        expected |= {f"{table}.{name}": "UPDATE" for name in verbs.get("UPDATE", ())}
    assert given == expected


def test_each_statement_is_accepted_or_refused_as_the_registers_say(database, superuser):
    """Every verb on every table, by column where it updates, and every function, of each login: of no row."""
    rights_of_all = [*asked.every(superuser)]
    assert len(rights_of_all) > 4000
    wrong = [
        f"{right} is {'refused' if right.expected() else 'accepted'}"
        for right in rights_of_all
        if right.holds(superuser) != right.expected()
    ]
    assert not wrong, "say in tests/ground/accepted.txt or tests/schema/rights.py who needs it: " + ", ".join(wrong)


def test_the_doors_of_each_login(database, superuser):
    """The functions of ours that a login may call; nobody else may call any."""
    standing = catalog.read(superuser.cursor(), "public")
    open_to = {}
    for kind, name in standing:
        if kind == "right" and "(" in name:
            function, _space, login = name.rpartition(" ")
            open_to.setdefault(login, set()).add(function.split("(")[0])
    assert open_to == {asked.LOGINS[role]: doors for role, doors in asked.DOORS.items()}


# ── the check bites ──────────────────────────────────────────────────────────────────────────────────────────────────
WRONG = {
    "no `grants` on funding.Grant": (Grant, "grants", None),
    "« EVERYTHING » is not": (Grant, "grants", ("EVERYTHING",)),
    "« UPDATE » is not": (Grant, "grants", ("SELECT", "UPDATE")),
    "no column « ammount »": (Grant, "grants_worker", ("UPDATE (ammount)",)),
    "no column « vallidated_at »": (BankAccount, "frozen_when", {"vallidated_at": ()}),
    "no column « ibam »": (BankAccount, "frozen_while", {"replaced_at": ("ibam",)}),
}


@pytest.mark.parametrize("said", WRONG)
def test_a_declaration_that_is_missing_or_means_nothing_is_refused(monkeypatch, said):
    model, name, value = WRONG[said]
    assert checks.run_checks() == []
    monkeypatch.setattr(model, name, value, raising=False)
    (error,) = checks.run_checks()
    assert error.id == "walls.E001" and said in error.msg


def test_a_table_of_others_that_is_gone_is_refused(monkeypatch):
    monkeypatch.setitem(others.TABLES, "old_table", others.READ)
    assert [*rights.faults()] == ["old_table: in walls/others.py, and no such table"]
