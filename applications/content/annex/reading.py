"""A sheet of the annex read back: its amounts with the address of their cell, what cannot be read of it, and what a workbook
hides or holds twice.

Amounts of a sheet are {field of the grid: (cents, address of the cell)}. Rows may be moved or removed. Source: CALL.md §5 R40.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from edsh_portal import money
from edsh_portal.sheets import Table, Uncomputed, Workbook, address

from ...rules.annex import COLUMNS, ROWS, TWICE, UNMARKED, Fault
from ...shapes import grid
from .sheet import ENTRY, FIRST, FUNDING, MARK, labels, sources

MOST_ERRORS = 40  # of one file, told to the person
NAME, NUMBER = (2, 1), (3, 1)  # where a sheet says its member, and its « Repère »


class Unread(NamedTuple):
    """A cell that is no amount, and the field it would be of, when its row and its column say it."""

    cell: str
    field: str = ""


@dataclass
class Filled:
    """A sheet of the portal's layout, read: amounts that are not zero, by field, with the address of their cell."""

    name: str
    membership: int | None
    amounts: dict[str, tuple[int, str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)  # sentences, and the cells they are about
    unread: list[Unread] = field(default_factory=list)
    uncomputed: dict[str, str] = field(
        default_factory=dict
    )  # fields whose amount is a formula without result: their cells

    def wrong(self, row: int, column: int, sentence: str, name: str = "") -> None:
        self.unread.append(Unread(address(row, column), name))
        self.errors.append(_at(self.name, self.unread[-1].cell, sentence))


def read(book: Workbook) -> list[Filled]:
    """The sheets that carry the portal's mark; none when the workbook is of another layout."""
    words = {label.casefold(): code for code, label in labels().items()}
    return [_read_sheet(table, words) for table in book.tables if _marked(table)]


def _read_sheet(table: Table, words: Mapping[str, str]) -> Filled:
    filled = Filled(table.name, _membership(table))
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
    plan = {label: key for key, label in sources().items()}
    for row in range(funding + 1, height):
        if (key := plan.get(table.text(row, 0))) is not None:
            _put(table, row, FIRST, key, filled)
    return filled


def _membership(table: Table) -> int | None:
    mark = table.at(*NUMBER)
    return int(mark) if isinstance(mark, Decimal) and mark == int(mark) else None


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
        filled.wrong(row, column, str(wrong), name)
        return
    if name in filled.amounts:
        other = {"text": money.plain(cents), "cell": filled.amounts[name][1]}
        filled.wrong(
            row,
            column,
            _("ce montant est déjà donné, « %(text)s », dans la cellule %(cell)s : n’en gardez qu’un.") % other,
            name,
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
        if name in grid.PLAN:
            continue
        package, _category, year = grid.key(name)
        if package not in known:
            said.append(_at(filled.name, cell, _("le lot %(n)s n’existe pas dans le dossier.") % {"n": package}))
        elif year not in span:
            said.append(_at(filled.name, cell, _("l’année %(year)s est hors du projet.") % {"year": year}))
    return said


def _at(sheet: str, cell: str, sentence: str) -> str:
    return _("Feuille « %(sheet)s », cellule %(cell)s : %(what)s") % {"sheet": sheet, "cell": cell, "what": sentence}


# ── what a reader of the workbook would not see, or see twice ────────────────────────────────────────────────────────
MOST_NAMED = 10  # rows or columns of one sheet


def faults(book: Workbook) -> list[Fault]:
    """What makes a workbook of the portal's layout say something else than what it shows; none of one of another layout."""
    held = [table for table in book.tables if table.cells]
    if not any(_of_layout(table) for table in held):
        return []
    found: list[Fault] = []
    first: dict[int, str] = {}
    for table in held:
        number = _membership(table) if _marked(table) else None
        if table.hidden:
            found.append(Fault(table.hidden, table.name))
        elif not _marked(table):
            found.append(Fault(UNMARKED, table.name))
        elif number in first:
            found.append(Fault(TWICE, table.name, first[number]))
        if number is not None:
            first.setdefault(number, table.name)
        found += unseen(table) if _marked(table) else []
    return found


def _marked(table: Table) -> bool:
    return table.text(0, 0) == MARK


def _of_layout(table: Table) -> bool:
    """The portal's sheet, with its mark or once it has lost it."""
    return _marked(table) or (table.text(NUMBER[0], 0) == "Repère" and _membership(table) is not None)


def unseen(table: Table) -> list[Fault]:
    """Rows and columns of a sheet that hold something and that nobody sees."""
    places = {
        ROWS: [str(row + 1) for row in sorted(table.hidden_rows)],
        COLUMNS: [address(0, column)[:-1] for column in sorted(table.hidden_columns)],
    }
    return [Fault(kind, table.name, _listed(named)) for kind, named in places.items() if named]


def _listed(named: list[str]) -> str:
    return ", ".join(named[:MOST_NAMED]) + (", …" if len(named) > MOST_NAMED else "")


def mine(book: Workbook, membership: int) -> list[Fault]:
    """Those that matter to who fills the sheet of one member: its own sheets, whatever else the workbook holds."""
    names = {table.name for table in book.tables if _marked(table) and _membership(table) == membership}
    return [fault for fault in faults(book) if fault.sheet in names]
