"""The tasks of the portal are told by what they do and the dossier they are about; their codes are folded (25)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from edsh_portal.models import Delivery
from tests.decisions import world as deciding

FOLDED = re.compile(r"<details.*?</details>", re.S)


@pytest.fixture
def blocked(decided):
    """The mail of a deposit and a sealing that were parked."""
    deciding.approved(decided)
    sealing = Delivery.objects.filter(reaction="decisions.seal_decision", state="todo")
    sealing.update(state="blocked", tries=5, last_error="no layout after 20 s")
    return decided, Delivery.objects.get(reaction="decisions.seal_decision")


def read(user, query=""):
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client.get(reverse("dashboards:jobs") + query)


def test_13_25_a_task_is_called_by_what_it_does(blocked):
    world, _sealing = blocked
    page = read(world.aude, "?state=blocked")
    (row,) = page.context["rows"]
    assert (str(row.says), row.about) == ("Mettre en forme et sceller la décision", world.dossiers[0].reference)
    text = page.content.decode()
    in_sight = FOLDED.sub("", text)
    assert "Mettre en forme et sceller la décision" in in_sight and row.about in in_sight
    codes = ("decision.approved", "decisions.seal_decision", row.event.stream, "no layout after 20 s")
    assert [code for code in codes if code in in_sight or code not in text] == []


def test_13_25_what_no_code_knows_any_more_is_called_by_its_code(blocked):
    world, sealing = blocked
    Delivery.objects.filter(pk=sealing.pk).update(state="todo")
    rows = read(world.aude).context["rows"]
    assert {row.about for row in rows} <= {"", *(dossier.reference for dossier in world.dossiers)}
    assert all(str(row.says) != row.reaction for row in rows)
