"""The pages of the depth of a dossier: what is typed is saved or kept, what was deposited without it is still read."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications import actions
from applications.content import socle_sheet
from applications.models import SocleItem, Version
from applications.shapes import mesh, socle
from edsh_portal import sheets
from edsh_portal.intake import workbook
from edsh_portal.walls import tables
from tests.pages import tight

from . import world as made
from .test_pages import page, reads, signed


@pytest.fixture
def alice(client, world):
    signed(client, world.cast.alice)
    return world.cast.alice


def test_the_mesh_by_hand(client, world, ready, alice):
    form = {"name": "Entrepôt", "level": "local", "hds_certified": "yes", "snds_main": "no", "cnil_on": "2022-01-02"}
    added = client.post(page("add_warehouse", ready), {"name": "Entrepôt"})
    held = ready.warehouses.get()
    assert added["Location"] == page("warehouse", ready, held.pk)
    assert client.post(added["Location"], form)["Location"] == page("warehouses", ready)
    held.refresh_from_db()
    assert (held.hds_certified, held.snds_main, held.cnil_on.isoformat()) == (True, False, "2022-01-02")
    text = client.get(page("warehouse", ready, held.pk)).content.decode()
    assert '<option value="yes" selected>' in text and 'value="2022-01-02"' in text
    again = client.post(page("warehouse", ready, held.pk), form | {"site_finess": "12", "site": "Ici"})
    assert again.status_code == 422 and 'value="Ici"' in again.content.decode()
    chosen = {"local-warehouses": [held.pk], "local-reason": "Au plus près", "shared-why_not_lower": ""}
    assert client.post(page("function", ready, "collect"), chosen)["Location"] == page("warehouses", ready)
    assert [p.level for p in ready.functions.all()] == ["local"]
    too_long = client.post(page("function", ready, "collect"), {"local-reason": "x" * 1001})
    assert too_long.status_code == 422 and "1000 au plus" in too_long.content.decode()
    assert client.get(page("function", ready, "cooking")).status_code == 404
    matching = {"kind": "cohort", "name": "Constances", "warehouse": held.pk, "procedure": "mr004"}
    client.post(page("add_matching", ready), {"kind": "cohort", "name": "Constances"})
    row = ready.matchings.get()
    assert client.post(page("matching", ready, row.pk), matching)["Location"] == page("warehouses", ready)
    assert client.post(page("matching", ready, row.pk), matching | {"kind": "autre"}).status_code == 422
    asked = client.get(page("remove_warehouse", ready, held.pk)).content.decode()
    assert "ainsi que\u00a0: 1 appariement prévu, sa place dans 1 fonction." in asked and ready.warehouses.exists()
    assert client.post(page("remove_matching", ready, row.pk)).status_code == 302
    assert client.post(page("remove_warehouse", ready, held.pk)).status_code == 302
    assert not ready.warehouses.exists()


def test_a_finding_alone_is_a_sentence_and_several_share_their_advice(client, world, ready, alice):
    def findings():
        text = tight(client.get(page("warehouses", ready)).content.decode())
        found = re.search(r'<ul class="findings">(.*?)<h2', text, re.S)
        parts = "<ul>|<li>|<p>|Préciser|La fonction[^.<]*|Indiquez quel[^.<]*|À revoir"
        return re.findall(parts, found[1]) if found else []

    actions.save_row(ready, "warehouses", name="Entrepôt breton", level="local", by=alice)
    gap = "La fonction «\xa0{}\xa0» n’est assurée à aucun niveau"
    advice = "Indiquez quel entrepôt s’en charge, et à quel niveau"
    facts = [gap.format(function.label) for function in mesh.Function]
    told = [
        part for fact in facts for part in ("<li>", fact, "Préciser", fact)
    ]  # the link says to the ear what it mends
    assert findings() == ["<li>", "À revoir", "<ul>", *told, "<p>", advice]
    node = ready.warehouses.get()
    for function in mesh.Function.values[1:]:
        typed = {"local-warehouses": [node.pk], "local-reason": "Au plus près."}
        client.post(page("function", ready, function), typed)
    assert findings() == ["<li>", "À revoir", "<p>", facts[0], advice, "Préciser", facts[0]]


def test_26_the_level_comes_first_and_those_that_are_not_used_are_folded(client, world, ready, alice):
    node = actions.save_row(ready, "warehouses", name="Entrepôt breton", level="local", by=alice)

    def levels() -> list[tuple[bool, str]]:
        html = client.get(page("function", ready, "collect")).content.decode()
        found = re.findall(
            r'<details class="more level"( open)?><summary><strong>([^<]+)</strong><span class="hint">([^<]+)',
            tight(html),
        )
        return [(bool(opened), f"{label}, {used}") for opened, label, used in found]

    assert levels() == [
        (False, "Local, non utilisé"),
        (False, "Mutualisé ou thématique, non utilisé"),
        (False, "National, non utilisé"),
    ]
    client.post(page("function", ready, "collect"), {"shared-warehouses": [node.pk]})
    assert levels()[1] == (True, "Mutualisé ou thématique, Entrepôt breton")
    assert [opened for opened, _told in levels()] == [False, True, False]
    refused = client.post(page("function", ready, "collect"), {"national-reason": "x" * 1001}).content.decode()
    assert (
        refused.count('<details class="more level" open>') == 1
    )  # what is typed is in sight, and nothing else is ticked


def test_indicators_by_hand(client, world, ready, alice):
    project = ready.projects.order_by("pk").first()
    typed = {"label": "Délai", "baseline": "12,5", "target": "1 000", "target_on": "2025-01-01"}
    added = client.post(page("add_indicator", ready, project.pk), {"label": "Délai"})
    held = project.indicators.get()
    assert added["Location"] == page("indicator", ready, project.pk, held.pk)
    assert client.post(added["Location"], typed)["Location"] == page("projects", ready)
    held.refresh_from_db()
    assert "ainsi que\u00a0: 1 indicateur." in client.get(page("remove_project", ready, project.pk)).content.decode()
    assert (str(held.baseline), str(held.target)) == ("12.50", "1000.00")
    assert 'value="12,5' in client.get(page("indicator", ready, project.pk, held.pk)).content.decode()
    assert (
        client.post(page("indicator", ready, project.pk, held.pk), {"label": "x", "target": "dix"}).status_code == 422
    )
    assert client.post(page("remove_indicator", ready, project.pk, held.pk)).status_code == 302
    typed = {"title": "P", "outcomes": ["medical", "performance"], "procedure": "mr004", "starts_on": "2023-05-01"}
    client.post(page("project", ready, project.pk), typed)
    project.refresh_from_db()
    assert (project.outcomes, project.procedure) == (["medical", "performance"], "mr004")


def test_the_core_by_hand(client, world, ready, alice):
    held = actions.save_row(ready, "warehouses", name="Entrepôt", by=alice)
    url = page("socle", ready, held.pk)
    assert client.post(url, {"2.1-now": "raw", "2.1-target": "omop"})["Location"] == url
    text = client.get(url).content.decode()
    assert (
        len(re.findall('<select[^>]* name="[^"]+-(?:now|target)"', text)) == 102
        and '<option value="omop" selected>' in text
    )
    seen = reads(client, "socle", ready, held.pk)
    back = client.post(url, {"2.1-now": "omop", "2.1-target": "raw", "2.2-now": "raw", "reads": seen})
    assert back.status_code == 422 and "2.1 : la cible est en deçà" in back.content.decode().replace("\u00a0", " ")
    assert held.states.get().target == "omop"


def sent(client, url, content):
    return client.post(url, {"file": SimpleUploadedFile("grille.xlsx", content)})


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_the_core_goes_out_and_comes_back(client, world, ready, alice, ending):
    held = actions.save_row(ready, "warehouses", name="Entrepôt", by=alice)
    actions.save_row(
        held.application, "socle", row=held, **socle.cells({"2.1": ("raw", "omop"), "1.a.1": ("", "fhir")}), by=alice
    )
    answer = client.get(page("socle_file", ready, held.pk, ending))
    assert answer["Content-Type"] == sheets.WRITERS[ending][1]
    items = list(SocleItem.objects.filter(version=socle.VERSION).order_by("order"))
    table = workbook.read(answer.content).tables[0]
    found, wrong = socle_sheet.read(table, [item.number for item in items])
    assert wrong == [] and len(found) == socle.ITEMS
    assert {number: pair for number, pair in found.items() if any(pair)} == {
        "2.1": ("raw", "omop"),
        "1.a.1": ("", "fhir"),
    }
    actions.save_row(held.application, "socle", row=held, **socle.cells({"2.1": ("", "")}), by=alice)
    back = sent(client, page("fill_socle", ready, held.pk), answer.content)
    assert back.status_code == 200 and '<option value="omop" selected>' in back.content.decode()
    assert "pas encore enregistré" in back.content.decode() and held.states.count() == 1
    assert client.get(page("socle_file", ready, held.pk, "csv")).status_code == 404


def test_a_wrong_spreadsheet_of_the_core_changes_nothing(client, world, ready, alice):
    held = actions.save_row(ready, "warehouses", name="Entrepôt", by=alice)
    url = page("fill_socle", ready, held.pk)
    rows = [("2.1", "Brut", "Cuit"), ("9.9", "Brut", ""), ("2.1", "Brut", ""), ("2.2", "Standardised OMOP", "brut")]
    rows += [("2.3", "exposé en fhir", "Brut"), ("", "Brut", "")]
    cells = [tuple(sheets.Cell(text) for text in (number, "", "", now, target)) for number, now, target in rows]
    head = tuple(sheets.Cell("x") for _ in range(5))
    back = sent(client, url, sheets.write_xlsx([sheets.Sheet("S", (head, *cells))]))
    text = back.content.decode().replace("\u00a0", " ")
    assert back.status_code == 422
    for place in ("E2 :", "A3 :", "A4 :", "D5 :", "E6 :"):
        assert place in text, place
    empty = sent(client, url, sheets.write_xlsx([sheets.Sheet("S", (head,))]))
    assert empty.status_code == 422 and "partez du tableur" in empty.content.decode()
    assert sent(client, url, b"PK not a spreadsheet").status_code == 422
    assert sent(client, url, b"x" * 1_000_001).status_code == 422
    assert client.post(url).status_code == 422 and not held.states.exists()


def test_what_is_said_of_the_snds_is_said_once_and_leads_to_where_it_is_corrected(client, world, ready, alice):
    node = actions.save_row(ready, "warehouses", name="Entrepôt", cnil_status="conforms", snds_main=False, by=alice)
    text = client.get(page("warehouses", ready)).content.decode()
    assert "non apparié" in text and "2021-118" not in text
    matching = actions.save_row(ready, "matchings", kind="snds", name="Chaînage", warehouse=node, by=alice)
    text = client.get(page("warehouses", ready)).content.decode()
    assert "appariement prévu" in text and "non apparié" not in text and "sera apparié" in text.replace("\u00a0", " ")
    findings = tight(text[text.index("2021-118") - 400 :])
    for name, row in (("warehouse", node), ("matching", matching)):
        assert f'<a href="{page(name, ready, row.pk)}">Corriger' in findings, name
    actions.save_row(ready, "warehouses", row=node, name="Entrepôt", cnil_status="conforms", snds_main=True, by=alice)
    text = client.get(page("warehouses", ready)).content.decode()
    assert "<dd>apparié</dd>" in text and "est apparié" in text and "sera apparié" not in text


def test_governance_by_hand(client, world, ready, alice):
    typed = {"cse_exists": "yes", "cse_women": "4", "cse_men": "6", "cse_evidence": "presentation", "charter": "no"}
    assert client.post(page("governance", ready), typed).status_code == 302
    text = client.get(page("governance", ready)).content.decode()
    assert "Parité attendue" in text and "40,0" in text
    left = re.findall(r'<span class="task-note task-missing">([^<]+)', text)
    both = "Réponse et justificatif à apporter"
    assert left == [both, both, both, both, "Justificatif à apporter", both]
    evidence = re.findall(r'<label for="id_\w+_evidence">([^<]+)', tight(text))
    assert (len(evidence), evidence[0]) == (len(set(evidence)), "Preuve\u00a0: comité scientifique et éthique")
    bad = client.post(page("governance", ready), typed | {"cse_women": "quatre", "transparency_url": "http://x"})
    assert bad.status_code == 422 and 'value="quatre"' in bad.content.decode()
    bad = client.post(page("governance", ready), typed | {"transparency_url": "http://x"})
    assert bad.status_code == 422 and "https://" in bad.content.decode()


def test_the_calendar_by_hand(client, world, ready, alice):
    package = ready.packages.first()
    typed = {"work_package": package.pk, "title": "Ouverture", "month": "3"}
    for name in ("milestone", "deliverable"):
        added = client.post(page(f"add_{name}", ready), {"work_package": package.pk, "title": "Ouverture"})
        row = getattr(package, f"{name}s").get()
        assert added["Location"] == page(name, ready, row.pk)
        assert client.post(added["Location"], typed)["Location"] == page("schedule", ready)
        assert client.post(page(name, ready, row.pk), typed | {"month": "0"}).status_code == 422
        assert "<svg" in client.get(page("schedule", ready)).content.decode()
        assert client.post(page(f"remove_{name}", ready, row.pk)).status_code == 302
        assert not getattr(package, f"{name}s").exists()


def test_how_far_a_section_is_comes_from_what_is_written(client, world, ready, alice):
    """One state, everywhere: what is written, until somebody says otherwise."""

    def states():
        rows = client.get(page("sections", ready)).context["rows"]
        listed = [task for part in client.get(page("dossier", ready)).context["sections"] for task in part["tasks"]]
        told = {task["page"]: task["state"] for task in listed if "page" in task}
        found = {row["section"]: row["progress"] for row in rows}
        assert {name: told[name] for name in ("identity", "projects", "perimeters")} == {
            name: found[name] for name in ("identity", "projects", "perimeters")
        }
        return [found[name] for name in ("identity", "answers.ambition", "packages", "mesh", "governance")]

    assert states() == ["done", "doing", "doing", "todo", "todo"]
    for section in ("identity", "mesh"):
        client.post(page("mark_section", ready, section), {"progress": "check"})
    assert states() == ["check", "doing", "doing", "check", "todo"]
    client.post(page("mark_section", ready, "identity"), {"progress": "todo"})
    assert states() == ["done", "doing", "doing", "check", "todo"]


def test_a_refused_form_says_what_is_saved_and_what_was_read(client, world, ready, alice):
    """What comes back is what was typed; beside it, what its page had shown, and where the news of the others begin."""
    package, seen = ready.packages.first(), reads(client, "work_package", ready, ready.packages.first().pk)
    stem = f"packages.{package.pk}"
    actions.save_field(ready, f"{stem}.title", "De Sophie", read_version=1, by=world.cast.sophie)
    typed = {"title": "D’Alice", "summary": "x" * 3001, "reads": seen}
    answer = client.post(page("work_package", ready, package.pk), typed)
    writing = answer.context["form"].writing
    held = json.loads(writing["held"])
    assert answer.status_code == 422 and (held[f"{stem}.title"], held[f"{stem}.summary"]) == (package.title, "")
    told = ready.answers.filter(pk__gt=writing["known"]).values_list("key", "text")
    assert list(told) == [(f"{stem}.title", "De Sophie")]
    assert f'data-key="{stem}.title" data-version="1"' in answer.content.decode()
    member = ready.memberships.get(role="coordinator")
    seen = reads(client, "budget", ready, member.pk)
    answer = client.post(page("budget", ready, member.pk), {"aid_cents": "beaucoup", "reads": seen})
    held = json.loads(answer.context["form"].writing["held"])
    assert answer.status_code == 422 and held[f"budget.{member.pk}.aid_cents"] == "500\u202f000,00"
    assert 'data-changed="yes"' in answer.content.decode()


def test_everything_is_read_again_once_deposited(client, world, ready, alice):
    held = actions.save_row(ready, "warehouses", name="Entrepôt breton", level="shared", snds_main=True, by=alice)
    actions.save_row(
        ready, "functions", row="access", **{"shared-warehouses": [held], "shared-reason": "Guichet"}, by=alice
    )
    actions.save_row(ready, "governance", cse_exists=True, cse_women=4, cse_men=4, cse_evidence="to_join", by=alice)
    actions.save_row(ready, "milestones", work_package=ready.packages.first(), title="Revue", month=6, by=alice)
    actions.submit(ready, by=world.cast.sophie)
    signed(client, world.cast.driss)
    text = client.get(page("version", ready, 1)).content.decode()
    for words in ("Entrepôt breton", "Guichet", "2021-118", "Parité atteinte", "à joindre", "Jalon : Revue"):
        assert words in text.replace("\u00a0", " "), words
    signed(client, world.cast.nadia)
    assert "Entrepôt breton" not in client.get(page("dossier", ready)).content.decode()


def test_all_of_the_dossier_is_in_what_its_readers_read(client, world, ready):
    """Officer, auditor and paper have no other page of the grids than the content."""
    made.deepen(world, ready)
    package, member = ready.packages.get(number=1), ready.memberships.get(role="coordinator")
    actions.save_row(
        ready,
        "packages",
        row=package,
        title="Pilotage",
        summary="Réunir les équipes.",
        leader=member,
        by=world.cast.alice,
    )
    actions.submit(ready, by=world.cast.sophie)
    client.force_login(world.cast.driss)
    text = client.get(page("version", ready, 1)).content.decode()
    tables = text.split("Dépenses du ")[1:]
    assert [table.partition(",")[0] for table in tables] == ["CHU de Rennes", "CHU de Brest"]
    rows = [
        re.sub("<[^>]+>", " ", row).split()
        for row in re.findall("<tr.*?</tr>", tight(tables[0].partition("</table>")[0]))
    ]
    assert [" ".join(row) for row in rows] == [
        "Lot et catégorie 2023 2024 Total",
        "Sans lot 200 000,00 200 000,00",
        "Hébergement et cloud HDS 200 000,00 200 000,00",
        "Lot 1. Pilotage 600 000,00 600 000,00",
        "Personnel non permanent 600 000,00 600 000,00",
    ]
    plain = " ".join(re.sub("<[^>]+>", " ", text).split())
    for words in (
        "Responsable : CHU de Rennes Réunir les équipes.",
        "Partenaires associés Université de Bretagne",
        "Toutes taxes comprises : la TVA n’est pas récupérée Hors des aides d’État",
        "Aides de minimis déjà reçues : 0,12 €",
        "Brut aujourd’hui, Standardisé OMOP visé (1) 1.a.1 Numéro d’inscription au Répertoire (NIR)",
    ):
        assert words in plain, words


def test_reference_data_is_nobodys_to_write():
    assert tables()["applications_socleitem"].grants == ("SELECT",)
    assert Version.grants == ("SELECT", "INSERT")
