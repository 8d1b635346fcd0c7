"""The financial annex as the portal writes it: one sheet a member, filled with its budget, totals as formulas.

A sheet is known by its mark and its « Repère » (the membership), a row by the number of its work package and its category, a column
by its year. Words are French whatever the reader's language: the annex is a piece of the dossier.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import override

from calls.pieces import ANNEX
from edsh_portal.sheets import Amount, Cell, Sheet, Sum, sheet_names

from ... import rules
from ...models import BudgetLine
from ...shapes import grid

CODE = ANNEX
MARK = "Annexe financière EDSH, modèle 1"
FIRST = 3  # column of the first year
ENTRY, FUNDING = "Lot", "Plan de financement"


def labels() -> dict[str, str]:
    """{category: its French words}."""
    with override("fr"):
        return {str(code): str(label) for code, label in BudgetLine.Category.choices}


def sources() -> dict[str, str]:
    """{source of the funding plan: its French words}."""
    with override("fr"):
        return grid.labels()


def of_deposit(content: Mapping[str, Any]) -> list[Sheet]:
    """The annex of what was deposited, over the years of its project: the content alone says everything in it."""
    identity = content["identity"]
    starts_on, months = identity["starts_on"], identity["months"]
    years = rules.project_years(date.fromisoformat(starts_on), months) if starts_on and months else ()
    return write(content, years)


def write(content: Mapping[str, Any], years: Iterable[int], memberships: Iterable[int] | None = None) -> list[Sheet]:
    """One sheet a member of the content (of `memberships` only, when given), filled with its amounts, totals as formulas."""
    wanted = None if memberships is None else set(memberships)
    members = [m for m in content["members"] if wanted is None or m["membership"] in wanted]
    names = sheet_names(member["name"] for member in members)
    packages = {p["number"]: p["title"] for p in content["work_packages"]} | {grid.UNALLOTTED: "Non réparti"}
    return [_sheet(name, content["reference"], m, packages, years) for name, m in zip(names, members, strict=True)]


def _sheet(
    name: str, reference: str, member: Mapping[str, Any], packages: Mapping[int, str], years: Iterable[int]
) -> Sheet:
    held, words = grid.cells(member), labels()
    span = sorted({*years, *(year for _package, _category, year in held)})
    sums, last = grid.totals(held), FIRST + len(span) - 1
    head: list[str | int] = [ENTRY, "Intitulé du lot", "Catégorie", *span, "Total"]
    rows: list[tuple[Cell, ...]] = [
        (Cell(MARK, head=True),),
        (Cell("Dossier"), Cell(reference)),
        (Cell("Membre"), Cell(member["name"])),
        (Cell("Repère"), Cell(member["membership"])),
        (Cell("Montants en euros. Ne saisissez que dans les cases encadrées ; les totaux se calculent."),),
        tuple(Cell(text, head=True) for text in head),
    ]
    subtotals: list[int] = []
    for number, title in packages.items():
        first = len(rows)
        for category, label in words.items():
            amounts = [Cell(Amount(held.get((number, category, year))), open=True) for year in span]
            across = Sum(((len(rows), FIRST, len(rows), last),), sums[number, category, None])
            rows.append((Cell(number), Cell(title), Cell(label), *amounts, Cell(across)))
        down = [
            Sum(((first, FIRST + step, len(rows) - 1, FIRST + step),), sums[number, None, year])
            for step, year in enumerate([*span, None])
        ]
        subtotals.append(len(rows))
        rows.append(
            (Cell(f"Total du lot {number}" if number else "Total non réparti", head=True), *_blanks(2), *_heads(down))
        )
    whole = [
        Sum(tuple((row, FIRST + step, row, FIRST + step) for row in subtotals), sums[None, None, year])
        for step, year in enumerate([*span, None])
    ]
    expenses = (len(rows), last + 1, len(rows), last + 1)
    rows += [(Cell("Total des dépenses", head=True), *_blanks(2), *_heads(whole)), (), (Cell(FUNDING, head=True),)]
    plan, funding = member["plan"], sources()
    first = len(rows)
    rows += [(Cell(funding[key]), Cell(), Cell(), Cell(Amount(plan[key] or None), open=True)) for key in grid.PLAN]
    added, resources = (first, FIRST, len(rows) - 1, FIRST), sum(plan[key] for key in grid.PLAN)
    balance = resources - sums[None, None, None]
    rows += [
        (Cell("Total des ressources", head=True), *_blanks(2), Cell(Sum((added,), resources), head=True)),
        (Cell("Écart avec les dépenses", head=True), *_blanks(2), Cell(Sum((added,), balance, less=(expenses,)), head=True)),
    ]  # fmt: skip
    return Sheet(name, tuple(rows), widths=(22, 30, 28, *[14] * (len(span) + 1)), frozen=(6, FIRST), locked=True)


def _blanks(count: int) -> list[Cell]:
    return [Cell(None, head=True)] * count


def _heads(totals: Iterable[Sum]) -> list[Cell]:
    return [Cell(total, head=True) for total in totals]
