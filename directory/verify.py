"""What `manage.py verify` recomputes of the directory: each role was given by an act of two, and none that does not go with another;
nobody acted by a login that proves no one."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from edsh_portal.events import UPKEEP
from edsh_portal.models import Event
from edsh_portal.verify import Finding, check

from .actions.roles import SEATED

# A role that somebody holds: its last act gave it, or they are one of the first two administrators.
ALONE = """
WITH last AS (SELECT DISTINCT ON (payload->'user', payload->'role') payload->'user' AS who, payload->'role' AS role, kind FROM act
 WHERE kind IN ('role.grant', 'role.revoke') AND state = 'approved'
   AND payload->'user' NOT IN (to_jsonb(proposed_by_id), to_jsonb(decided_by_id))
 ORDER BY payload->'user', payload->'role', decided_event_id DESC)
SELECT m.user_id, g.name FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id
  LEFT JOIN last ON last.who = to_jsonb(m.user_id) AND last.role = to_jsonb(g.name::text)
 WHERE g.name = ANY (role_names()) AND last.kind IS DISTINCT FROM 'role.grant'
   AND NOT (g.name = 'administrator' AND role_seated(m.user_id))
 ORDER BY 1, 2
"""
CLASHES = """
SELECT m.user_id, g.name, role_clash(m.user_id, g.name) FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id
 WHERE g.name = ANY (role_names()) AND role_clash(m.user_id, g.name) IS NOT NULL ORDER BY 1, 2
"""


@check("roles")
def verify_roles() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        for user, role in cursor.fetchall():
            yield Finding("roles.alone", f"person {user} {role}", "an approved act that gave it", "none")
        cursor.execute(CLASHES)
        for user, role, other in cursor.fetchall():
            yield Finding("roles.together", f"person {user} {role}", f"not beside {other}", "both")


# The logins whose events are proved: those that append them, but who owns the tables.
PROVING = """
SELECT r.rolname::text FROM pg_proc p JOIN pg_roles r ON r.oid <> p.proowner AND NOT r.rolsuper
   AND has_function_privilege(r.oid, p.oid, 'EXECUTE') WHERE p.oid = 'event_append'::regproc
"""


@check("owner")
def verify_owner() -> Iterator[Finding]:
    """Outside the demo the owner of the tables migrates, verifies, loads registers, seats two administrators once and purges:
    nobody acts by its login, nor by a superuser's. A purge names who answers for it, and is held by the check of the seals."""
    if settings.DEMO:
        return
    with connection.cursor() as cursor:
        cursor.execute(PROVING)
        logins = [row[0] for row in cursor.fetchall()]
    seated = Event.objects.filter(kind=SEATED).order_by("pk").first()
    people = seated.data["users"] if seated else []
    seating = {"by": None, "kind__in": ("user.created", "role.granted"), "subject_type": "directory.user"}
    written = Event.objects.exclude(login__in=["", *logins])  # "": of a format that does not say
    written = written.exclude(kind__in=UPKEEP, by=None).exclude(**seating, subject_id__in=people)
    for event in written.exclude(kind="rows.purged").order_by("pk").iterator():
        yield Finding("owner.event", f"{event.stream}#{event.seq}", "web or worker", f"{event.kind}, {event.login}")
