"""An empty database becomes the portal's by `migrate` alone, and no model is rendered again for each operation of its migrations."""

from tests.database import as_role, used

from .empty import empty, migrated

MOST_RENDERED = 16  # times a table: 52 when each operation renders what it is related to (docs/decisions/0045)


def test_migrating_an_empty_database(django_db_blocker):
    from edsh_portal import walls

    with empty("new") as database, django_db_blocker.unblock():
        cost = migrated(database)
        with used(database), as_role("owner"):
            assert [*walls.differences()] == []
    assert cost["rendered"] <= MOST_RENDERED * cost["tables"], cost
