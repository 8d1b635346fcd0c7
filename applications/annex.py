"""The financial annex: the portal's own sheet of a member's budget, written, read back and reconciled with the form (R40).

A sheet is known by its mark and its « Repère » (the membership), a row by the number of its work package and its category, a column
by its year: rows may be moved or removed. Words are French whatever the reader's language: the annex is a piece of the dossier.
Amounts of a sheet are {field of the grid: (cents, address of the cell)}. Source: CALL.md §5 R40. No query, no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from edsh_portal import money
from edsh_portal.sheets import Amount, Cell, Sheet, Sum, Table, Uncomputed, Workbook, address, sheet_names

from . import grid
from .models import BudgetLine

CODE = "annexe-financiere"  # of the piece
MARK = "Annexe financière EDSH, modèle 1"
FIRST = 3  # column of the first year
PLAN = {
    "aid_cents": "Aide demandée",
    "own_cents": "Autofinancement",
    "public_cents": "Autres aides publiques",
    "other_cents": "Autres ressources",
}
ENTRY, FUNDING = "Lot", "Plan de financement"
UNCOMPUTED = "formula"
MOST_ERRORS = 40  # of one file, told to the person


def labels() -> dict[str, str]:
    """{category: its French words}."""
    with override("fr"):
        return {str(code): str(label) for code, label in BudgetLine.Category.choices}


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def write(content: Mapping[str, Any], years: Iterable[int], memberships: Iterable[int] | None = None) -> list[Sheet]:
    """One sheet a member of the content (of `memberships` only, when given), filled with its amounts, totals as formulas."""
    wanted = None if memberships is None else set(memberships)
    members = [m for m in content["members"] if wanted is None or m["membership"] in wanted]
    names = sheet_names(member["name"] for member in members)
    packages = {p["number"]: p["title"] for p in content.get("work_packages", [])} | {grid.UNALLOTTED: "Non réparti"}
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
    plan = member["plan"]
    first = len(rows)
    rows += [(Cell(PLAN[key]), Cell(), Cell(), Cell(Amount(plan[key] or None), open=True)) for key in grid.PLAN]
    sources, resources = (first, FIRST, len(rows) - 1, FIRST), sum(plan[key] for key in grid.PLAN)
    balance = resources - sums[None, None, None]
    rows += [
        (Cell("Total des ressources", head=True), *_blanks(2), Cell(Sum((sources,), resources), head=True)),
        (Cell("Écart avec les dépenses", head=True), *_blanks(2), Cell(Sum((sources,), balance, less=(expenses,)), head=True)),
    ]  # fmt: skip
    return Sheet(name, tuple(rows), widths=(22, 30, 28, *[14] * (len(span) + 1)), frozen=(6, FIRST), locked=True)


def _blanks(count: int) -> list[Cell]:
    return [Cell(None, head=True)] * count


def _heads(totals: Iterable[Sum]) -> list[Cell]:
    return [Cell(total, head=True) for total in totals]


# ── back in ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Filled:
    """A sheet of the portal's layout, read: amounts that are not zero, by field, with the address of their cell."""

    name: str
    membership: int | None
    amounts: dict[str, tuple[int, str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)  # sentences, and the cells they are about
    unread: list[str] = field(default_factory=list)
    uncomputed: dict[str, str] = field(
        default_factory=dict
    )  # fields whose amount is a formula without result: their cells

    def wrong(self, row: int, column: int, sentence: str) -> None:
        self.unread.append(address(row, column))
        self.errors.append(_at(self.name, self.unread[-1], sentence))


def read(book: Workbook) -> list[Filled]:
    """The sheets that carry the portal's mark; none when the workbook is of another layout."""
    words = {label.casefold(): code for code, label in labels().items()}
    return [_read(table, words) for table in book.tables if table.text(0, 0) == MARK]


def _read(table: Table, words: Mapping[str, str]) -> Filled:
    mark = table.at(3, 1)
    filled = Filled(table.name, int(mark) if isinstance(mark, Decimal) and mark == int(mark) else None)
    height = max((row for row, _column in table.cells), default=0) + 1
    head = next((row for row in range(height) if table.text(row, 0) == ENTRY), None)
    if head is None:
        filled.wrong(5, 0, _("l’en-tête « Lot » a disparu : repartez du modèle."))
        return filled
    width = max(column for _row, column in table.cells) + 1
    end = next((column for column in range(FIRST, width) if table.text(head, column) == "Total"), width)
    years = {column: year for column in range(FIRST, end) if (year := _year(table.at(head, column))) is not None}
    funding = next((row for row in range(head, height) if table.text(row, 0) == FUNDING), height)
    for row in range(head + 1, funding):
        _read_row(table, row, range(FIRST, end), years, words, filled)
    sources = {label: key for key, label in PLAN.items()}
    for row in range(funding + 1, height):
        if (key := sources.get(table.text(row, 0))) is not None:
            _put(table, row, FIRST, key, filled)
    return filled


def _read_row(
    table: Table, row: int, columns: range, years: Mapping[int, int], words: Mapping[str, str], filled: Filled
) -> None:
    typed = [column for column in columns if table.text(row, column)]
    package, category = table.at(row, 0), words.get(table.text(row, 2).casefold())
    if not typed or table.text(row, 0).startswith("Total"):
        return
    if not isinstance(package, Decimal) or package != int(package) or package < 0:
        filled.wrong(row, 0, _("écrivez le numéro du lot, ou 0."))
    elif category is None:
        filled.wrong(row, 2, _("« %(text)s » n’est pas une catégorie de dépenses.") % {"text": table.text(row, 2)[:60]})
    else:
        for column in typed:
            if column in years:
                _put(table, row, column, grid.field((int(package), category, years[column])), filled)
            else:
                filled.wrong(row, column, _("cette colonne n’a pas d’année."))


def _put(table: Table, row: int, column: int, name: str, filled: Filled) -> None:
    value = table.at(row, column)
    if isinstance(value, Uncomputed):
        filled.uncomputed[name] = address(row, column)
        filled.errors.append(_at(filled.name, filled.uncomputed[name], _without_result(value)))
        return
    try:
        cents = 0 if value is None else _cents(value)
    except ValueError as wrong:
        filled.wrong(row, column, str(wrong))
        return
    if name in filled.amounts:
        other = {"text": money.plain(cents), "cell": filled.amounts[name][1]}
        filled.wrong(
            row, column, _("la ligne « %(text)s » figure déjà à la cellule %(cell)s : n’en gardez qu’une.") % other
        )
    elif cents:
        filled.amounts[name] = (cents, address(row, column))


def _year(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdigit() and 2000 <= int(text[:5]) <= 2100 else None


def _cents(value: Any) -> int:
    """ValueError holds the end of a sentence."""
    try:
        if isinstance(value, Decimal):
            return money.of_number(value)
        if isinstance(value, str):
            return money.parse(value) if value.strip() else 0
    except ValueError:
        pass
    shown = str(value)[:60] if not isinstance(value, Decimal) else f"{value:f}"[:60].replace(".", ",")
    raise ValueError(
        _("« %(text)s » n’est pas un montant (en euros, deux décimales au plus, sans signe).") % {"text": shown}
    )


def _without_result(value: Uncomputed) -> str:
    return _(
        "le fichier ne garde pas le résultat de la formule « %(formula)s ». Tapez le montant, ou ouvrez le fichier dans un "
        "tableur et enregistrez-le de nouveau."
    ) % {"formula": str(value)[:60]}


def allowed(filled: Filled, packages: Iterable[int], years: Iterable[int]) -> list[str]:
    """What the dossier cannot take of a sheet that was read: a work package or a year it does not have."""
    known, span = {*packages, grid.UNALLOTTED}, set(years)
    said: list[str] = []
    for name, (_amount, cell) in filled.amounts.items():
        if name in PLAN:
            continue
        package, _category, year = grid.key(name)
        if package not in known:
            said.append(_at(filled.name, cell, _("le lot %(n)s n’existe pas dans le dossier.") % {"n": package}))
        elif year not in span:
            said.append(_at(filled.name, cell, _("l’année %(year)s est hors du projet.") % {"year": year}))
    return said


def _at(sheet: str, cell: str, sentence: str) -> str:
    return _("Feuille « %(sheet)s », cellule %(cell)s : %(what)s") % {"sheet": sheet, "cell": cell, "what": sentence}


# ── R40 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def kept(filled: Iterable[Filled]) -> dict[str, Any]:
    """What a piece keeps of its reading, empty in another layout: {sheets: [{membership, name, amounts, unread (cells),
    uncomputed ({field: cell})}]}."""
    kept_of = ("membership", "name", "amounts", "unread", "uncomputed")
    return {"sheets": [{name: getattr(one, name) for name in kept_of} for one in filled]}


def reconcile(form: Mapping[str, int], sheet: Mapping[str, int]) -> list[str]:
    """The fields whose amounts differ, in order; what is absent is zero."""
    return sorted(name for name in {*form, *sheet} if form.get(name, 0) != sheet.get(name, 0))


def differences(members: Iterable[Mapping[str, Any]], pieces: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the annexes joined say that the form does not: None without annex, else

        {read: whether all are in the portal's layout, cells: [[sheet, address or field, cents of the annex, cents of the form]]}

    Instead of the annex's cents, None stands for what is not an amount, UNCOMPUTED for a formula whose result the file does not keep.

    `pieces` are the rows of freeze.py, with `annex` (what was kept) and `membership` (None: the annex of the whole dossier).
    An annex of one member speaks for it alone; members of whom no sheet speaks differ wherever they ask anything.
    """
    mine = [piece for piece in pieces if piece["code"] == CODE]
    if not mine:
        return None
    by_number = {member["membership"]: member for member in members}
    cells: list[list[Any]] = []
    for piece in mine:
        sheets = (piece["annex"] or {}).get("sheets", [])
        if not sheets:
            continue
        told = {sheet["membership"]: sheet for sheet in sheets}
        for number in [piece["membership"]] if piece["membership"] else by_number:
            if number in by_number:
                cells += _differing(by_number[number], told.get(number))
        cells += [[sheet["name"], cell, None, 0] for sheet in sheets for cell in sheet["unread"]]
    read = all((piece["annex"] or {}).get("sheets") for piece in mine)
    return {"read": read, "cells": cells}


def _differing(member: Mapping[str, Any], sheet: Mapping[str, Any] | None) -> list[list[Any]]:
    form, amounts = grid.flat(member), {} if sheet is None else sheet["amounts"]
    uncomputed = {} if sheet is None else sheet.get("uncomputed", {})
    name = member["name"] if sheet is None else sheet["name"]
    said = {key: cents for key, (cents, _cell) in amounts.items()}
    return [
        [name, amounts[key][1] if key in amounts else key, said.get(key, 0), form.get(key, 0)]
        for key in reconcile(form, said)
        if key not in uncomputed
    ] + [[name, cell, UNCOMPUTED, form.get(key, 0)] for key, cell in uncomputed.items()]
