"""The search finds a word inside names, whatever its case and accents, among what this person sees."""

from typing import Any

import pytest
from django.urls import reverse

from applications.models import Application
from directory.actions import fold
from tests.reviews import world as evaluating


@pytest.fixture
def stage(db, client, set_clock):
    world = evaluating.build(set_clock)
    client.force_login(world.driss)
    return world, lambda q: client.get(reverse("dashboards:search"), {"q": q}).context


def found(told: Any) -> list[int]:
    return [row.pk for row in told["applications"]]


def test_a_word_is_found_inside_names(stage: Any) -> None:
    world, search = stage
    dossier = world.dossiers[0]
    body = dossier.coordinator
    for q in (body.name[1:], body.name.upper(), fold(body.name)):
        told = search(q)
        assert body in told["establishments"] and dossier.pk in found(told)  # by who coordinates it
    for q in (dossier.acronym[1:].lower(), dossier.reference[2:-1].lower()):
        told = search(q)
        assert {row.pk: row.stage for row in told["applications"]}[dossier.pk] == "admissible"
    told = search("zzzz")
    assert (found(told), told["establishments"], told["decisions"]) == ([], [], [])


def test_the_newest_come_first_among_those_that_one_sees(stage: Any) -> None:
    world, search = stage
    seen = Application.objects.visible_to(world.driss)
    told = found(search("EDSH-"))
    assert told == sorted((held.pk for held in seen), reverse=True) and len(told) == len(world.dossiers)
