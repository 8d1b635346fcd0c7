"""What our logins may do to the tables of others: their models cannot say it themselves.

Words are those of rights.py. The owner does what it must there (migrations fill permissions and content types): no trigger.
"""

Declared = dict[str, tuple[str, ...]]

READ: Declared = {"grants": ("SELECT",)}
LINK: Declared = {"grants": ("SELECT", "INSERT", "DELETE")}

TABLES: dict[str, Declared] = {
    # Django
    "django_content_type": READ,
    "django_admin_log": {
        "grants": ("SELECT",),
        "grants_worker": (),
    },  # always empty: the registers are read-only; their index asks
    "auth_permission": READ,
    "auth_group_permissions": READ,
    "auth_group": {
        "grants": ("SELECT", "INSERT")
    },  # an establishment's group is born with it; a role's at its first use
    # who is in which group: written by group_settle() alone (directory/roles.sql)
    "directory_user_groups": READ,
    "directory_user_user_permissions": READ,
    # guardian: its generic tables are empty, ours are direct
    "guardian_groupobjectpermission": READ,
    "guardian_userobjectpermission": READ,
    # links between two rows of a dossier
    "applications_functionplacement_warehouses": LINK,
    "applications_researchproject_partners": LINK,
}
MIGRATIONS = "django_migrations"  # of no app; /readyz asks whether any waits
