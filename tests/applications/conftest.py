"""The world of these tests, at a frozen instant inside the wave; built once a file and rolled back, as the filled dossier is."""

import copy

import pytest

from applications import actions
from tests.database import rolled_back

from . import world as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here:
        here.set_clock(made.NOW, frozen=True)
        yield made.build()


@pytest.fixture(scope="module")
def filled(built, django_db_blocker):
    """The same world, with one dossier that is ready to be deposited."""
    with rolled_back(django_db_blocker) as here:
        here.set_clock(made.NOW, frozen=True)
        world = copy.deepcopy(built)
        yield world, made.fill(world, made.draft(world))


@pytest.fixture
def stand(request, db, set_clock):
    """(world, filled dossier if it is asked for): what another test did to the objects is forgotten as what it wrote."""
    set_clock(made.NOW, frozen=True)
    if "filled" in request.fixturenames:
        return copy.deepcopy(request.getfixturevalue("filled"))
    return copy.deepcopy(request.getfixturevalue("built")), None


@pytest.fixture
def world(built, stand):
    return stand[0]


@pytest.fixture
def draft(world):
    return made.draft(world)


@pytest.fixture
def ready(filled, stand):
    return stand[1]


@pytest.fixture
def deposited(ready, world):
    actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    return ready


@pytest.fixture
def after(deposited, set_clock):
    """Deposited, once the wave is closed."""
    set_clock(made.AFTER, frozen=True)
    return deposited
