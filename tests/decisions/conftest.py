"""The world of these tests, built once a module and rolled back; each test stands in it anew."""

import pytest
from django.db import transaction

from applications.models import Application
from directory.models import User
from tests import database as databases
from tests.reviews.world import REVIEWING, World

from . import world as made


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    here = databases._here[-1]
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield made.build(here.set_clock)
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            here.set_clock(None)


@pytest.fixture
def world(built, db, set_clock):
    """The same rows, read again: what another test did to the objects is forgotten as what it wrote."""
    set_clock(REVIEWING, frozen=True)
    dossiers = [Application.objects.get(pk=dossier.pk) for dossier in built.dossiers]
    people = {name: User.objects.get(pk=user.pk) for name, user in built.people.items()}
    return World(built.call, built.wave, list(built.hospitals), built.partner, built.company, dossiers, people)
