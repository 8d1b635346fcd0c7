"""Steps: only named moves, through their gate, and the same map in the database."""

import pytest
from django.core.exceptions import PermissionDenied

from edsh_portal import workflow
from edsh_portal.models import WorkflowStep
from edsh_portal.workflow import WORKFLOWS, Refused, Step, available, move, need_reason


class Thing:
    def __init__(self, state):
        self.state = state

    def get_state_display(self):
        return self.state.title()


@pytest.fixture
def thing(monkeypatch):
    steps = (
        Step("send", ("draft",), "sent", lambda user, thing: user == "alice", "Envoyer"),
        Step("drop", ("draft", "sent"), "dropped", lambda user, thing: True, "Abandonner", reason=True),
    )
    monkeypatch.setitem(WORKFLOWS, Thing, workflow.Workflow("thing", Thing, steps))
    return Thing("draft")


def test_move(thing):
    assert move(thing, "send", "alice").label == "Envoyer"
    assert thing.state == "sent"


def test_move_asks_the_gate_before_the_state(thing):
    thing.state = "sent"
    with pytest.raises(PermissionDenied):
        move(thing, "send", "bruno")
    with pytest.raises(Refused, match="n’est pas possible") as refused:
        move(thing, "send", "alice")
    assert (refused.value.code, thing.state) == ("W01", "sent")


def test_the_portal_itself_needs_no_gate(thing):
    move(thing, "send", None)
    assert thing.state == "sent"


def test_available(thing):
    assert [s.name for s in available(thing, "bruno")] == ["drop"]
    assert [s.name for s in available(thing, "alice")] == ["send", "drop"]


def test_need_reason():
    assert need_reason("  erreur de saisie ") == "erreur de saisie"
    with pytest.raises(Refused, match="Indiquez le motif"):
        need_reason(" ")


def test_the_database_holds_the_code_s_map(db):
    declared = {(w.noun, s, step.target) for w in WORKFLOWS.values() for step in w.steps for s in step.sources}
    assert set(WorkflowStep.objects.values_list("noun", "source", "target")) == declared


def test_every_noun_with_a_state_has_a_map():
    from django.apps import apps

    rooms = {"directory", "applications", "reviews", "funding", "decisions"}
    stateful = {
        m for m in apps.get_models() if m._meta.app_label in rooms and any(f.name == "state" for f in m._meta.fields)
    }
    assert stateful - WORKFLOWS.keys() == set()
