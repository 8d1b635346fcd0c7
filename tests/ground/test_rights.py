"""Each right of a login is declared by its model, and explained by the verb that needs it; a table that says nothing is refused."""

import ast
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core import checks

from edsh_portal.walls import catalog, others, rights
from funding.models import BankAccount, Grant

REGISTER = Path(__file__).with_name("accepted.txt")
LOGINS = {"web": "edsh_web", "worker": "edsh_worker"}


def explained():
    """(table, role, right) → verbs, of the lines « table | roles | right | verbs »."""
    found = {}
    for line in REGISTER.read_text().splitlines():
        if not line.startswith("#"):
            table, roles, right, verbs = line.split(" | ")
            found |= {(table, role, right): verbs.split(", ") for role in roles.split(", ")}
    return found


def test_every_right_to_write_is_explained_by_a_verb():
    declared = {
        (table, role, text)
        for table, model in rights.tables().items()
        for role in LOGINS
        for text in rights.written(model, role)
        if text != "SELECT"
    }
    assert declared == explained().keys()
    sources = [file for app in rights.apps.get_app_configs() for file in Path(app.path).rglob("*.py")]
    ours = [file for file in sources if settings.BASE_DIR in file.parents and ".venv" not in file.parts]
    trees = [ast.parse(file.read_text()) for file in ours]
    known = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert {verb for verbs in explained().values() for verb in verbs} - known == set()


@pytest.mark.parametrize("role", LOGINS)
def test_each_login_may_do_what_is_declared_and_not_a_word_more(database, role, superuser):
    """Asked of the catalogue, whole: what a table or a column gives to this login."""
    standing = catalog.read(superuser.cursor(), "public")
    given = {
        name.removesuffix(f" {LOGINS[role]}"): words
        for (kind, name), words in standing.items()
        if kind == "right" and name.endswith(f" {LOGINS[role]}") and "(" not in name
    }
    expected = {others.MIGRATIONS: "SELECT"}
    for table, model in rights.tables().items():
        verbs = rights.rights(model, role)
        if whole := " ".join(sorted(verb for verb, names in verbs.items() if not names)):
            expected[table] = whole
        expected |= {f"{table}.{name}": "UPDATE" for name in verbs.get("UPDATE", ())}
    assert given == expected


@pytest.mark.parametrize("role", LOGINS)
def test_what_is_declared_is_accepted(database, role):
    """Each verb on each table, of no row: the right is enough, nothing else of another table is asked."""
    with database.connect(role) as line:
        for table, model in rights.tables().items():
            verbs = rights.rights(model, role)
            for name in verbs.get("UPDATE", ()):
                line.execute(f'UPDATE "{table}" SET "{name}" = "{name}" WHERE false')
            if "DELETE" in verbs:
                line.execute(f'DELETE FROM "{table}" WHERE false')
            if "SELECT" not in verbs:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    line.execute(f'SELECT FROM "{table}"')


DOORS = {
    "edsh_web": {
        "act_decide", "act_hash", "act_propose", "event_append", "group_settle", "ledger_payload", "ledger_post", "portal_now",
        "review_conflict", "review_links", "review_parties", "role_clash", "role_names", "role_seated", "root_is_due", "seal_between",
        "signature_delegated",
    },
    "edsh_worker": {
        "act_decide", "event_append", "group_settle", "ledger_payload", "ledger_post", "portal_now", "review_conflict",
        "review_links", "review_parties", "root_is_due", "seal_between",
    },
    "edsh_auditor": {"ledger_payload", "portal_now"},
}  # fmt: skip


def test_the_doors_of_each_login(database, superuser):
    """The functions of ours that a login may call; nobody else may call any."""
    standing = catalog.read(superuser.cursor(), "public")
    open_to = {}
    for kind, name in standing:
        if kind == "right" and "(" in name:
            function, _space, login = name.rpartition(" ")
            open_to.setdefault(login, set()).add(function.split("(")[0])
    assert open_to == DOORS


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
