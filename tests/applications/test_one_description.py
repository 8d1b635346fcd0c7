"""A field is declared once: what a section does not declare is nowhere; one line more in it, and the field is everywhere."""

import json
import uuid
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from applications import actions, printing
from applications.content import annex, freeze
from applications.content.differences import differences
from applications.content.fields import SECTIONS
from applications.content.fields.kinds import Choice
from applications.models import Printout
from applications.shapes import grid
from edsh_portal.statements import written_once
from edsh_portal.workflow import Refused

from .test_pages import page, signed

NAME, SAID, WORDS, LABEL = "procedure", "mr004", "Méthodologie de référence MR-004", "Procédure réglementaire"


@pytest.fixture
def describe(monkeypatch):
    """Puts in place a copy of the section of the projects; the question that a content asks is then written anew."""

    def put(**fields):
        monkeypatch.setitem(SECTIONS, "projects", replace(SECTIONS["projects"], fields=fields))
        monkeypatch.setattr(freeze, "_question", written_once(freeze._question.__wrapped__))

    return put


def saved_alone(client, dossier, key):
    body = {"place": "projects", "known": 0, "keys": [key]}
    body["saves"] = [{"key": key, "text": SAID, "read": 0, "id": str(uuid.uuid4())}]
    answer = client.post(reverse("applications:sync", args=[dossier.reference]), json.dumps(body), "application/json")
    return answer.json()["saved"][0]["status"] == "saved"


def saved_by_its_form(dossier, project, by):
    try:
        actions.save_row(dossier, "projects", row=project, by=by, **{NAME: SAID})
    except TypeError:
        return False
    return True


def refused_in_its_words(dossier, project, by):
    try:
        actions.save_row(dossier, "projects", row=project, by=by, **{NAME: "mr999"})
    except (TypeError, Refused) as wrong:
        return isinstance(wrong, Refused) and wrong.field == NAME
    return False


def where(client, world, dossier):
    """The windows in which the field is found, once something was said of it."""
    project, alice = dossier.projects.order_by("pk").first(), world.cast.alice
    key, before = f"projects.{project.pk}.{NAME}", freeze.content(dossier)
    found = {"form": f'data-key="{key}"' in client.get(page("project", dossier, project.pk)).content.decode()}
    found["autosave"] = saved_alone(client, dossier, key)
    found["verb"] = saved_by_its_form(dossier, project, alice)
    found["refusal"] = refused_in_its_words(dossier, project, alice)
    history = client.get(page("history", dossier, key))
    found["history"] = history.status_code == 200 and LABEL in history.content.decode()
    content = freeze.content(dossier)
    found["content"] = content["projects"][0].get(NAME) == SAID
    told = [(change.label, change.after) for change in differences(before, content)]
    found["differences"] = told == [(f"Projet « {project.title} » : {LABEL.lower()}", WORDS)]
    found["page"] = WORDS in client.get(page("check", dossier)).content.decode()
    drawn = Printout(application=dossier, of=dossier.wave.settings, content=content)
    found["draft on paper"] = WORDS in render_to_string("pdf/draft.html", printing.context(drawn))
    blank = Printout(of=dossier.wave.settings, content={})
    found["blank form"] = LABEL in render_to_string("pdf/form.html", printing.context(blank))
    return found


def test_what_a_section_does_not_declare_is_nowhere_and_one_line_puts_it_everywhere(client, world, ready, describe):
    signed(client, world.cast.alice)
    fields = dict(SECTIONS["projects"].fields)
    del fields[NAME]
    describe(**fields)
    found = where(client, world, ready)
    assert found == dict.fromkeys(found, False)
    describe(**fields, **{NAME: Choice()})
    assert where(client, world, ready) == dict.fromkeys(found, True)
    version = actions.submit(ready, by=world.cast.sophie)
    assert [project[NAME] for project in version.content["projects"]] == [SAID, "", ""]
    assert version.sha256 == freeze.digest(version.content)


# ── the sources of a funding plan, which the API and the spreadsheets hold too ───────────────────────────────────────
def in_windows(client, dossier):
    member = dossier.memberships.get(role="coordinator")
    content = freeze.content(dossier)
    said = client.get(f"/api/v1/applications/{dossier.reference}/budget/").json()["members"]
    cells = [str(cell.value) for sheet in annex.write(content, [2023]) for row in sheet.rows for cell in row]
    return {
        "form": 'name="public_cents"' in client.get(page("budget", dossier, member.pk)).content.decode(),
        "content": "public_cents" in content["members"][0]["plan"],
        "totals": "public_cents" in content["totals"],
        "API": "public_cents" in said[0]["plan"],
        "sheet": "Autres aides publiques" in cells,
    }


def test_a_source_of_the_funding_plan_is_one_line(client, world, ready, monkeypatch):
    signed(client, world.cast.alice)
    found = in_windows(client, ready)
    assert found == dict.fromkeys(found, True)
    monkeypatch.delitem(grid.PLAN, "public_cents")
    assert in_windows(client, ready) == dict.fromkeys(found, False)
