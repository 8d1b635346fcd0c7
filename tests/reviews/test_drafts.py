"""The draft of a wave: solved around what is held and locked, stopped, corrected by hand, sent through the verb that asks an expert."""

import pytest
from django.urls import reverse

from directory import actions as directory
from edsh_portal import events
from edsh_portal.models import Delivery
from edsh_portal.refusal import Refused
from reviews import actions, reactions, staffing
from reviews.models import Allocation, Assignment
from tests.pages import tight

from .test_pages import queries
from .world import later

SKILLS = {"claire": ["cancer"], "chloe": ["cancer", "droit"], "paul": ["droit"]}


@pytest.fixture
def wave(world):
    """Three experts say what they know; the projects of every dossier speak of cancer."""
    for name, skills in SKILLS.items():
        expert = world.people[name]
        actions.write_profile(expert, skills=skills, capacity=3, languages=["fr"], by=expert)
    return world


def solved(world, k=2):
    """The draft once the worker has answered."""
    draft = actions.ask_allocation(world.wave, k, by=world.driss)
    delivery = Delivery.objects.get(event__kind="allocation.asked", event__subject_id=draft.pk, state="todo")
    assert events.run(delivery.pk)
    draft.refresh_from_db()
    return draft


def placed(draft):
    return {(p.application.acronym, p.expert.full_name.split()[0], p.locked) for p in draft.placements.all()}


def read(answer):
    return tight(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def matrix(world, at):
    return read(at(world.driss, reverse("reviews:matrix") + "?releve=1"))


def test_what_a_dossier_needs_is_proposed_by_its_content_then_set(wave, at):
    dossier = wave.dossiers[0]
    url = reverse("reviews:need", args=[dossier.reference])
    assert 'value="cancer" id="id_skills_0" checked' in read(at(wave.driss, url))
    assert at(wave.driss, url, {"skills": ["droit", "imagerie"]}).status_code == 302
    assert dossier.need.skills == ["droit", "imagerie"]
    with pytest.raises(Refused):
        actions.set_need(dossier, ["chimie"], by=wave.driss)


def test_the_solver_leaves_what_is_held_or_locked_and_shuns_links(wave):
    directory.affiliate(wave.claire, wave.hospitals[1], kind="employee", by=None)
    actions.assign(wave.dossiers[0], wave.paul, by=wave.driss)
    draft = solved(wave)
    assert not draft.solving and draft.progress == 100
    assert (draft.answer["least"], draft.answer["total"], draft.answer["gap"]["total"]) == (1, 3, 0)
    given = {("EDS0", "Chloe"), ("EDS1", "Chloe"), ("EDS1", "Paul"), ("EDS2", "Chloe"), ("EDS2", "Paul")}
    assert placed(draft) == {(dossier, name, False) for dossier, name in given}
    actions.lift(draft, wave.dossiers[0], wave.chloe, by=wave.driss)
    actions.place(draft, wave.dossiers[2], wave.paul, by=wave.driss)
    with pytest.raises(Refused):
        actions.place(draft, wave.dossiers[1], wave.claire, by=wave.driss)
    draft = solved(wave)
    assert placed(draft) == {(dossier, name, (dossier, name) == ("EDS2", "Paul")) for dossier, name in given}
    made = actions.send_allocation(draft, later(days=20), by=wave.driss)
    assert len(made) == 5 and Assignment.objects.count() == 6
    assert Allocation.objects.get().sent_at
    with pytest.raises(Refused):
        actions.place(draft, wave.dossiers[2], wave.claire, by=wave.driss)


def test_a_stopped_round_changes_nothing_even_answered_later(wave):
    draft = actions.ask_allocation(wave.wave, 2, by=wave.driss)
    with pytest.raises(Refused):
        actions.place(draft, wave.dossiers[0], wave.claire, by=wave.driss)
    actions.stop_allocation(draft, by=wave.driss)
    asked = Delivery.objects.get(event__kind="allocation.asked", state="todo")
    assert reactions.allocate(asked.event) is None
    actions.keep_answer(draft, 1, [(wave.claire.pk, wave.dossiers[0].pk)], {})
    assert not draft.placements.exists()


def test_an_impossible_draft_says_what_would_do(wave, at):
    draft = solved(wave, 4)
    assert draft.answer["impossible"]
    page = matrix(wave, at)
    assert "Aucune répartition ne convient." in page
    assert "Inscrire une personne de plus pour" in page


def test_the_page_places_and_tells_and_sends(wave, at):
    ask = reverse("reviews:ask_allocation", args=[1])
    assert at(wave.driss, ask, {"k": "12"}).status_code == 302
    assert not Allocation.objects.exists()
    assert at(wave.driss, ask, {"k": "2"}).status_code == 302
    draft = Allocation.objects.get()
    assert "Le calcul est en cours." in matrix(wave, at)
    at(wave.driss, reverse("reviews:stop_allocation", args=[draft.pk]), {})
    dossier, url = wave.dossiers[0], reverse("reviews:place", args=[draft.pk])
    at(wave.driss, url, {"cell": f"put:{dossier.pk}:{wave.chloe.pk}"})
    told = f"{dossier.reference} : 1 expert, niveau 1 ; Chloe Essai : charge 1 sur 3."
    assert told in matrix(wave, at)
    at(wave.driss, url, {"cell": f"put:{dossier.pk}:0"})
    assert "Cette case n’est plus dans la grille" in matrix(wave, at)
    send = reverse("reviews:send_allocation", args=[draft.pk])
    assert "1 affectations, 1 dossiers, 1 experts." in read(at(wave.driss, send))
    assert at(wave.driss, send, {"due_on": "2022-10-01"}).status_code == 422
    assert at(wave.driss, send, {"due_on": "2022-12-01"}).status_code == 302
    assert Assignment.objects.get().expert == wave.chloe
    chosen = f"{reverse('reviews:assignments', args=[wave.dossiers[1].reference])}?choix={wave.paul.pk}"
    assert read(at(wave.driss, chosen)).count(" checked") == 1
    assert at(wave.claire, send).status_code == 403


def test_links_and_steps_back_shut_a_cell(wave):
    directory.affiliate(wave.claire, wave.hospitals[1], kind="employee", by=None)
    assignment = actions.assign(wave.dossiers[0], wave.paul, by=wave.driss)
    actions.recuse(assignment, "Un lien.", by=wave.paul)
    first, second, third = (dossier.pk for dossier in wave.dossiers)
    assert staffing.shut([first, second, third], [wave.claire.pk, wave.paul.pk]) == {
        (wave.claire.pk, first): "CHU 1 est candidat dans la même relève",
        (wave.claire.pk, second): "même employeur : CHU 1",
        (wave.claire.pk, third): "CHU 1 est candidat dans la même relève",
        (wave.paul.pk, first): "Déport",
    }


def test_the_page_of_a_wave_costs_fifteen_queries_at_most(wave, at, settings, client):
    settings.CHROME = "tests.reviews.world.bare"
    actions.assign(wave.dossiers[0], wave.paul, by=wave.driss)
    solved(wave)
    assert queries(client, wave.driss, reverse("reviews:matrix") + "?releve=1") == 13
    assert matrix(wave, at).count('class="cell placed"') == 5


def test_who_steps_back_is_replaced_in_order(wave, at):
    dossier = wave.dossiers[0]
    actions.assign(wave.dossiers[1], wave.claire, by=wave.driss)
    actions.recuse(actions.assign(dossier, wave.paul, by=wave.driss), "Un lien.", by=wave.paul)
    found = staffing.replacements(dossier, wave.wave.closes_at.date())
    assert [(one.person.full_name, one.met, one.load) for one in found] == [
        ("Chloe Essai", ["Cancer"], 0),
        ("Claire Essai", ["Cancer"], 1),
    ]
    page = read(at(wave.driss, reverse("reviews:assignments", args=[dossier.reference])))
    assert "Remplacements proposés" in page and "Chloe Essai</a>: Cancer, charge 0 sur 3" in page
