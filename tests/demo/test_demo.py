"""The demo is real input: every state, twelve experts and more, verify clean, and the same to the last cent when built twice."""

import pytest
from django.db.models import Count, Q

from applications.models import Application
from directory.models import User
from edsh_portal.models import Delivery
from tests.crossing import crossing
from tests.database import cloned, used
from tests.demo.twice import twice
from tests.processes import staged


@pytest.fixture(scope="module")
def running(django_db_blocker):
    name, _files = staged("running")
    with cloned(name) as database, used(database), django_db_blocker.unblock():
        yield database


def test_every_final_state_is_met(running):
    counted = dict(Application.objects.values_list("state").annotate(n=Count("id")))
    assert counted == {
        "admissible": 13,
        "closed": 5,
        "ineligible": 2,
        "inadmissible": 2,
        "withdrawn": 2,
        "not_deposited": 2,
    }
    assert sum(counted.values()) == 26


def test_experts_and_reviews(running):
    assert User.objects.filter(groups__name="expert").count() == 13
    reviewed = Application.objects.filter(state="admissible").annotate(
        locked=Count("assignments", filter=Q(assignments__review__state="locked"))
    )
    assert min(a.locked for a in reviewed) == 2


def test_nothing_is_owed(running):
    owed = Delivery.objects.exclude(state="done").values_list("reaction", "state", "last_error")
    assert list(owed) == []


@crossing
def test_built_twice_it_is_the_same(django_db_setup, django_db_blocker):
    """Until the evaluation; `bin/prove demonstration` builds the whole call."""
    with django_db_blocker.unblock():
        built = twice("review")
    assert (built.findings, built.first) == ([], built.again)
