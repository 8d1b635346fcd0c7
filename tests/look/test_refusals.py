"""What a form says of a field that is empty or wrong: in the words of the house, never one of Django's own sentences."""

import ast
import inspect
from collections.abc import Iterator

import messages
import pytest
from django import forms
from django.core import validators
from django.urls import get_resolver
from django.utils import translation

from edsh_portal.forms import CentsField, Form, Refusals

get_resolver().url_patterns  # noqa: B018 - every form of the portal is loaded


def kinds(of: type) -> Iterator[type]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def stock() -> set[int]:
    """Every sentence that Django itself may put on a form, by identity."""
    own = [vars(kind).get("default_error_messages", {}) for kind in (forms.Field, *kinds(forms.Field)) if kind.__module__.startswith("django.")]  # fmt: skip
    held = [sentence for messages in own for sentence in messages.values()]
    for _name, validator in inspect.getmembers(validators):
        message = getattr(validator, "message", None) or getattr(validator, "messages", None)
        held += message.values() if isinstance(message, dict) else [message]
    return {id(sentence) for sentence in held}


STOCK = stock()
PORTAL = sorted(
    {kind for kind in kinds(Refusals) if kind.__module__.split(".")[0] not in ("tests", "edsh_portal")},
    key=lambda kind: (kind.__module__, kind.__name__),
)


def refusals(form: forms.BaseForm) -> list[tuple[str, object]]:
    return [(name, error.message) for name, errors in form.errors.as_data().items() for error in errors]


def test_the_forms_are_found():
    assert len(PORTAL) > 40
    assert {room.__module__.split(".")[0] for room in PORTAL} == {
        "applications", "calls", "casework", "dashboards", "decisions", "demo", "directory", "funding", "reviews",
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["", "?" * 20_000, "-1", "\x00"], ids=["empty", "garbage", "negative", "invisible"])
@pytest.mark.parametrize("kind", PORTAL, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_form_speaks_in_the_words_of_django(kind, typed, db):
    fields = dict(kind.base_fields)
    if typed == "\x00":  # no list that a page shows holds it, and Django asks no field for that sentence
        fields = {name: field for name, field in fields.items() if not isinstance(field, forms.ModelChoiceField)}
    sample = type("Sample", (Form,), fields)(dict.fromkeys(fields, typed), {})
    assert [(name, str(said)) for name, said in refusals(sample) if id(said) in STOCK] == []


def test_each_kind_of_field_says_what_to_do():
    class Asked(Form):
        name = forms.CharField(max_length=3)
        months = forms.IntegerField(min_value=1)
        day = forms.DateField()
        kind = forms.ChoiceField(choices=[("a", "A")])
        aid = CentsField()
        file = forms.FileField()
        own = forms.IntegerField(error_messages={"required": "Donnez une note."})

    with translation.override("fr"):
        assert {name: str(said) for name, said in refusals(Asked({}, {}))} == {
            "name": "Remplissez ce champ : il est obligatoire.",
            "months": "Indiquez un nombre.",
            "day": "Indiquez un jour.",
            "kind": "Choisissez une réponse.",
            "aid": "Indiquez un montant, par exemple 1 234,56.",
            "file": "Choisissez un fichier.",
            "own": "Donnez une note.",
        }
        wrong = Asked({"name": "quatre", "months": "0", "day": "31/02/2023", "kind": "b", "own": "1"}, {})
        assert [wrong.errors[name][0] for name in ("name", "months", "day", "kind")] == [
            "Ce texte compte 6 caractères : 3 au plus. Raccourcissez-le.",
            "Indiquez un nombre d’au moins 1.",
            "Indiquez un jour qui existe.",
            "Choisissez une des valeurs proposées.",
        ]


def test_what_a_verb_refuses_goes_onto_the_form_in_one_way():
    """`carried`: no page catches a refusal only to put it on its form."""
    by_hand = [
        f"{page.relative_to(messages.ROOT)}:{node.lineno}"
        for page in sorted(messages.ROOT.glob("*/views/*.py"))
        for node in ast.walk(ast.parse(page.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "refuse"
    ]
    assert by_hand == []
