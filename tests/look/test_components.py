"""Components: everything a policy of 'self' refuses is absent, errors are tied to their fields, what was typed is kept."""

import re
from pathlib import Path

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string

from edsh_portal.forms import CentsField, Form, ModelForm
from edsh_portal.workflow import Refused

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
PAGES = [path for path in TEMPLATES.rglob("*.html") if "pdf" not in path.relative_to(TEMPLATES).parts]


class Asked(Form):
    duration = forms.IntegerField(label="Durée")
    summary = forms.CharField(label="Résumé", max_length=10, widget=forms.Textarea, help_text="Court.")
    asked = CentsField(label="Aide", max_cents=100_000, required=False)
    kind = forms.ChoiceField(label="Type", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_inline_style_script_or_handler(path):
    text = path.read_text()
    assert re.findall(r"<style|<script(?! src)|\sstyle=|\son[a-z]+=|javascript:|\ssrc=[\"']?(?:https?:)?//", text) == []
    engines["django"].from_string(text)


CELL = re.compile(r"<td\b((?:[^>{]|{[{%].*?[%}]})*)>", re.S)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_figure_of_a_table_that_becomes_rows_on_a_phone_has_its_label(path):
    """A total too: its head is out of sight."""
    tables = re.findall(r"<table\s[^>]*?table-rows.*?</table>", path.read_text(), re.S)
    cells = [cell for table in tables for cell in CELL.findall(table) if re.search(r'class="[^"]*\bnum\b', cell)]
    assert [cell for cell in cells if "data-label" not in cell] == []


@pytest.fixture
def gallery(client, db):
    return client.get("/demo/composants/").content.decode()


def test_gallery_draws_everything(gallery):
    for name in (
        "task-list",
        "summary-list",
        "error-summary",
        "timeline",
        "diff",
        "confirm",
        "gauge",
        "bars",
        "map",
        "pagination",
        "tabs",
    ):
        assert f'class="{name}' in gallery, name
    assert "<progress" in gallery
    assert " style=" not in gallery
    assert "data:" not in gallery


def test_the_indentation_of_templates_is_not_sent():
    drawn = render_to_string(
        "components/empty.html", {"title": "Rien", "text": "Pas encore.", "url": "#", "action": "Créer"}
    )
    assert (TEMPLATES / "components" / "empty.html").read_text().count("\n  ") >= 3
    assert "Créer" in drawn and not re.search(r"\n[ \t]", drawn)


def test_errors_are_tied_to_their_field():
    form = Asked({"duration": "48", "summary": "x" * 12, "asked": "1 000,01", "kind": "a"})
    form.refuse(Refused("Ramenez la durée à 40 mois.", code="R12", field="duration"))
    page = form["duration"].as_field_group()
    assert 'id="id_duration_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_duration_error"' in page
    assert 'value="48"' in page
    assert form.errors.as_data()["duration"][0].code == "R12"
    assert "1\u202f000,00\u00a0€" in form.errors["asked"][0]
    summary = render_to_string("components/error_summary.html", {"form": form})
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_duration", "id_summary", "id_asked"]


def test_a_refusal_without_field_stands_above():
    form = Asked({"duration": "12", "summary": "x", "kind": "a"})
    form.refuse(Refused("Le dossier a été déposé entre-temps.", code="W01"))
    form.refuse(Refused("Un champ d’une autre page.", field="elsewhere"))
    assert len(form.non_field_errors()) == 2
    assert "entre-temps" in render_to_string("components/error_summary.html", {"form": form})


def test_long_text_is_counted_not_cut():
    drawn = Asked()["summary"].as_field_group()
    assert "maxlength" not in drawn
    assert 'data-limit="10"' in drawn and 'data-counter="id_summary"' in drawn
    assert 'aria-describedby="id_summary_helptext"' in drawn


def test_choices_are_a_fieldset_reached_from_the_summary():
    form = Asked({})
    drawn = form["kind"].as_field_group()
    assert "<fieldset" in drawn and "<legend" in drawn and 'aria-describedby="id_kind_error"' in drawn
    target = re.search(r'href="#(id_kind[^"]*)"', render_to_string("components/error_summary.html", {"form": form}))[1]
    assert f'id="{target}"' in drawn
    names = re.findall(r'\sid="([^"]+)"', drawn)
    assert sorted(names) == sorted(set(names))


def test_cents():
    class Amount(Form):
        amount = CentsField(required=False)

    form = Amount({"amount": "1 234,56 €"}, initial={"amount": 123456})
    assert form.is_valid() and form.cleaned_data == {"amount": 123456}
    assert not form.has_changed()
    empty = Amount({"amount": " "})
    assert empty.is_valid() and empty.cleaned_data == {"amount": None}
    wrong = Amount({"amount": "1,234"})
    assert not wrong.is_valid() and wrong.has_changed()
    assert "1,234" in wrong["amount"].as_field_group()
    assert 'value="1\u202f234,56"' in Amount(initial={"amount": 123456})["amount"].as_field_group()


def test_a_model_form_never_saves():
    with pytest.raises(NotImplementedError):
        ModelForm.save(None)


def test_hidden_and_absent_are_the_same_bytes():
    assert render_to_string("errors/403.html") == render_to_string("errors/404.html")
    assert (TEMPLATES / "errors" / "403.html").read_bytes() == (TEMPLATES / "errors" / "404.html").read_bytes()


@pytest.mark.parametrize("code", ["400", "403", "404", "405", "413", "500", "csrf"])
def test_error_pages_need_no_context(code):
    page = render_to_string(f"errors/{code}.html")
    assert page.count("<h1>") == 1
    assert "{{" not in page
