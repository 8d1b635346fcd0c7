"""Differences between two frozen contents: nothing when they are equal, each change once, in the words of the pages."""

import copy

import pytest

from applications import actions
from applications.content import freeze
from applications.content.differences import Change, differences

from .world import deepen


@pytest.fixture
def content(world, ready):
    return freeze.content(ready)


def changed(content, **sections):
    return copy.deepcopy(content) | sections


def test_none_when_equal(content):
    assert differences(content, copy.deepcopy(content)) == []


def test_identity(content):
    after = copy.deepcopy(content)
    after["identity"] |= {"title": "Un entrepôt normand", "goal": "", "starts_on": "2023-02-01", "months": None}
    assert differences(content, after) == [
        Change("identity", "Titre du projet", "text", "Un entrepôt breton", "Un entrepôt normand"),
        Change("identity", "Objet du projet", "value", "Constituer un entrepôt", ""),
        Change(
            "identity", "Début des travaux", "value", "dimanche 1er\u00a0janvier 2023", "mercredi 1er\u00a0février 2023"
        ),
        Change("identity", "Durée, en mois", "value", "24", ""),
    ]


def test_answers_those_of_another_call_included(content):
    after = changed(content, answers={"ambition": "Relier trois hôpitaux.", "ancienne": "Oui."})
    assert differences(content, after) == [
        Change("answers-ambition", "Ambition de l’entrepôt", "text", "Relier deux hôpitaux.", "Relier trois hôpitaux."),
        Change("answers-ancienne", "ancienne", "text", "", "Oui."),
    ]


def test_projects_perimeters_and_associated(content):
    after = copy.deepcopy(content)
    gone = after["projects"].pop(0)
    after["projects"][0]["partners"] = [after["associated"][0]["id"], 999]
    after["perimeters"][0]["depth"] = "Vingt ans"
    after["associated"][0] |= {"siren": "732829320"}
    assert differences(content, after) == [
        Change("projects", f"Projet « {gone['title']} » : titre", "text", "Projet 0", ""),
        Change("projects", f"Projet « {gone['title']} » : thème", "text", "Cancer", ""),
        Change("projects", f"Projet « {gone['title']} » : résumé", "text", "Résumé.", ""),
        Change(
            "projects",
            f"Projet « {gone['title']} » : partenaires associés qui y participent",
            "value",
            "Université de Bretagne",
            "",
        ),
        Change(
            "projects",
            "Projet « Projet 1 » : partenaires associés qui y participent",
            "value",
            "",
            "999, Université de Bretagne",
        ),
        Change("perimeters", "Périmètre 1 : profondeur", "text", "Dix ans", "Vingt ans"),
        Change(
            "members", "Partenaire associé", "value", "Université de Bretagne", "Université de Bretagne (732829320)"
        ),
    ]


def test_members_budgets_and_totals(content):
    after = copy.deepcopy(content)
    brest = after["members"][1]
    brest["work"] = "Autres travaux."
    brest["lines"] = [{"work_package": 1, "category": "staff", "year": 2023, "cents": 61_000_000}]
    brest["plan"]["aid_cents"] = 51_000_000
    after["totals"] |= {"expenses_cents": 141_000_000, "aid_cents": 101_000_000}
    assert [(change.label, change.before, change.after) for change in differences(content, after)] == [
        ("Travaux sur l’entrepôt : CHU de Brest", "Intégrer les sources.", "Autres travaux."),
        ("CHU de Brest · Hébergement et cloud HDS 2024", euros("200 000,00"), euros("0,00")),
        ("CHU de Brest · Lot 1 · Personnel non permanent 2023", euros("600 000,00"), euros("610 000,00")),
        ("CHU de Brest · aide demandée", euros("500 000,00"), euros("510 000,00")),
        ("Total des dépenses", euros("1 600 000,00"), euros("1 410 000,00")),
        ("Total de l’aide demandée", euros("1 000 000,00"), euros("1 010 000,00")),
    ]


def euros(text):
    return text.replace(" ", "\u202f") + "\u00a0€"


def test_a_member_gone(content):
    after = changed(content, members=content["members"][:1])
    told = [(change.label, change.before, change.after) for change in differences(content, after)]
    given = (
        "donné le mardi 20\u00a0septembre 2022 à 10:30:00, heure de Paris sur 800\u202f000,00\u00a0€ de dépenses, dont"
    )
    assert told[:3] == [
        ("Membre", "CHU de Brest", ""),
        ("Travaux sur l’entrepôt : CHU de Brest", "Intégrer les sources.", ""),
        (
            "Mandat : CHU de Brest",
            f"{given} 500\u202f000,00\u00a0€ d’aide et 300\u202f000,00\u00a0€ d’autofinancement",
            "",
        ),
    ]
    assert len(told) == 7


def test_pieces_by_requirement_and_member(world, ready, content):
    after = copy.deepcopy(content)
    gone, bytes_only, renamed = (
        next(piece for piece in after["pieces"] if piece["code"] == "presentation"),
        *(piece for piece in after["pieces"] if piece["code"] == "annexe-financiere"),
    )
    after["pieces"].remove(gone)
    bytes_only["sha256"] = "0" * 64
    renamed |= {"name": "nouveau.xlsx", "sha256": "1" * 64}
    told = differences(content, after)
    assert [(change.label, change.kind) for change in told] == [
        ("Annexe financière · CHU de Rennes", "value"),
        ("Annexe financière · CHU de Brest", "value"),
        ("Présentation du projet", "value"),
    ]
    assert told[0].after.endswith("SHA-256 000000000000…") and "SHA-256" in told[0].before
    assert told[1].after.startswith("nouveau.xlsx, ") and "SHA-256" not in told[1].after
    assert told[2].after == ""


def test_from_one_deposit_to_the_next(world, ready):
    first = actions.submit(ready, by=world.cast.sophie)
    actions.save_field(ready, "answers.quality", "Des tests.", read_version=0, by=world.cast.alice)
    second = actions.submit(ready, by=world.cast.sophie)
    assert differences(first.content, second.content) == [
        Change("answers-quality", "Données, qualité et standards", "text", "", "Des tests.")
    ]
    assert differences(second.content, first.content) == [
        Change("answers-quality", "Données, qualité et standards", "text", "Des tests.", "")
    ]


def blanked(content, key):
    """The content with nothing under `key`."""
    empty = {dict: {}, list: [], str: "", int: 0}.get(type(content[key]))
    return copy.deepcopy(content) | {key: empty}


def test_no_part_of_a_dossier_changes_unseen(world, ready):
    """Each key of a content, emptied, is a difference; but what names the dossier and what is computed from the rest."""
    deepen(world, ready)
    content = freeze.content(ready)
    unseen = set()
    for key in content:
        if key in ("identity", "totals", "answers"):
            continue  # their own tests, above
        if content[key] and not differences(content, blanked(content, key)):
            unseen.add(key)
    assert unseen == {"format", "reference", "call", "wave", "settings", "socle_version", "annex"}


def test_the_depth_in_words(world, ready):
    before = freeze.content(ready)
    deepen(world, ready)
    told = {(change.label, change.before, change.after) for change in differences(before, freeze.content(ready))}
    assert {
        ("Entrepôt « Entrepôt breton » : nom de l’entrepôt", "", "Entrepôt breton"),
        ("Entrepôt « Entrepôt breton » : niveau", "", "Local"),
        ("Entrepôt « Entrepôt breton » : établissement qui le porte", "", world.brest.name),
        ("Entrepôt « Entrepôt breton » : socle commun, 1.a.1", "", "Brut → Standardisé OMOP"),
        ("Collecte · Local : pourquoi à ce niveau", "", "Au plus près."),
        ("Collecte · Local : entrepôts", "", "Entrepôt breton"),
        ("Appariement « Cohorte » : entrepôt", "", "Entrepôt breton"),
        ("Gouvernance : un comité scientifique et éthique est en place", "", "oui"),
        ("Gouvernance : femmes qui y siègent", "", "4"),
        ("Lot 1. Ouverture : mois du projet", "", "6"),
        ("Lot 1. Rapport : mois du projet", "", "12"),
    } <= {(label.replace("\u00a0", " "), *rest) for label, *rest in told}
