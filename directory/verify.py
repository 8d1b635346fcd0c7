"""What `manage.py verify` recomputes of the directory: each role was given by an act of two, and none that does not go with another."""

from collections.abc import Iterator

from django.db import connection

from edsh_portal.verify import Finding, check

# A role that somebody holds: its last act gave it, or they are one of the first two administrators.
ALONE = """
SELECT m.user_id, g.name FROM directory_user_groups m JOIN auth_group g ON g.id = m.group_id
 WHERE g.name = ANY (role_names()) AND NOT (g.name = 'administrator' AND role_seated(m.user_id))
   AND 'role.grant' IS DISTINCT FROM (SELECT kind FROM act WHERE kind IN ('role.grant', 'role.revoke') AND state = 'approved'
        AND payload @> jsonb_build_object('user', m.user_id, 'role', g.name)
        AND m.user_id NOT IN (proposed_by_id, decided_by_id) ORDER BY decided_event_id DESC LIMIT 1)
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
