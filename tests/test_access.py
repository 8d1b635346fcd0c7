"""Every route × method × person × state, by tables written by hand from the rules of the house (tests/access/*.txt)."""

import itertools
import os
import time

import pytest

from tests.access import routes, stands, table, trial

ROWS = table.rows()
ONLY = os.environ.get("ACCESS_STAGE", "")
STAGES = [name for name in dict.fromkeys(row.stage for row in ROWS) if not ONLY or name in ONLY.split(",")]
counted: dict[str, int] = {}


@pytest.fixture(params=STAGES, scope="module")
def tried(request, django_db_setup, django_db_blocker):
    """A clone of the stage, everybody signed in."""
    with django_db_blocker.unblock(), trial.stage(request.param) as cast:
        here = trial.Trial(cast)
        here.sign_in_everybody()
        yield here


def test_every_verdict_of_the_tables(tried):
    began = time.monotonic()
    mine = [row for row in ROWS if row.stage == tried.cast.stage]
    for _stand, rows in itertools.groupby(mine, key=lambda row: row.stand):
        tried.rows(rows)
    counted[tried.cast.stage] = tried.cells
    print(f"\n{tried.cast.stage}: {tried.cells} cells in {time.monotonic() - began:.0f} s", flush=True)
    assert not tried.wrong, "\n".join(["", *tried.wrong])


def test_every_route_has_its_row_and_every_row_its_route():
    known, told = set(routes.parameters()), {row.route for row in ROWS}
    groups = {table.group(route) for route in known}
    assert {route for route in groups if route not in told} == set(), "a route without a row"
    assert {route for route in told if route not in groups and route not in known} == set(), "a row without a route"


def test_every_stand_is_used_and_known():
    assert {row.stand for row in ROWS} == set(stands.STANDS)
