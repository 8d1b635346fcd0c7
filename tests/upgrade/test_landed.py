"""A database of the last landed version comes up to this tree with its data, and what no migration says is named."""

import guards
import pytest
import servers
from django.db import models

from edsh_portal import walls
from edsh_portal.models import Heartbeat

from . import landed


@pytest.fixture(scope="module")
def up(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), landed.restored() as database:
        landed.bring_up()
        yield database


@pytest.fixture
def forgotten():
    """A column that its model says."""
    models.IntegerField(default=0).contribute_to_class(Heartbeat, "forgotten")
    yield
    Heartbeat._meta.local_fields.remove(Heartbeat._meta.get_field("forgotten"))
    Heartbeat._meta._expire_cache()
    del Heartbeat.forgotten


def test_it_comes_up_whole(up):
    assert landed.faults() == []


def test_it_stands_as_the_landing_left_it():
    card = landed.card()
    assert (landed.sha256(landed.DUMP), landed.sha256(landed.FILES)) == (card["dump"], card["files"])
    assert landed.DUMP.stat().st_size + landed.FILES.stat().st_size <= landed.MOST_BYTES


def test_a_column_that_no_migration_adds_is_named(up, forgotten):
    [said] = landed.faults()
    assert said.startswith("makemigrations: ") and said.endswith("Add field forgotten to heartbeat")
    table = Heartbeat._meta.db_table
    assert f"column {table}.forgotten" in {what for what, _expected, _found in walls.differences()}


def test_no_migration_that_landed_is_written_again():
    assert guards.landed(servers.ROOT) == []
