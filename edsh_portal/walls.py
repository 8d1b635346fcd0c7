"""Walls around history: triggers and grants derived from what each model declares, laid again after every migration.

A model may declare `append_only = True` (no UPDATE, DELETE, TRUNCATE for anybody) and `grants = ("SELECT", …)`
(what the web and worker logins may do; everything but TRUNCATE when silent).
"""

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction

from . import environment
from .workflow import WORKFLOWS

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")


def tables() -> dict[str, type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in found if not model._meta.proxy}


@transaction.atomic
def lay(using: str = "default") -> None:
    """Fills workflow_step and (re)creates the wall triggers. Owner only; idempotent."""
    with connections[using].cursor() as cursor:
        cursor.execute("DELETE FROM workflow_step")
        for workflow in WORKFLOWS.values():
            pairs = {(source, step.target) for step in workflow.steps for source in step.sources}
            for source, target in sorted(pairs):
                cursor.execute(
                    "INSERT INTO workflow_step (noun, source, target) VALUES (%s, %s, %s)",
                    [workflow.noun, source, target],
                )
            table = workflow.model._meta.db_table
            cursor.execute(f'DROP TRIGGER IF EXISTS wall_workflow ON "{table}"')
            cursor.execute(
                f'CREATE TRIGGER wall_workflow BEFORE INSERT OR UPDATE OF state ON "{table}"'
                f" FOR EACH ROW EXECUTE FUNCTION wall_workflow('{workflow.noun}')"
            )
        for table, model in tables().items():
            if not getattr(model, "append_only", False):
                continue
            for name, when in (
                ("rows", "UPDATE OR DELETE ON {} FOR EACH ROW"),
                ("all", "TRUNCATE ON {} FOR EACH STATEMENT"),
            ):
                cursor.execute(f'DROP TRIGGER IF EXISTS wall_{name} ON "{table}"')
                where = when.format(f'"{table}"')
                cursor.execute(f"CREATE TRIGGER wall_{name} BEFORE {where} EXECUTE FUNCTION wall_append_only()")


def login_names() -> dict[str, tuple[str, str]]:
    """role -> (login, password) as the environment's URLs name them."""
    found = {}
    for role, variable in settings.ROLE_VARIABLES.items():
        if role != "owner":
            entry = environment.database(variable)
            found[role] = (str(entry["USER"]), str(entry["PASSWORD"]))
    return found


@transaction.atomic
def grant(logins: dict[str, tuple[str, str]], using: str = "default") -> None:
    """Creates the web, worker and auditor logins when missing and lays their rights. Owner (CREATEROLE); idempotent."""
    with connections[using].cursor() as cursor:
        for login, password in logins.values():
            cursor.execute("SELECT pg_advisory_xact_lock(4607)")  # roles are shared by every database of the cluster
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login])
            if not cursor.fetchone():
                cursor.execute(
                    f'CREATE ROLE "{login}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %s', [password]
                )
            cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public, audit FROM "{login}"')
            cursor.execute(f'REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM "{login}"')
            cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{login}"')
        for role in ("web", "worker"):
            login = logins[role][0]
            for table, model in tables().items():
                rights = ", ".join(getattr(model, f"grants_{role}", getattr(model, "grants", ALL)))
                cursor.execute(f'GRANT {rights} ON "{table}" TO "{login}"')
            cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{login}"')
            cursor.execute(f'GRANT SELECT ON django_migrations TO "{login}"')  # /readyz asks whether any waits
            for function in verbs(cursor):
                cursor.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{login}"')
        auditor = logins["auditor"][0]
        cursor.execute(f'GRANT USAGE ON SCHEMA audit TO "{auditor}"')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public, audit TO "{auditor}"')
        cursor.execute(f'REVOKE SELECT ON directory_user, django_session FROM "{auditor}"')


def verbs(cursor) -> list[str]:
    """Signatures of our SECURITY DEFINER functions that are not triggers: the doors of the web and worker logins."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef AND p.prorettype <> 'trigger'::regtype"
    )
    return [row[0] for row in cursor.fetchall()]
