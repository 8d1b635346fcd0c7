"""The terms of the letters: proposed by one, approved by the direction, never changed; what others changed meanwhile is told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from calls import actions
from calls.models import LetterTerms
from calls.models.letters import TERMS, terms_of
from calls.seed import LETTERS, seed_letters
from calls.verify import verify_letter_terms
from edsh_portal import acts
from edsh_portal.workflow import Refused
from tests.database import by_hand
from tests.reviews import world as evaluated

SOURCES = ("FR2030",)


@pytest.fixture
def world(db, set_clock):
    return evaluated.build(set_clock)


def propose(world, terms, **more):
    return actions.propose_letter_terms(world.call, terms, sources=SOURCES, by=world.driss, **more)


def refused(world, terms, **more):
    with pytest.raises(Refused) as no:
        propose(world, terms, **more)
    return no.value.code, no.value.field


def test_07_the_terms_are_set_by_two_people_and_dated(world):
    before = terms_of(world.call, evaluated.REVIEWING)
    assert before == {name: default for name, (_label, default) in TERMS.items()}
    asked = propose(world, {"place": " Lyon ", "programme_FR2030": "424", "unknown": "x"})
    assert terms_of(world.call, evaluated.REVIEWING) == before
    with pytest.raises(Refused) as no:
        acts.approve(asked, by=world.driss)
    assert no.value.code == "A04"
    with pytest.raises(PermissionDenied):
        acts.approve(asked, by=world.victor)
    held = acts.approve(asked, by=world.dora)
    assert held.terms == {name: text for name, text in before.items() if text} | {
        "place": "Lyon",
        "programme_FR2030": "424",
    }
    assert terms_of(world.call, held.set_at)["place"] == "Lyon"
    assert [(fact.before, fact.after) for fact in acts.KINDS["letters.set"].facts(asked, world.call)] == [
        ("Paris", "Lyon"),
        ("", "424"),
    ]
    with pytest.raises(PermissionDenied):
        actions.propose_letter_terms(world.call, {"place": "Brest"}, sources=SOURCES, by=world.jean)


def test_07_what_is_wanting_or_unchanged_is_refused(world):
    assert refused(world, {"place": "Paris"}) == ("S20", None)
    assert refused(world, {"ministry": " "}) == ("S21", "ministry")
    assert refused(world, {"signing": "stamp"}) == ("S21", "signing")
    propose(world, {"place": "Lyon"})
    assert refused(world, {"place": "Brest"}) == ("A01", None)


def test_07_what_another_has_changed_meanwhile_is_told(world):
    shown = terms_of(world.call, evaluated.REVIEWING)
    acts.approve(propose(world, {"place": "Lyon"}), by=world.dora)
    assert refused(world, {"place": "Brest"}, read=shown)[0] == "W04"
    kept = acts.approve(
        propose(world, {"place": "Paris", "court": "tribunal administratif de Lyon"}, read=shown), by=world.dora
    )
    assert (kept.terms["place"], kept.terms["court"]) == ("Lyon", "tribunal administratif de Lyon")


def test_07_the_database_refuses_other_terms_than_the_act(world, monkeypatch):
    asked = propose(world, {"place": "Lyon"})
    create = LetterTerms.objects.create
    monkeypatch.setattr(LetterTerms.objects, "create", lambda **row: create(**(row | {"terms": {}})))
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        acts.approve(asked, by=world.dora)
    assert caught.value.__cause__.sqlstate == "EP010"
    monkeypatch.undo()
    seed = LetterTerms.objects.count()
    acts.approve(asked, by=world.dora)
    assert LetterTerms.objects.count() == seed + 1 and [*verify_letter_terms()] == []
    with pytest.raises(DatabaseError), by_hand():
        LetterTerms.objects.update(terms={})


def test_07_the_demonstration_says_that_its_numbers_are_fictitious(world):
    seed_letters(world.call, proposer=world.driss, by=world.dora)
    held = LetterTerms.objects.get().terms
    assert held["signing"] == "dispensed" and "fictive" in LETTERS["specifications"]
    assert all(
        "fict" in text.lower()
        for name, text in held.items()
        if name.endswith(("_FR2030", "_ONDAM")) and name != "programme_FR2030"
    )
