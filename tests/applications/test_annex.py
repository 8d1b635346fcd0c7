"""The grid, its sheet and the annex: one arithmetic everywhere, errors that name their cell, and R40."""

import io
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from applications import actions, rules
from applications.content import annex, freeze
from applications.forms.budget import BudgetForm
from applications.models import BudgetLine
from applications.rules import facts
from applications.rules.annex import UNCOMPUTED
from applications.rules.annex import read as told
from applications.shapes import grid
from edsh_portal import money, sheets
from edsh_portal.intake import desk, workbook
from edsh_portal.sheets import Amount, Cell, Sheet, Table, Uncomputed, Workbook
from tests.pages import tight

from . import world as made
from .test_pages import page, signed
from .test_rules import BOUNDS
from .test_verbs import refusal

ENDINGS = sorted(sheets.WRITERS)
YEARS = [2023, 2024, 2025]
PACKAGES = {1: "Pilotage", 2: "=Sources"}
amounts = st.dictionaries(
    st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from(BudgetLine.Category.values), st.sampled_from(YEARS)),
    st.integers(min_value=1, max_value=10**10),
    max_size=40,
)
plans = st.fixed_dictionaries({name: st.integers(min_value=0, max_value=10**11) for name in grid.PLAN})


def content(cells, plan, pk=7, name="CHU d’essai"):
    lines = [{"work_package": p, "category": c, "year": y, "cents": v} for (p, c, y), v in sorted(cells.items())]
    member = {"membership": pk, "name": name, "lines": lines, "plan": plan}
    return {
        "reference": "EDSH-1-0001",
        "members": [member],
        "work_packages": [{"number": n, "title": t} for n, t in PACKAGES.items()],
    }


def evaluated(sheet):
    """{(row, column): cents} of a sheet to write, its sums computed anew from its amounts, never from the value kept beside."""
    held = {}
    for r, row in enumerate(sheet.rows):
        for c, cell in enumerate(row):
            if isinstance(cell.value, Amount):
                held[r, c] = cell.value.cents or 0
            elif isinstance(cell.value, sheets.Sum):
                parts = [(rectangle, 1) for rectangle in cell.value.of] + [
                    (rectangle, -1) for rectangle in cell.value.less
                ]
                held[r, c] = sum(
                    sign * held.get((y, x), 0)
                    for (a, b, d, e), sign in parts
                    for y in range(a, d + 1)
                    for x in range(b, e + 1)
                )
    return held


@settings(max_examples=60, deadline=None)
@given(amounts, plans)
def test_server_form_and_both_sheets_agree_to_the_cent(cells, plan):
    """Every total: the form's, the sum that the rules see, the formulas recomputed, the values kept in XLSX and in ODS."""
    whole, held = sum(cells.values()), content(cells, plan)
    sums = grid.totals(cells)
    form = BudgetForm(initial=grid.flat(held["members"][0]), years=YEARS, packages=PACKAGES)
    assert (
        form.total()
        == sums[None, None, None]
        == whole
        == facts._member(held["members"][0] | _identity()).expenses_cents
    )
    assert form.balance() == sum(plan.values()) - whole
    (sheet,) = annex.write(held, YEARS)
    recomputed = evaluated(sheet)
    for ending in ENDINGS:
        book = workbook.read(sheets.WRITERS[ending][0]([sheet]))
        (table,) = book.tables
        kept = {place: int(v.scaleb(2)) for place, v in table.cells.items() if place[0] > 5 and place[1] >= 3}
        assert kept == {place: cents for place, cents in recomputed.items() if cents or place in kept}
        row = next(r for r in range(len(sheet.rows)) if table.text(r, 0) == "Total des dépenses")
        assert [kept[row, 3 + n] for n in range(4)] == [*(sums[None, None, year] for year in YEARS), whole]
        (filled,) = annex.read(book)
        said = {name: cents for name, (cents, _cell) in filled.amounts.items()}
        assert (said, filled.errors, filled.membership) == (grid.flat(held["members"][0]), [], 7)
        assert annex.reconcile(grid.flat(held["members"][0]), said) == []


def _identity():
    declared = {"vat": "", "regime": "", "de_minimis_received_cents": 0}
    told = {"kind": "public", "finess": "", "role": "partner", "activity": 0, "work": ""}
    return told | {"declared": declared, "mandate": None}


def test_totals_by_part():
    sums = grid.totals({(1, "staff", 2023): 1, (1, "travel", 2023): 20, (2, "staff", 2024): 300})
    assert [sums[1, None, 2023], sums[1, "staff", None], sums[None, "staff", None], sums[None, None, 2024]] == [
        21,
        1,
        301,
        300,
    ]
    assert (sums[2, None, None], sums[3, None, None], sums[None, None, None]) == (300, 0, 321)
    assert grid.key(grid.field((2, "staff", 2024))) == (2, "staff", 2024)


# ── a sheet that somebody filled ─────────────────────────────────────────────────────────────────────────────────────
HEAD = (annex.ENTRY, "Intitulé du lot", "Catégorie", Decimal(2023), "Total")
TOP = ((annex.MARK,), ("Dossier", "x"), ("Membre", "CHU X"), ("Repère", Decimal(7)), (), HEAD)


def table(*rows, top=TOP):
    cells = {(r, c): v for r, row in enumerate((*top, *rows)) for c, v in enumerate(row) if v is not None}
    return Workbook((Table("CHU X", cells),))


def row(value, package=1, category="Missions"):
    return (Decimal(package), "", category, value)


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        (Decimal("1234.56"), 123456),
        (Decimal("0.1"), 10),
        ("1 234,56", 123456),
        ("1234.56", 123456),
        ("1\u202f234,56\u00a0€", 123456),
        (Decimal("33333.3300000001"), 3333333),
        (Decimal("434.999999"), 43500),
        (Decimal("-0.0000001"), None),
        (Decimal(0), None),
        ("-", None),
        (" - € ", None),
        ("\u00a0-\u00a0\u00a0\u00a0€\u00a0", None),
        ("–", None),
        ("  ", None),
        (None, None),
    ],
)
def test_amounts_as_people_write_them(value, cents):
    (filled,) = annex.read(table(row(value)))
    assert filled.errors == []
    assert filled.amounts == ({} if cents is None else {"1-travel-2023": (cents, "D7")})


@pytest.mark.parametrize(
    "value",
    [
        "12k",
        Decimal("1.234"),
        Decimal("100.005"),
        "100,005",
        Decimal("1.00001"),
        Decimal(-1),
        "-1",
        "€",
        True,
        "#REF!",
        Decimal(10**10),
        "1,234.56",
    ],
)
def test_an_error_names_its_sheet_and_its_cell(value):
    (filled,) = annex.read(table(row(value)))
    assert filled.amounts == {} and filled.unread == [("D7", "1-travel-2023")]
    assert filled.errors[0].startswith("Feuille « CHU X », cellule D7 : « ")
    assert "n’est pas un montant" in filled.errors[0]


CASES = Path(__file__).parents[1] / "cases"


def case(name):
    return (CASES / name).read_bytes()


def test_numbers_as_a_spreadsheet_keeps_them_are_the_cent_they_are_near_to():
    """D14, fill_float.xlsx: 0.3, 1.005 (a third decimal that is meant), 434.9999999999999."""
    (filled,) = annex.read(workbook.read(case("fill_float.xlsx")))
    assert filled.amounts["1-equipment-2022"] == (30, "D9") and filled.amounts["1-equipment-2024"] == (43_500, "F9")
    assert [cell for cell, _field in filled.unread] == ["E9"]
    assert filled.errors == [
        "Feuille « CHU fictif de Valmont », cellule E9 : « 1,005 » n’est pas un montant (en euros, deux décimales au plus, sans signe)."
    ]


def test_a_formula_without_result_is_said_as_such_never_read_as_nothing():
    """D14, fill_formula_without_value.xlsx: through the cage, as a page reads it."""
    (filled,) = annex.read(desk.workbook_now(case("fill_formula_without_value.xlsx")))
    assert filled.uncomputed == {"1-staff-2022": "D7", "1-staff-2023": "E7"}
    assert filled.amounts["1-staff-2024"] == (20_000_000, "F7") and filled.unread == []
    assert not filled.uncomputed.keys() & filled.amounts.keys()
    assert [error.partition(". ")[0] for error in filled.errors] == [
        f"Feuille « CHU fictif de Valmont », cellule {cell} : le fichier ne garde pas le résultat de la formule « {formula} »"
        for cell, formula in (("D7", "=100000+100000"), ("E7", "=D7"))
    ]


def test_r40_says_a_formula_without_result_as_such():
    """D14, annexe_formula_without_value.xlsx: one cell, told once, never « annexe 0,00 »."""
    reading = json.loads(json.dumps(annex.kept(workbook.read(case("annexe_formula_without_value.xlsx")))))
    sheet = next(sheet for sheet in reading["sheets"] if sheet["membership"] == 12)
    form = {name: cents for name, (cents, _cell) in sheet["amounts"].items()} | {"1-staff-2022": 20_000_000}
    lines = [
        dict(zip(("work_package", "category", "year"), grid.key(name), strict=True)) | {"cents": cents}
        for name, cents in form.items()
        if name not in grid.PLAN
    ]
    member = {"membership": 12, "name": "CHU", "lines": lines, "plan": {n: form.get(n, 0) for n in grid.PLAN}}
    piece = {"code": annex.CODE, "membership": 12, "annex": reading}
    found = annex.differences([member], [piece])
    assert found["read"] and [(cell["cell"], cell["said"], cell["asked"]) for cell in found["cells"]] == [
        ("D7", UNCOMPUTED, 20_000_000)
    ]
    verdict = r40(rules.Dossier(annex=told(found)))
    assert verdict.blocks
    assert (
        "CHU, lot 1, Personnel non permanent, 2022, feuille « CHU fictif de Valmont », cellule D7 :"
        " le fichier ne garde pas le résultat de la formule" in verdict.message
    )


def test_a_filled_sheet_with_formulas_without_result_is_told_on_the_page(client, world, ready):
    """D14: nothing is put in the grid, the cells are named."""
    member = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    with zipfile.ZipFile(io.BytesIO(case("fill_formula_without_value.xlsx"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    at = "xl/worksheets/sheet1.xml"
    mine = parts | {at: parts[at].replace(b't="n"><v>12</v>', f't="n"><v>{member.pk}</v>'.encode(), 1)}
    answer = client.post(page("fill_budget", ready, member.pk), upload(made.packed(mine)))
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "cellule D7" in said and "cellule E7" in said and "ne garde pas le résultat de la formule" in said


def test_a_formula_in_place_of_a_label_is_shown_as_it_is():
    (filled,) = annex.read(
        table((Decimal(1), "", Uncomputed("B1"), Decimal(5)), (Uncomputed("A7"), "", "Missions", Decimal(5)))
    )
    assert [cell for cell, _field in filled.unread] == [
        "C7",
        "A8",
    ] and "« =B1 » n’est pas une catégorie" in filled.errors[0]


def test_what_else_may_be_wrong_in_a_sheet():
    book = table(
        row(Decimal(1), category="Truc"),
        (None, "", "Missions", Decimal(1)),
        (Decimal("1.5"), "", "Missions", Decimal(1)),
        row(Decimal(1)),
        row(Decimal(2)),
        ("Total du lot 1", "", "", Decimal(3)),
        ("Total des dépenses", "", "", "ce que l’on veut"),
        (),
        (annex.FUNDING,),
        ("Aide demandée", None, None, Decimal(5)),
        ("Autofinancement", None, None, "rien"),
        ("Une note",),
    )
    (filled,) = annex.read(book)
    assert filled.unread == [("C7", ""), ("A8", ""), ("A9", ""), ("D11", "1-travel-2023"), ("D17", "own_cents")]
    assert filled.amounts == {"1-travel-2023": (100, "D10"), "aid_cents": (500, "D16")}
    assert "« 2,00 », dans la cellule D10" in filled.errors[3]
    top = (*TOP[:5], (annex.ENTRY, "", "", Decimal(2023), "note", "Total"))
    (filled,) = annex.read(table((Decimal(1), "", "Missions", None, Decimal(4), Decimal(4)), top=top))
    assert filled.unread == [("E7", "")] and "pas d’année" in filled.errors[0]
    (filled,) = annex.read(table(top=TOP[:5]))
    assert filled.unread == [("A6", "")]
    assert annex.read(Workbook((Table("Autre", {(0, 0): "Budget"}),))) == []
    (filled,) = annex.read(table(top=((annex.MARK,), (), (), ("Repère", "x"), (), HEAD)))
    assert filled.membership is None


def test_what_the_dossier_cannot_take():
    (filled,) = annex.read(
        table(row(Decimal(1), package=9), row(Decimal(1)), (annex.FUNDING,), ("Aide demandée", "", "", Decimal(1)))
    )
    assert annex.allowed(filled, [1], [2023]) == [
        "Feuille « CHU X », cellule D7 : le lot 9 n’existe pas dans le dossier."
    ]
    assert annex.allowed(filled, [1, 9], [2024])[0].endswith("cellule D7 : l’année 2023 est hors du projet.")
    assert annex.allowed(filled, [1, 9], [2023]) == []


# ── the verb ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_expenses_go_to_packages_and_hold_them(world, ready):
    alice, member = world.cast.alice, ready.memberships.get(role="coordinator")
    first, second = ready.packages.all()
    lines = member.lines.order_by("work_package").values_list("work_package", "category", "cents")
    assert list(lines) == [(first.pk, "staff", 60_000_000), (None, "hosting", 20_000_000)]
    assert refusal(actions.save_budget, member, {(3, "staff", 2023): 1}, {}, by=alice) == ("R30", "3-staff-2023")
    assert refusal(actions.remove_row, first.application, "packages", first, by=alice)[0] == "E05"
    actions.remove_row(second.application, "packages", second, by=alice)
    held = freeze.content(ready)
    assert [p["number"] for p in held["work_packages"]] == [1] and held["format"] == 2
    assert held["members"][0]["lines"] == [
        {"work_package": 0, "category": "hosting", "year": 2024, "cents": 20_000_000},
        {"work_package": 1, "category": "staff", "year": 2023, "cents": 60_000_000},
    ]


def test_a_package_on_which_only_a_removed_member_spent_goes(world, ready):
    alice, brest = world.cast.alice, ready.memberships.get(role="partner")
    second = ready.packages.get(number=2)
    actions.save_budget(brest, {(2, "staff", 2023): 100}, {}, by=world.cast.bruno)
    assert refusal(actions.remove_row, second.application, "packages", second, by=alice)[0] == "E05"
    actions.remove_member(brest, reason="Retrait", by=alice)
    actions.remove_row(second.application, "packages", second, by=alice)
    assert not ready.packages.filter(number=2).exists()


def test_the_years_of_a_budget_never_exceed_the_call_s_longest(world, draft):
    draft.months = 600
    assert len(actions.years(draft)) <= 5


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def upload(content, name="budget.xlsx"):
    return {"file": SimpleUploadedFile(name, content)}


def template(client, url):
    answer = client.get(url)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment;")
    return answer.content


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_sheet_goes_out_comes_back_and_saves_nothing_by_itself(client, world, ready, ending):
    member = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    content = template(client, page("budget_file", ready, member.pk, ending))
    (filled,) = annex.read(workbook.read(content))
    assert filled.membership == member.pk and filled.amounts["1-staff-2023"][0] == 60_000_000
    held = freeze.content(ready)
    cells = held["members"][0]["lines"]
    cells[1]["cents"] = 12_345
    changed = sheets.WRITERS[ending][0](annex.write(held, actions.years(ready), [member.pk]))
    answer = client.post(page("fill_budget", ready, member.pk), upload(changed, f"a.{ending}"))
    said = answer.content.decode()
    assert answer.status_code == 200 and "Rien n’est encore enregistré" in said and "Un montant du tableur" in said
    assert 'value="123,45"' in said and "600\u202f000,00" in said
    assert member.lines.get(category="staff").cents == 60_000_000
    whole = template(client, page("annex_file", ready, ending))
    assert [one.membership for one in annex.read(workbook.read(whole))] == [m["membership"] for m in held["members"]]
    assert client.get(page("annex_file", ready, "csv")).status_code == 404


def test_a_sheet_that_cannot_be_taken_is_told_and_nothing_is_written(client, world, ready):
    rennes, brest = ready.memberships.get(role="coordinator"), ready.memberships.get(role="partner")
    signed(client, world.cast.alice)
    url, before = page("fill_budget", ready, rennes.pk), freeze.digest(freeze.content(ready))

    def told(content):
        answer = client.post(url, upload(content))
        assert answer.status_code == 422
        return answer.content.decode()

    assert "pas sur le modèle" in told(sheets.write_xlsx([Sheet("A", ((Cell("x"),),))]))
    assert "n’est celle de ce membre" in told(template(client, page("budget_file", ready, brest.pk, "xlsx")))
    assert "endommagé" in told(b"PK\x03\x04")
    assert "n’est pas un tableur" in told(made.packed({"a": "b"}))
    held = freeze.content(ready)
    (sheet,) = annex.write(held, actions.years(ready), [rennes.pk])
    rows = [list(r) for r in sheet.rows]
    rows[7][3] = Cell("12k")
    wrong = sheets.write_xlsx([Sheet(sheet.name, tuple(tuple(r) for r in rows))])
    assert "cellule D8\u00a0: «\u00a012k\u00a0» n’est pas un montant" in told(wrong)
    assert client.post(url, {}).status_code == 422
    big = SimpleUploadedFile("a.xlsx", b"a")
    big.size = 10**9
    form = annex_form(big)
    assert not form.is_valid() and form.errors["file"][0].endswith("Réduisez ses images.")
    assert freeze.digest(freeze.content(ready)) == before


def test_a_step_s_address_opened_alone_leads_back_to_its_page(client, world, ready):
    """After a refused sheet the address bar holds it: a reload is refused with a way back, not with a blank page."""
    rennes = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    answer = client.get(page("fill_budget", ready, rennes.pk))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert ways(answer) == [page("budget", ready, rennes.pk), "/"]
    assert ways(client.get(reverse("directory:sign_out"))) == ["/", "/"]


def ways(answer):
    """Where the buttons of this page lead."""
    found = re.findall('class="button" href="([^"]+)', answer.content.decode())
    return [urljoin(answer.request["PATH_INFO"], way) for way in found]


def test_an_amount_in_a_refusal_is_not_broken_at_the_end_of_a_line(client, world, ready):
    rennes = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    answer = client.post(page("budget", ready, rennes.pk), {"1-staff-2023": "12k"})
    assert answer.status_code == 422
    html = tight(answer.content.decode())
    (told,) = re.findall('<li id="id_1-staff-2023_told"[^>]*><a [^>]*>([^<]+)', html)
    assert told.endswith("Écrivez un montant en euros, par exemple 1\u202f234,56 (deux décimales au plus, sans signe).")


def test_26_work_packages_without_an_amount_are_folded(client, world, ready):
    """The third, which holds what is on none, is open here; of a budget that holds nothing yet, the first one is."""
    rennes = ready.memberships.get(role="coordinator")
    url = page("budget", ready, rennes.pk)
    signed(client, world.cast.alice)

    def opened() -> list[bool]:
        folds = re.findall(r"<details( open)?>\s*<summary id=.p\d", client.get(url).content.decode())
        return [bool(one) for one in folds]

    assert opened() == [True, False, True]
    wrong = client.post(url, {"2-staff-2023": "12k"}).content.decode()
    assert re.findall(r"<details( open)?>\s*<summary id=.p\d", wrong) == ["", " open", ""]
    actions.save_budget(rennes, {}, {}, by=world.cast.alice)
    assert opened() == [True, False, False]


def test_26_what_is_wrong_is_told_under_the_grid_and_named_from_its_cell(client, world, ready):
    rennes = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    html = client.post(page("budget", ready, rennes.pk), {"1-staff-2023": "12k"}).content.decode()
    told = 'id="id_1-staff-2023_told"'
    assert html.index('href="#error-summary-title"') < html.index("data-cells") < html.index("</tfoot>")
    assert html.index("</tfoot>") < html.index(told) and html.count(told) == 1
    (cell,) = re.findall(r'<input id="id_1-staff-2023"[^>]*>', html)
    assert 'aria-describedby="id_1-staff-2023_told"' in cell and 'aria-invalid="true"' in cell


def annex_form(file):
    from applications.forms.budget import SheetForm

    return SheetForm({}, {"file": file})


def test_each_reads_every_tab_and_writes_its_own(client, world, ready):
    rennes, brest = ready.memberships.get(role="coordinator"), ready.memberships.get(role="partner")
    signed(client, world.cast.bruno)
    mine, theirs = (client.get(page("budget", ready, m.pk)) for m in (brest, rennes))
    assert mine.status_code == theirs.status_code == 200
    assert 'name="1-staff-2023"' in mine.content.decode() and "grid.js" in mine.content.decode()
    other = theirs.content.decode()
    assert "Lecture seule" in other and "<input" not in other.split("<main")[1].split("</main")[0]
    assert "grid.js" not in other and page("budget", ready, brest.pk) in other
    assert client.post(page("budget", ready, rennes.pk), {}).status_code == 403
    assert client.post(page("fill_budget", ready, rennes.pk), {}).status_code == 403
    assert client.get(page("budget_file", ready, rennes.pk, "ods")).status_code == 200
    signed(client, world.cast.zoe)
    assert client.get(page("annex_file", ready, "ods")).status_code == 404


def test_the_last_deposit_is_recalled_under_what_changed(client, world, ready):
    member = ready.memberships.get(role="coordinator")
    signed(client, world.cast.alice)
    assert "data-was" not in client.get(page("budget", ready, member.pk)).content.decode()
    actions.submit(ready, by=world.cast.sophie)
    assert "<del>" not in client.get(page("budget", ready, member.pk)).content.decode()
    actions.save_budget(member, {(1, "staff", 2023): 1_00, (0, "hosting", 2024): 20_000_000}, {}, by=world.cast.alice)
    said = client.get(page("budget", ready, member.pk)).content.decode()
    assert said.count("<del>") == 3 and "<del>600\u202f000,00</del>" in said and "3 montants diffèrent" in said


def test_the_api_says_the_same_amounts_as_the_pages_and_the_sheets(client, world, ready):
    signed(client, world.cast.alice)
    url = f"/api/v1/applications/{ready.reference}/budget/"
    draft = client.get(url).json()
    held = freeze.content(ready)
    assert (draft["version"], draft["totals"]) == (None, held["totals"])
    assert [m["total_cents"] for m in draft["members"]] == [80_000_000, 80_000_000]
    cells = [
        [{("category" if n == "expense_category" else n): v for n, v in c.items()} for c in m["cells"]]
        for m in draft["members"]
    ]
    assert cells == [m["lines"] for m in held["members"]]
    (filled, _other) = annex.read(workbook.read(template(client, page("annex_file", ready, "xlsx"))))
    said = {grid.field((c["work_package"], c["category"], c["year"])): c["cents"] for c in cells[0]}
    assert said | draft["members"][0]["plan"] == {n: cents for n, (cents, _cell) in filled.amounts.items()} | {
        "public_cents": 0,
        "other_cents": 0,
    }
    actions.submit(ready, by=world.cast.sophie)
    assert client.get(url).json()["version"] == 1
    signed(client, world.cast.nadia)
    assert client.get(url).status_code == 404
    signed(client, world.cast.driss)
    assert client.get(url).json()["totals"]["expenses_cents"] == 160_000_000


# ── R40 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def verdict(application):
    return r40(rules.read(freeze.content(application)), freeze.bounds(application.wave.settings))


NAMED = replace(BOUNDS, categories=dict(BudgetLine.Category.choices))


def r40(read, bounds=NAMED):
    return next(found for found in rules.check(read, bounds) if found.rule == "R40")


def join(world, application, change=lambda held: None):
    """Each member's annex, on the portal's sheet, of the form as `change` leaves it."""
    for member in application.memberships.filter(state="accepted").order_by("pk"):
        held = freeze.content(application)
        change(held)
        content = sheets.write_xlsx(annex.write(held, actions.years(application), [member.pk]))
        actions.add_piece(application, annex.CODE, content, name="a.xlsx", membership=member, by=world.cast.alice)
    assert verdict(application).message.startswith("Non vérifiable") and set(made.examined()) == {True}


def test_an_annex_equal_to_the_form_is_met_and_one_cent_blocks(world, ready):
    join(world, ready)
    assert (verdict(ready).ok, verdict(ready).severity) == (True, "warn")

    def one_cent(held):
        held["members"][0]["lines"][1]["cents"] += 1

    join(world, ready, one_cent)
    found = verdict(ready)
    assert found.blocks and (
        "CHU de Rennes, lot 1, Personnel non permanent, 2023 : 600\u202f000,01\u00a0€ dans l’annexe,"
        " 600\u202f000,00\u00a0€ dans le formulaire" in found.message
    )
    assert refusal(actions.submit, ready, by=world.cast.sophie)[0] == "R40"
    join(world, ready)
    actions.save_budget(ready.memberships.get(role="partner"), {}, {"own_cents": 5}, by=world.cast.bruno)
    assert verdict(ready).blocks and verdict(ready).message.count("CHU de Brest") == 4


def test_another_layout_is_not_verifiable_and_does_not_block(world, ready):
    found = verdict(ready)  # the workbooks of this world are of no layout
    assert (found.ok, found.blocks) == (False, False) and "Non vérifiable" in found.message and found.change
    for held in ready.pieces.filter(code=annex.CODE):
        actions.remove_piece(held, by=world.cast.alice)
    assert (verdict(ready).ok, verdict(ready).message) == (
        True,
        "Annexe établie par le portail à partir du formulaire, au moment du dépôt.",
    )
    assert next(said for said in freeze.read(ready, made.NOW).verdicts if said.rule == "R10").ok


def test_an_annex_of_the_whole_dossier_speaks_for_every_member():
    members = [content({(1, "staff", 2023): 100}, dict.fromkeys(grid.PLAN, 0), pk)["members"][0] for pk in (1, 2)]
    sheet = {
        "membership": 1,
        "name": "A",
        "amounts": {"1-staff-2023": [100, "D7"]},
        "unread": [["B2", ""]],
        "uncomputed": {},
    }
    piece = {"code": annex.CODE, "membership": None, "annex": {"sheets": [sheet], "faults": []}}
    odd = {"member": "CHU d’essai", "sheet": "A", "field": "", "cell": "B2", "said": None, "asked": 0}
    absent = [["absent", "CHU d’essai", ""]]
    assert annex.differences(members, [piece]) == {"read": True, "faults": absent, "cells": [odd]}
    assert annex.differences(members, [piece | {"membership": 1}]) == {"read": True, "faults": [], "cells": [odd]}
    assert annex.differences(members, [piece | {"membership": 2}])["faults"] == absent
    alone = annex.differences(members[1:], [piece | {"membership": 2}])
    assert alone["faults"] == [["foreign", "A", ""], *absent] and alone["cells"] == [odd | {"member": ""}]
    assert annex.differences(members, [piece | {"annex": None}]) == {"read": False, "faults": [], "cells": []}
    assert annex.differences(members, []) is None
    many = {"read": True, "faults": [], "cells": [odd | {"cell": f"D{n}"} for n in range(20)]}
    message = r40(rules.Dossier(annex=told(many))).message
    assert "CHU d’essai, feuille « A », cellule D0 : ce n’est pas un montant" in message
    assert message.endswith("et 8 autres.")


def test_an_annex_that_is_no_workbook_is_of_another_layout(world, ready):
    member = ready.memberships.get(role="coordinator")
    piece = actions.add_piece(ready, annex.CODE, made.pdf(), name="a.pdf", membership=member, by=world.cast.alice)
    assert made.examined() == [True] and piece.annex is None
    piece.refresh_from_db()
    assert piece.annex == {"sheets": [], "faults": []} and ready.pieces.get(code="presentation").annex is None
    assert money.plain(0) == "0,00"
