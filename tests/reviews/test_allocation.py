"""The solver: no rule broken, the best by every allocation tried one by one, a true and minimal cause when there is none; the command."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given, settings

from reviews.allocation import Dossier, Expert, Instance, causes
from reviews.allocation.solver import solve
from tests.reviews import populations
from tests.reviews.populations import every, need_sound, need_true_and_minimal, worth

SHOWN = {
    "k": 2,
    "dossiers": [{"id": "D1", "skills": ["a", "b"], "region": "N"}, {"id": "D2", "skills": ["c"], "region": "S"}],
    "experts": [
        {"id": "E1", "skills": ["a", "c"], "capacity": 2, "region": "N", "employer": "H"},
        {"id": "E2", "skills": ["b"], "capacity": 1, "region": "S"},
        {"id": "E3", "skills": [], "capacity": 2, "region": "S"},
    ],
    "conflicts": [["E3", "D1"]],
    "fixed": [],
}


def need_best(instance: Instance) -> None:
    places, why = causes(instance)
    best = max((worth(instance, pairs) for pairs in every(instance)), default=None)
    if best is None:
        assert why
        need_true_and_minimal(instance, why)
        return
    assert why == []
    found = solve(instance, places, proof=30)
    need_sound(instance, found.pairs)
    told = found.least, found.total, -found.squares, -found.repeats
    assert worth(instance, found.pairs) == told == best
    assert found.bounds == {"least": told[0], "total": told[1], "squares": -told[2], "repeats": -told[3]}


ALL_FIXED = Instance(
    1, [Dossier("d", frozenset(), "n")], [Expert("e", frozenset(), 1, "n")], frozenset(), frozenset({(0, 0)})
)


@settings(max_examples=60)
@given(populations.small())
@example(ALL_FIXED)
def test_the_best_or_the_true_cause_of_small_populations(instance):
    need_best(instance)


def test_a_wave_of_sixty_is_proved_the_best_and_no_dossier_worse_off_than_by_flow():
    instance = populations.wide(60, 40, 1, skew=1.2)
    places, why = causes(instance)
    assert why == []
    found = solve(instance, places)
    need_sound(instance, found.pairs)
    flow = worth(instance, populations.min_cost_flow(instance))
    assert found.least > flow[0]
    assert found.total <= flow[1]
    assert found.bounds | {"repeats": 0} == {
        "least": found.least,
        "total": found.total,
        "squares": found.squares,
        "repeats": 0,
    }


def test_a_wave_short_of_two_places_says_where_and_how_many():
    wide = populations.wide(60, 40, 2, slack=1)
    short = sum(e.capacity for e in wide.experts) - 180
    experts = [*wide.experts]
    experts[0] = replace(experts[0], capacity=experts[0].capacity - short - 2)
    _places, why = causes(replace(wide, experts=experts))
    assert [cause.need - cause.places for cause in why] == [2]
    assert sum(change.places for change in why[0].changes) == 2


def allocate(tmp_path: Any, said: Any) -> dict[str, Any]:
    file = tmp_path / "instance.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    out = io.StringIO()
    call_command("allocate", str(file), stdout=out)
    return json.loads(out.getvalue())


def test_the_command_answers_as_published(tmp_path):
    answer = allocate(tmp_path, SHOWN)
    assert answer.pop("seconds") < 5
    assert answer == {
        "assignments": [["E1", "D1"], ["E1", "D2"], ["E2", "D1"], ["E3", "D2"]],
        "least": 1,
        "total": 3,
        "loads": {"E1": 2, "E2": 1, "E3": 1},
        "balance": {"squares": 6, "repeats": 2},
        "bound": {"least": 1, "total": 3, "squares": 6, "repeats": 2},
        "gap": {"least": 0, "total": 0, "squares": 0, "repeats": 0},
    }


def test_the_command_says_what_forbids_and_what_would_do(tmp_path):
    answer = allocate(tmp_path, SHOWN | {"conflicts": [["E3", "D1"], ["E2", "D1"]]})
    assert answer == {
        "impossible": [
            {
                "dossiers": ["D1"],
                "experts": ["E1"],
                "need": 2,
                "places": 1,
                "skills": ["b"],
                "changes": [{"change": "expert", "dossiers": ["D1"], "places": 1, "skills": ["a", "b"]}],
                "why": "Le dossier D1 demande 2 places d’expert ; on peut lui en offrir 1.",
            }
        ]
    }


WRONG = {
    "no json": ("{", "n’est pas du JSON (ligne 1)."),
    "no object": ("[]", "L’instance est un objet JSON"),
    "no k": (SHOWN | {"k": "3"}, "« k » de l’instance est un nombre entier, au moins 1."),
    "no dossier": (SHOWN | {"dossiers": []}, "« dossiers » est vide ou absent : donnez-en au moins un."),
    "twice": (SHOWN | {"dossiers": [{"id": "D1"}, {"id": "D1"}]}, "« D1 » est deux fois dans « dossiers »."),
    "nameless": (
        SHOWN | {"dossiers": [{"skills": []}]},
        "Chaque élément de « dossiers » a un « id », texte ou nombre entier.",
    ),
    "capacity": (
        SHOWN | {"experts": [{"id": "E1", "capacity": "deux"}]},
        "« capacity » de E1 est un nombre entier, au moins 0.",
    ),
    "skills": (
        SHOWN | {"experts": [{"id": "E1", "capacity": 1, "skills": "a"}]},
        "« skills » de E1 est une liste de textes.",
    ),
    "region": (SHOWN | {"experts": [{"id": "E1", "capacity": 1, "region": []}]}, "« region » de E1 est un texte."),
    "available": (
        SHOWN | {"experts": [{"id": "E1", "capacity": 1, "available": 1}]},
        "« available » de E1 vaut true ou false.",
    ),
    "unknown": (SHOWN | {"conflicts": [["E9", "D1"]]}, "« conflicts » nomme E9, qui n’est pas dans « experts »."),
    "triple": (SHOWN | {"fixed": [["E1", "D1", 3]]}, "« fixed » est une liste de paires : l’expert, puis le dossier."),
    "pairs": (SHOWN | {"fixed": {}}, "« fixed » est une liste, d’objets pour les dossiers et les experts."),
    "conflict": (
        SHOWN | {"fixed": [["E3", "D1"]]},
        "« fixed » donne à E3 le dossier D1, alors que « conflicts » les met en conflit.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path, name):
    said, sentence = WRONG[name]
    with pytest.raises(CommandError) as refused:
        allocate(tmp_path, said)
    assert sentence in str(refused.value)


def test_a_file_that_is_not_there_is_a_sentence_too(tmp_path):
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("allocate", str(tmp_path / "none.json"))
