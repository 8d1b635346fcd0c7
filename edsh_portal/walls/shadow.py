"""What should stand, made from the code in a schema that is thrown away, and held against what does.

Nothing is compared with a list kept by hand: the models make their tables, the `.sql` files their functions and triggers, the
declarations their rights, as a new database would have them. No table of the portal is locked meanwhile.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from . import catalog, laying

# A link that Django's own migration made is as wide as this project's keys; made today it would be as narrow as its app's.
KNOWN = {("column", "auth_group_permissions.id")}
SHADOWS = {"public": "shadow", "audit": "shadow_audit"}


class _Undo(Exception):
    pass


def differences() -> Iterator[tuple[str, str, str]]:
    """(« kind name », expected, found) of each object that stands otherwise than the code would lay it. Owner only."""
    with connection.cursor() as cursor:
        standing = catalog.read(cursor, *SHADOWS)
        expected = _laid_apart(cursor)
    for key in sorted((standing.keys() | expected.keys()) - KNOWN):
        wanted, found = expected.get(key, ""), standing.get(key, "")
        if wanted != found:
            yield " ".join(key), wanted, found


def _laid_apart(cursor) -> dict[tuple[str, str], str]:
    try:
        with transaction.atomic():
            cursor.execute("CREATE SCHEMA shadow")  # the ground's text makes the other
            cursor.execute("SET LOCAL search_path = shadow, public")
            _make_tables()
            laying.build(cursor, SHADOWS)
            found = catalog.read(cursor, *SHADOWS.values())
            raise _Undo
    except _Undo:
        return found


def _make_tables() -> None:
    """As the models say; the list of migrations, which no app owns, as well."""
    every: list[type[Model]] = [*apps.get_models(), MigrationRecorder.Migration]
    with connection.schema_editor(atomic=False) as editor:
        for model in every:
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
