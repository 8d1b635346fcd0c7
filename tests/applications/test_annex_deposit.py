"""C10: the annex is made by the portal at the deposit and frozen with it; one joined by hand is compared, and what a workbook
hides or holds twice is named and refused."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import actions, reactions, rules
from applications.content import annex, freeze
from applications.models import BudgetLine, Version, VersionFile
from applications.rules.annex import read as told
from applications.shapes import grid
from edsh_portal import documents, events, money, sheets
from edsh_portal.intake import desk, workbook
from edsh_portal.models import Delivery, Document, Event
from edsh_portal.sheets import Cell, Sheet
from edsh_portal.verify import findings

from . import world as made
from .test_annex import CASES, NAMED, r40, upload, verdict
from .test_pages import page, signed
from .test_verbs import refusal

YEARS = [2023, 2024]
KINDS = list(BudgetLine.Category.values)
budgets = st.dictionaries(
    st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from(KINDS), st.integers(2021, 2026)),
    st.integers(min_value=1, max_value=money.LARGEST - 1),
    max_size=30,
)
plans = st.fixed_dictionaries({name: st.integers(min_value=0, max_value=money.LARGEST - 1) for name in grid.PLAN})
names = st.text(min_size=1, max_size=60)


def member(pk, name, cells, plan):
    lines = [{"work_package": p, "category": c, "year": y, "cents": v} for (p, c, y), v in sorted(cells.items())]
    return {"membership": pk, "name": name, "lines": lines, "plan": plan}


def whole(*members):
    return {
        "reference": "EDSH-1-0001",
        "identity": {"starts_on": "2023-01-01", "months": 24},
        "members": list(members),
        "work_packages": [{"number": 1, "title": "Pilotage"}, {"number": 2, "title": "=1+1"}],
    }


def compared(content, *files):
    """What R40 finds of these files, each of one member or (None) of the whole dossier; through JSON, as a piece keeps it."""
    pieces = [
        {"code": annex.CODE, "membership": whose, "annex": json.loads(json.dumps(annex.kept(workbook.read(file))))}
        for whose, file in files
    ]
    return annex.differences(content["members"], pieces)


# ── the portal's own ─────────────────────────────────────────────────────────────────────────────────────────────────
@settings(max_examples=60, deadline=None)
@given(budgets, budgets, plans, plans, names, names, st.sampled_from(sorted(sheets.WRITERS)))
def test_13_10_any_budget_written_and_read_back_differs_in_nothing(one, two, plan, other, name, second, ending):
    content = whole(member(7, name, one, plan), member(8, second, two, other))
    file = sheets.WRITERS[ending][0](annex.of_deposit(content))
    assert compared(content, (None, file)) == {"read": True, "faults": [], "cells": []}
    assert compared(content, (7, file), (8, file)) == {"read": True, "faults": [], "cells": []}
    assert sheets.WRITERS[ending][0](annex.of_deposit(content)) == file


def work(kind):
    for pk in list(Delivery.objects.filter(event__kind=kind, state="todo").order_by("pk").values_list("pk", flat=True)):
        events.run(pk)


def without_annex(ready, by):
    for piece in ready.pieces.filter(code=annex.CODE, replaced_at=None):
        actions.remove_piece(piece, by=by)


def test_13_10_the_annex_is_made_at_the_deposit_and_frozen_with_it(client, world, ready):
    without_annex(ready, world.cast.alice)
    assert verdict(ready).message.startswith("Annexe établie par le portail") and verdict(ready).ok
    version = actions.submit(ready, by=world.cast.sophie)
    assert version.content["annex"] is None and not version.files.filter(code=VersionFile.ANNEX).exists()
    work("application.submitted")
    held = version.files.select_related("document").get(code=VersionFile.ANNEX)
    content = documents.read(held.document)
    assert (
        held.document.scan == Document.Scan.ISSUED and held.document.name == "annexe-financiere-AR-EDSH-1-0001-v1.xlsx"
    )
    assert compared(version.content, (None, content)) == {"read": True, "faults": [], "cells": []}
    assert content == sheets.write_xlsx(annex.of_deposit(Version.objects.get(pk=version.pk).content))
    issued = Event.objects.get(kind="receipt.issued")
    assert issued.data["annex"] == held.document.sha256
    table = documents.Kept(held.document.sha256, held.document.size)
    receipt = render_to_string("pdf/receipt.html", reactions.receipt.receipt_context(version, table))
    assert held.document.sha256 in receipt and "Annexe financière, établie par le portail" in receipt
    signed(client, world.cast.driss)
    shown = client.get(page("version", ready, 1)).content.decode()
    assert page("version_file", ready, 1, held.pk) in shown and held.document.sha256 in shown
    assert client.get(page("version_file", ready, 1, held.pk)).content == content
    assert [found for found in findings() if found.name.startswith("reception")] == []


def test_13_10_a_draft_shows_the_annex_as_it_would_be(client, world, ready):
    without_annex(ready, world.cast.alice)
    signed(client, world.cast.alice)
    for name in ("pieces", "budgets", "check"):
        assert page("annex_file", ready, "xlsx") in client.get(page(name, ready)).content.decode()
    said = client.get(page("pieces", ready)).content.decode()
    assert "Établie par le portail au dépôt" in said
    would = client.get(page("annex_file", ready, "xlsx")).content
    version = actions.submit(ready, by=world.cast.sophie)
    assert would == sheets.write_xlsx(annex.of_deposit(version.content))


# ── joined by hand ───────────────────────────────────────────────────────────────────────────────────────────────────
RENNES, BREST = "CHU de Rennes", "CHU de Brest"
PLAN = dict.fromkeys(grid.PLAN, 0)
CONTENT = whole(
    member(7, RENNES, {(1, "training", 2023): 12_000_00}, PLAN | {"aid_cents": 12_000_00}),
    member(8, BREST, {(0, "staff", 2024): 5_00}, PLAN),
)
BOOK = "xl/workbook.xml"


def parts(file):
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def edited(file, part, old, new):
    """The workbook with one thing changed in one of its parts."""
    held = parts(file)
    changed = re.sub(old.encode(), new.encode(), held[part], count=1)
    assert changed != held[part]
    return made.packed(held | {part: changed})


def portal(content=CONTENT, *more, ending="xlsx"):
    return sheets.WRITERS[ending][0]([*annex.write(content, YEARS), *more])


def renamed(sheet, name):
    return replace(sheet, name=name)


def unmarked(sheet):
    return replace(sheet, name="Copie", rows=((Cell("Annexe"),), *sheet.rows[1:]))


def copy(**changes):
    """The sheet of Rennes once more, with other amounts."""
    other = whole(member(7, RENNES, {(1, "training", 2023): 99}, PLAN))
    return replace(annex.write(other, YEARS)[0], **changes)


NOTE = Sheet("Notes", ((Cell("à relire"),),))
SHEET1, ODS = "xl/worksheets/sheet1.xml", "content.xml"
HOSTILE = {
    "a second sheet of a member": (portal(CONTENT, copy(name="Rennes bis")), "du même membre"),
    "a hidden copy": (
        edited(portal(CONTENT, copy(name="Rennes bis")), BOOK, 'name="Rennes bis"', 'name="Rennes bis" state="hidden"'),
        "la feuille « Rennes bis » est masquée (affichez-la ou supprimez-la)",
    ),
    "a very hidden copy": (
        edited(portal(CONTENT, copy(name="R")), BOOK, 'name="R"', 'name="R" state="veryHidden"'),
        "la feuille « R » est masquée, et aucun menu ne l’affiche",
    ),
    "the sheet itself hidden": (
        edited(portal(), BOOK, f'name="{RENNES}"', f'name="{RENNES}" state="hidden"'),
        "la feuille « CHU de Rennes » est masquée",
    ),
    "a sheet without its mark": (portal(CONTENT, unmarked(copy())), "la feuille « Copie » n’est pas une feuille de l’annexe"),
    "every sheet without its mark": (
        sheets.write_xlsx([unmarked(copy())]),
        "la feuille « Copie » n’est pas une feuille de l’annexe du portail",
    ),
    "a sheet of notes": (portal(CONTENT, NOTE), "la feuille « Notes » n’est pas une feuille de l’annexe"),
    "a hidden row": (
        edited(portal(), SHEET1, '<row r="8"', '<row r="8" hidden="1"'),
        "la ligne 8 de la feuille « CHU de Rennes » est masquée (affichez-la)",
    ),
    "rows of no height": (
        edited(
            edited(portal(), SHEET1, '<row r="8"', '<row r="8" ht="0" customHeight="1"'),
            SHEET1, '<row r="9"', '<row r="9" ht="0.5"',
        ),
        "les lignes 8, 9 de la feuille « CHU de Rennes » sont masquées",
    ),
    "a hidden column": (
        edited(portal(), SHEET1, '<col min="4"', '<col hidden="1" min="4"'),
        "de la feuille « CHU de Rennes »",
    ),
    "of nobody": (portal(whole(*CONTENT["members"], member(99, "Intrus", {}, PLAN))), "« Intrus » n’est celle d’aucun membre"),
    "a member's that is missing": (portal(whole(CONTENT["members"][0])), "la feuille du membre « CHU de Brest » manque"),
    "hidden in OpenDocument": (
        edited(portal(ending="ods"), ODS, f'<table:table table:name="{RENNES}"', f'<table:table table:display="false" table:name="{RENNES}"'),
        "la feuille « CHU de Rennes » est masquée",
    ),
    "hidden by its style in OpenDocument": (
        edited(
            edited(
                portal(ending="ods"), ODS, "<office:automatic-styles>",
                '<office:automatic-styles><style:style style:name="ta9" style:family="table">'
                '<style:table-properties table:display="false"/></style:style>',
            ),
            ODS, f'<table:table table:name="{RENNES}"', f'<table:table table:style-name="ta9" table:name="{RENNES}"',
        ),
        "la feuille « CHU de Rennes » est masquée",
    ),
    "a filtered row in OpenDocument": (
        edited(portal(ending="ods"), ODS, "<table:table-row>", '<table:table-row table:visibility="filter">'),
        "la ligne 1 de la feuille « CHU de Rennes » est masquée",
    ),
    "a folded group in OpenDocument": (
        edited(
            portal(ending="ods"), ODS, "<table:table-row>(.*?)</table:table-row>",
            r'<table:table-row-group table:display="false"><table:table-row>\1</table:table-row></table:table-row-group>',
        ),
        "la ligne 1 de la feuille « CHU de Rennes » est masquée",
    ),
    "a collapsed column in OpenDocument": (
        edited(portal(ending="ods"), ODS, "<table:table-column ", '<table:table-column table:visibility="collapse" '),
        "la colonne A de la feuille « CHU de Rennes » est masquée",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_13_10_what_a_workbook_hides_or_holds_twice_is_named_and_refused(case):
    file, sentence = HOSTILE[case]
    found = r40(rules.Dossier(annex=told(compared(CONTENT, (None, file)))))
    assert found.blocks and sentence in found.message
    assert not re.search(r"\d-[a-z]+-\d{4}|_cents", found.message)


def test_13_10_columns_that_are_thin_by_default_are_hidden_too():
    thin = edited(
        edited(portal(), SHEET1, "<cols>.*</cols>", ""),
        SHEET1,
        "<sheetFormatPr ",
        '<sheetFormatPr defaultColWidth="0" ',
    )
    found = r40(rules.Dossier(annex=told(compared(CONTENT, (None, thin)))))
    assert "les colonnes A, B, C, D, E, F de la feuille « CHU de Rennes » sont masquées (affichez-les)" in found.message


def test_13_10_a_sheet_that_is_only_renamed_or_moved_is_met():
    first, second = annex.write(CONTENT, YEARS)
    empty = Sheet("Feuil3", ())
    file = sheets.write_xlsx([renamed(second, "B"), renamed(first, "A"), empty])
    assert compared(CONTENT, (None, file)) == {"read": True, "faults": [], "cells": []}


def test_13_10_messages_name_the_line_the_member_and_the_year():
    said = whole(member(7, RENNES, {}, PLAN | {"aid_cents": 1}), member(8, BREST, {(0, "staff", 2024): 5_01}, PLAN))
    found = r40(rules.Dossier(annex=told(compared(CONTENT, (None, portal(said))))))
    assert found.message == (
        "L’annexe jointe est à corriger : "
        "CHU de Rennes, lot 1, Formation, 2023 : 0,00\u00a0€ dans l’annexe, 12\u202f000,00\u00a0€ dans le formulaire ; "
        "CHU de Rennes, Aide demandée : 0,01\u00a0€ dans l’annexe, 12\u202f000,00\u00a0€ dans le formulaire ; "
        "CHU de Brest, non réparti, Personnel non permanent, 2024 : 5,01\u00a0€ dans l’annexe, 5,00\u00a0€ dans le formulaire."
    )
    assert found.blocks and NAMED.categories["staff"] == "Personnel non permanent"


def test_13_10_an_amount_that_is_none_names_its_line_and_its_cell():
    rows = [list(row) for row in annex.write(CONTENT, YEARS)[0].rows]
    at = next(n for n, row in enumerate(rows) if len(row) > 3 and row[2].value == "Formation")
    rows[at][3] = Cell("12k")
    sheet = replace(annex.write(CONTENT, YEARS)[0], rows=tuple(map(tuple, rows)))
    file = sheets.write_xlsx([sheet, annex.write(CONTENT, YEARS)[1]])
    found = r40(rules.Dossier(annex=told(compared(CONTENT, (None, file)))))
    assert found.message.endswith(
        f": CHU de Rennes, lot 1, Formation, 2023, feuille « CHU de Rennes », cellule D{at + 1} : ce n’est pas un montant."
    )


def test_13_10_a_hostile_annex_blocks_the_deposit_until_it_is_taken_back(world, ready):
    alice, rennes = world.cast.alice, ready.memberships.get(role="coordinator")
    held = freeze.content(ready)
    first, second = annex.write(held, actions.years(ready))
    plain = sheets.write_xlsx([first, replace(first, name="Bis"), second])
    file = edited(plain, BOOK, 'name="Bis"', 'name="Bis" state="veryHidden"')
    piece = actions.add_piece(ready, annex.CODE, file, name="a.xlsx", membership=rennes, by=alice)
    assert made.examined() == [True]
    assert refusal(actions.submit, ready, by=world.cast.sophie)[0] == "R40"
    assert "la feuille « Bis » est masquée" in verdict(ready).message
    actions.remove_piece(piece, by=alice)
    assert not verdict(ready).blocks
    without_annex(ready, alice)
    assert actions.submit(ready, by=world.cast.sophie).number == 1


def test_13_10_the_sheet_that_fills_a_budget_hides_nothing_either(client, world, ready):
    rennes = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    first, second = annex.write(freeze.content(ready), actions.years(ready))
    twice = sheets.write_xlsx([first, replace(first, name="Bis"), NOTE])
    url = page("fill_budget", ready, rennes.pk)
    answer = client.post(url, upload(twice))
    assert answer.status_code == 422
    assert "Les feuilles « CHU de Rennes » et « Bis » sont du même membre (n’en gardez qu’une)." in plain(answer)
    hidden = edited(sheets.write_xlsx([first, second]), SHEET1, '<row r="8"', '<row r="8" hidden="1"')
    assert "La ligne 8 de la feuille « CHU de Rennes » est masquée" in plain(client.post(url, upload(hidden)))
    others = sheets.write_xlsx([first, second, NOTE])  # what does not speak of this member is of no matter here
    assert client.post(url, upload(others)).status_code == 200


def plain(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ")


def test_13_10_what_is_hidden_crosses_the_cage():
    file = edited(
        edited(portal(), SHEET1, '<row r="8"', '<row r="8" hidden="1"'), BOOK, f'name="{BREST}"', f'name="{BREST}" state="hidden"'
    )  # fmt: skip
    first, second = desk.workbook_now(file).tables
    assert (first.hidden, first.hidden_rows, second.hidden, second.hidden_rows) == ("", {7}, "hidden", set())
    hidden = edited(portal(), SHEET1, '<col min="4"', '<col hidden="1" min="4"')
    assert desk.workbook_now(hidden).tables[0].hidden_columns >= {3}


def test_13_10_workbooks_that_another_program_wrote():
    """Both saved by openpyxl from the portal's annex of CONTENT: its sheet renamed; everything that can be hidden or copied."""
    renamed_ = compared(CONTENT, (None, (CASES / "annexe_renamed.xlsx").read_bytes()))
    assert renamed_ == {"read": True, "faults": [], "cells": []}
    found = compared(CONTENT, (None, (CASES / "annexe_hidden_copied.xlsx").read_bytes()))
    assert found["faults"] == [
        ["rows", "Rennes", "8, 12, 13"],
        ["columns", "Rennes", "E"],
        ["hidden", "Copie masquée", ""],
        ["veryHidden", "Copie très masquée", ""],
        ["twice", "Copie", "Rennes"],
        ["unmarked", "Sans repère", ""],
    ]
