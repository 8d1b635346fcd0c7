"""Lays the walls: whatever was laid before is taken away, then the `.sql` files and the models' declarations are read anew.

A model may declare `append_only = True` (no UPDATE, DELETE, TRUNCATE for anybody) and `grants = ("SELECT", …)`
(what the web and worker logins may do; everything but TRUNCATE when silent).
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction

from .. import environment
from ..events import REACTIONS
from ..workflow import WORKFLOWS

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")
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
  SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
   WHERE p.pronamespace = 'public'::regnamespace
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def tables() -> dict[str, type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in found if not model._meta.proxy}


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


def build(cursor, schemas: Mapping[str, str] = HERE) -> None:
    """Lays everything where nothing is laid yet, in `public` and `audit` or in the schemas that stand in for them."""
    for _file, text in texts():
        cursor.execute(SCHEMA.sub(lambda found: schemas[found[0]], text))
    for statement, values in declared():
        cursor.execute(statement, values)
    named = {role: login_of(role) for role in LOGINS if settings.ROLE_VARIABLES[role] in os.environ}
    _allow(cursor, {role: login for role, login in named.items() if _exists(cursor, login[0])}, schemas)


def declared() -> Iterator[tuple[str, list[str] | None]]:
    """The statements, with their values, that lay what workflows and models declare."""
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
    for name, reaction in sorted(REACTIONS.items()):
        for kind in reaction.owes:
            yield "INSERT INTO owed_kind (reaction, kind) VALUES (%s, %s)", [name, kind]
    for table, model in tables().items():
        if getattr(model, "append_only", False):
            for name, when in (("rows", "UPDATE OR DELETE ON {} FOR EACH ROW"), ("all", "TRUNCATE ON {}")):
                where = when.format(f'"{table}"')
                yield f"CREATE TRIGGER wall_{name} BEFORE {where} EXECUTE FUNCTION wall_append_only()", None


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
    """Takes every right from each login, then gives what the models declare."""
    public, both = schemas["public"], ", ".join(schemas.values())
    for login, _password in logins.values():
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA {both} FROM "{login}"')
        cursor.execute(f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA {public} FROM "{login}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA {public} TO "{login}"')
    for role in {"web", "worker"} & logins.keys():
        login = logins[role][0]
        for table, model in tables().items():
            rights = ", ".join(getattr(model, f"grants_{role}", getattr(model, "grants", ALL)))
            if rights:
                cursor.execute(f'GRANT {rights} ON "{table}" TO "{login}"')
        cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {public} TO "{login}"')
        cursor.execute(f'GRANT SELECT ON django_migrations TO "{login}"')  # /readyz asks whether any waits
        for function in doors(cursor, public):
            cursor.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{login}"')
    if "worker" in logins:
        cursor.execute(f'GRANT EXECUTE ON FUNCTION portal_alone() TO "{logins["worker"][0]}"')
    if "auditor" in logins:
        auditor = logins["auditor"][0]
        cursor.execute(f'GRANT USAGE ON SCHEMA {schemas["audit"]} TO "{auditor}"')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {both} TO "{auditor}"')
        cursor.execute(f'REVOKE SELECT ON directory_user, directory_password, web_session FROM "{auditor}"')


def doors(cursor, schema: str = "public") -> list[str]:
    """Signatures of our SECURITY DEFINER functions that are not triggers: the doors of the web and worker logins."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = %s::regnamespace"
        " AND p.prosecdef AND p.prorettype <> 'trigger'::regtype",
        [schema],
    )
    return [row[0] for row in cursor.fetchall()]
