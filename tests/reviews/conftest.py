"""The world of these tests: one dossier deposited, then three, built once a file and rolled back; admissible once the wave is closed."""

import pytest

from tests.database import rolled_back

from . import world as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """One dossier, the wave open."""
    with rolled_back(django_db_blocker) as here:
        yield made.deposited(here.set_clock, 1)


@pytest.fixture(scope="module")
def filled(built, django_db_blocker):
    """The same world with three, the wave closed, all of them admissible."""
    with rolled_back(django_db_blocker) as here:
        here.set_clock(made.NOW, frozen=True)
        yield made.reviewing(made.joined(made.again(built), 3), here.set_clock)


@pytest.fixture
def world(filled, db, set_clock):
    """The same rows, read again: what another test did to the objects is forgotten as what it wrote."""
    set_clock(made.REVIEWING, frozen=True)
    return made.again(filled)


@pytest.fixture
def small(built, db, set_clock):
    """One dossier only."""
    return made.reviewing(made.again(built), set_clock)


@pytest.fixture
def at(client):
    """at(person, url, data): GET, or POST with data; the answer."""

    def ask(person, url, data=None, **headers):
        client.force_login(person, backend="directory.backends.EmailBackend")
        return client.get(url, headers=headers) if data is None else client.post(url, data, headers=headers)

    return ask
