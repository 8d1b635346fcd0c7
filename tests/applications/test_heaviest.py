"""The heaviest dossier opens: every section at 15 queries or fewer. Its processor time: bin/prove heaviest."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from . import heavy


def test_every_section_of_the_heaviest_dossier_at_fifteen_queries_or_fewer(client, world):
    dossier = heavy.heaviest(world)
    client.force_login(world.cast.sophie, backend="directory.backends.EmailBackend")
    spent = {}
    for name, path in heavy.sections(dossier).items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200, path
        spent[name] = len(queries)
    assert {name: count for name, count in spent.items() if count > 15} == {}
