"""The heaviest dossier opens: every page at 15 queries or fewer, at every moment. Its processor time: bin/prove heaviest."""

from applications.urls import hospital
from casework.urls import hospital as after_deposit
from tests.access import table
from tests.test_budgets import MOST_QUERIES, counted

from . import heavy


def test_every_page_of_the_heaviest_dossier_at_fifteen_queries_or_fewer(client, world, set_clock):
    client.force_login(world.cast.sophie, backend="directory.backends.EmailBackend")
    spent, opened = {}, set()
    for moment, pages in heavy.life(world, set_clock):
        for name, path in pages.items():
            with counted() as asked:
                assert client.get(path).status_code == 200, (moment, path)
            spent[moment, name] = len(asked)
            opened.add(name)
    assert {page: count for page, count in spent.items() if count > MOST_QUERIES} == {}
    answered = {row.route.rpartition(":")[2] for row in table.rows() if row.method == "GET"}
    assert answered & {route.name for route in (*hospital, *after_deposit)} == opened | heavy.FILES | heavy.THEIRS
