"""Lays the walls: whatever was laid before is taken away, then the `.sql` files and the models' declarations are read anew.

Rights of tables are the models' (rights.py), and so is what of a row is sealed (sealing.py). A function is a door of the logins
that its comment names, beside its text: `COMMENT ON FUNCTION ledger_post IS 'door: web, worker'`; nobody else may call it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from .. import environment
from ..acts import KINDS
from ..events import owed_kinds
from ..workflow import WORKFLOWS
from . import others, rights, sealing

LOGINS = ("web", "worker", "auditor")
HERE = {"public": "public", "audit": "audit"}
SCHEMA = re.compile(r"\b(?:public|audit)\b(?=[.,;])", re.ASCII)  # where a text names one
ROLES_LOCK = 4607  # roles are shared by every database of the cluster

# What belongs to an extension (btree_gist's functions stand in `public`) is not ours to take away.
LAID_BEFORE = """
  SELECT format('DROP TRIGGER %I ON public.%I', t.tgname, c.relname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
   WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
  UNION ALL
  SELECT format('DROP POLICY %I ON public.%I', p.polname, c.relname)
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT format('ALTER TABLE public.%I DISABLE ROW LEVEL SECURITY', relname)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
  UNION ALL
  SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
   WHERE p.pronamespace = 'public'::regnamespace
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def texts() -> Iterator[tuple[Path, str]]:
    """The `.sql` files in the order in which they are laid: the ground's, then each room's, as INSTALLED_APPS lists them."""
    for app in apps.get_app_configs():
        if Path(app.path).parent == settings.BASE_DIR:
            files = Path(app.path).glob("*.sql")
            for file in sorted(files, key=lambda file: (file.name != "ground.sql", file.name)):
                yield file, file.read_text()


@transaction.atomic
def lay(using: str = "default") -> None:
    """Lays the walls anew, and gives its rights back to each login that exists. Owner only."""
    with connections[using].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS audit CASCADE")
        # Triggers first, then policies: functions last, since the others call them.
        cursor.execute(LAID_BEFORE)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        build(cursor)
        sealing.adopt(cursor)


def build(cursor, schemas: Mapping[str, str] = HERE) -> None:
    """Lays everything where nothing is laid yet, in `public` and `audit` or in the schemas that stand in for them."""
    for _file, text in texts():
        cursor.execute(SCHEMA.sub(lambda found: schemas[found[0]], text))
    for statement, values in declared():
        cursor.execute(statement, values)
    named = {role: login_of(role) for role in LOGINS if settings.ROLE_VARIABLES[role] in os.environ}
    _allow(cursor, {role: login for role, login in named.items() if _exists(cursor, login[0])}, schemas)


def declared() -> Iterator[tuple[str, list[Any] | None]]:
    """The statements, with their values, that lay what workflows, kinds of acts and models declare."""
    yield "DELETE FROM act_kind", None
    for kind in KINDS.values():
        values = [kind.name, list(kind.proposers), list(kind.approvers)]
        yield "INSERT INTO act_kind (name, proposers, approvers) VALUES (%s, %s, %s)", values
    yield "DELETE FROM workflow_step", None
    for workflow in WORKFLOWS.values():
        pairs = {(source, step.target) for step in workflow.steps for source in step.sources}
        for source, target in sorted(pairs):
            values = [workflow.noun, source, target]
            yield "INSERT INTO workflow_step (noun, source, target) VALUES (%s, %s, %s)", values
        yield (
            (
                f'CREATE TRIGGER wall_workflow BEFORE INSERT OR UPDATE OF state ON "{workflow.model._meta.db_table}"'
                f" FOR EACH ROW EXECUTE FUNCTION wall_workflow('{workflow.noun}')"
            ),
            None,
        )
    yield "DELETE FROM owed_kind", None
    for owed in sorted(owed_kinds()):
        yield "INSERT INTO owed_kind (cause, reaction, kind) VALUES (%s, %s, %s)", [*owed]
    for model in rights.tables().values():
        yield from ((statement, None) for statement in rights.triggers(model))
    yield from sealing.declared()


def login_of(role: str) -> tuple[str, str]:
    """(login, password) of a role, as the environment's URL names it."""
    entry = environment.database(settings.ROLE_VARIABLES[role])
    return str(entry["USER"]), str(entry["PASSWORD"])


def login_names() -> dict[str, tuple[str, str]]:
    """role -> (login, password); raises when the environment does not name one of them."""
    return {role: login_of(role) for role in LOGINS}


@transaction.atomic
def grant(logins: dict[str, tuple[str, str]], using: str = "default") -> None:
    """Creates the web, worker and auditor logins when missing and lays their rights. Owner (CREATEROLE); idempotent."""
    with connections[using].cursor() as cursor:
        for login, password in logins.values():
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROLES_LOCK])
            if not _exists(cursor, login):
                cursor.execute(
                    f'CREATE ROLE "{login}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s', [password]
                )
        _allow(cursor, logins)


def _exists(cursor, login: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
    return cursor.fetchone() is not None


def _allow(cursor, logins: Mapping[str, tuple[str, str]], schemas: Mapping[str, str] = HERE) -> None:
    """Takes every right from each login, then gives what the models and the functions' comments declare."""
    public, both = schemas["public"], ", ".join(schemas.values())
    named = {role: login for role, (login, _password) in logins.items()}
    for login in named.values():
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA {both} FROM "{login}"')
        cursor.execute(f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA {public} FROM "{login}"')  # identities ask for none
        cursor.execute(f'GRANT USAGE ON SCHEMA {public} TO "{login}"')
    for role in ("web", "worker"):
        for table, model in rights.tables().items() if role in named else ():
            if given := rights.rights(model, role):
                cursor.execute(f'GRANT {rights.spelled(given)} ON "{table}" TO "{named[role]}"')
        if role in named:
            cursor.execute(f'GRANT SELECT ON "{others.MIGRATIONS}" TO "{named[role]}"')
    if "auditor" in named:
        auditor = named["auditor"]
        cursor.execute(f'GRANT USAGE ON SCHEMA {schemas["audit"]} TO "{auditor}"')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {both} TO "{auditor}"')
        cursor.execute(f'REVOKE SELECT ON directory_password, web_session FROM "{auditor}"')
    for function, called_by in functions(cursor, public).items():
        cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        for role, login in named.items():
            may = "GRANT EXECUTE" if role in called_by else "REVOKE ALL"
            cursor.execute(f'{may} ON FUNCTION {function} {"TO" if role in called_by else "FROM"} "{login}"')


def functions(cursor, schema: str = "public") -> dict[str, set[str]]:
    """Our functions (no extension's) and the roles to which their comment opens them."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text, substring(obj_description(p.oid, 'pg_proc') FROM '^door: (.*)') FROM pg_proc p"
        " WHERE p.pronamespace = %s::regnamespace AND p.prokind IN ('f', 'p')"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
        [schema],
    )
    return {function: set(said.split(", ")) if said else set() for function, said in cursor.fetchall()}
