"""The report of an expert as a sheet to fill away from the portal: written, and read back cell by cell. Pure.

A sheet is known by its mark and its « Repère » (the assignment), a row by the number of its criterion or the name of its note. Beside
each cell stands what it was when the sheet was written: the version that was read and a digest of its text. So the sheet alone
tells what was changed in it, and over what.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from applications.content.annex import unseen
from applications.rules import fault
from edsh_portal.sheets import Cell, Sheet, Table, Uncomputed, Value, Workbook, address, sheet_names
from edsh_portal.sheets.shape import clean

MARK = "Grille d’évaluation EDSH, modèle 1"
MOST_ERRORS = 40  # of one file, told to the person
REFERENCE, STAMP, HEAD = 1, 3, 5  # rows
NUMBER, TITLE, WEIGHT, SCALE = 0, 1, 2, 3  # columns that nobody types in
COLUMNS = {"value": (4, 6), "comment": (5, 7)}  # of a criterion: where each is typed, and where what was read stands
WIDTHS = (14, 30, 8, 44, 12, 70, 14, 14)
NOTES = {"jury": gettext_lazy("Note confidentielle au jury"), "private": gettext_lazy("Notes privées")}


class Held(NamedTuple):
    """A cell of a report as it is saved: its text (a mark too), and the version of it."""

    text: str = ""
    version: int = 0


class Typed(NamedTuple):
    """A text that a sheet holds over the version that it was written from, and the address of its cell."""

    text: str
    version: int
    cell: str


@dataclass(frozen=True)
class Report:
    """What is written of one report. `cells` by their keys (`scores.3.value`, `notes.jury`)."""

    number: int
    reference: str
    title: str
    most: int
    criteria: Sequence[Any]
    cells: Mapping[str, Held]


@dataclass
class Filled:
    """A sheet of the portal's layout, read: the cells that were changed in it, by key, and what cannot be read of it."""

    name: str
    number: int | None
    reference: str
    changed: dict[str, Typed] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)  # by the number of the criterion or the name of the note
    errors: list[str] = field(default_factory=list)

    def wrong(self, row: int, column: int, sentence: str) -> None:
        self.errors.append(at(self.name, address(row, column), sentence))


def at(name: str, cell: str, sentence: str) -> str:
    return _("Feuille « %(sheet)s », cellule %(cell)s : %(what)s") % {"sheet": name, "cell": cell, "what": sentence}


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def write(reports: Iterable[Report]) -> list[Sheet]:
    """One sheet a report, in the reader's language. Only marks, comments and notes may be typed in."""
    told = list(reports)
    names = sheet_names(report.reference for report in told)
    return [_sheet(name, report) for name, report in zip(names, told, strict=True)]


def _sheet(name: str, report: Report) -> Sheet:
    asked = _("Note de 0 à %(most)s") % {"most": report.most}
    head = (_("Critère"), _("Intitulé"), _("Poids"), _("Repères de notation"), asked, _("Commentaire"))
    how = _("Ne saisissez que dans les cases encadrées ; gardez le nom de la feuille, les lignes et les colonnes.")
    rows: list[tuple[Cell, ...]] = [
        (Cell(MARK, head=True),),
        (Cell(_("Dossier")), Cell(report.reference)),
        (Cell(_("Titre")), Cell(report.title)),
        (Cell(_("Repère")), Cell(report.number)),
        (Cell(how),),
        tuple(Cell(text, head=True) for text in (*head, _("Note lue"), _("Commentaire lu"))),
    ]
    for criterion in report.criteria:
        value, comment = (report.cells.get(f"scores.{criterion.number}.{of}", Held()) for of in COLUMNS)
        told = (criterion.number, criterion.title, criterion.weight, _scale(criterion))
        mark = Cell(int(value.text) if value.text else None, open=True)
        rows.append((*(Cell(one, long=True) for one in told), mark, _long(comment), _stamp(value), _stamp(comment)))
    for which, label in NOTES.items():
        note = report.cells.get(f"notes.{which}", Held())
        rows.append((Cell(str(label), long=True), *[Cell()] * 4, _long(note), Cell(), _stamp(note)))
    return Sheet(name, tuple(rows), WIDTHS, (HEAD + 1, 2), locked=True)


def _scale(criterion: Any) -> str:
    floor = criterion.floor
    under = _("Note éliminatoire en dessous de %(f)s.") % {"f": floor} if floor is not None else ""
    return "\n".join(filter(None, [criterion.guidance, under]))


def _long(held: Held) -> Cell:
    return Cell(held.text, open=True, long=True)


def _stamp(held: Held) -> Cell:
    return Cell(f"{held.version}-{digest(held.text)}")


def digest(text: str) -> str:
    """Of what a reader sees of a text: blanks at the end of its lines, which spreadsheets lose, count for nothing."""
    lines = "\n".join(line.rstrip() for line in clean(text).strip().splitlines())
    return sha256(lines.encode()).hexdigest()[:8]


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
def read(book: Workbook) -> list[Filled]:
    """The sheets that carry the portal's mark; none when the workbook is of another layout."""
    words = _words()
    found = [_filled(table, words) for table in book.tables if table.text(0, 0) == MARK]
    for place, one in enumerate(found):
        twin = next((other.name for other in found[:place] if other.number == one.number), None)
        if twin is not None:
            said = _("Les feuilles « %(a)s » et « %(b)s » sont du même dossier : n’en gardez qu’une.")
            one.errors.append(said % {"a": twin, "b": one.name})
    return found


def _words() -> dict[str, str]:
    """{how a note is called, in any language of the portal: its name}"""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(label): which for which, label in NOTES.items()}
    return found


def _filled(table: Table, notes: Mapping[str, str]) -> Filled:
    mark = table.at(STAMP, 1)
    number = int(mark) if isinstance(mark, Decimal) and mark == int(mark) else None
    filled = Filled(table.name, number, table.text(REFERENCE, 1))
    if table.name != filled.reference:
        told = {"sheet": table.name, "reference": filled.reference}
        filled.errors.append(
            _("La feuille « %(sheet)s » a changé de nom : rendez-lui celui de son dossier, « %(reference)s ».") % told
        )
    _unseen(table, filled)
    for row in sorted({place[0] for place in table.cells if place[0] > HEAD}):
        _read_row(table, row, notes, filled)
    return filled


def _unseen(table: Table, filled: Filled) -> None:
    if table.hidden:
        filled.errors.append(_("La feuille « %(sheet)s » est masquée : affichez-la.") % {"sheet": table.name})
    filled.errors += [capfirst(f"{fault(one)}.") for one in unseen(table)]


def _read_row(table: Table, row: int, notes: Mapping[str, str], filled: Filled) -> None:
    named = table.at(row, NUMBER)
    if isinstance(named, Decimal) and named == int(named) and named >= 0:
        which, stem, columns = str(int(named)), f"scores.{int(named)}.", {key: key for key in COLUMNS}
    elif (note := notes.get(table.text(row, NUMBER))) is not None:
        which, stem, columns = note, "notes.", {note: "comment"}
    else:
        if any(table.text(row, column) for column, _read_at in COLUMNS.values()):
            filled.wrong(row, NUMBER, _("cette ligne n’a pas de numéro de critère : remettez-le, ou videz la ligne."))
        return
    if which in filled.rows:
        said = _("cette ligne figure déjà plus haut, ligne %(row)s : n’en gardez qu’une.")
        filled.wrong(row, NUMBER, said % {"row": filled.rows[which] + 1})
        return
    filled.rows[which] = row
    for name, kind in columns.items():
        _read_cell(table, row, kind, f"{stem}{name}", filled)


def _read_cell(table: Table, row: int, kind: str, key: str, filled: Filled) -> None:
    column, stamp = COLUMNS[kind]
    version, _dash, known = table.text(row, stamp).partition("-")
    if not (version.isascii() and version.isdigit() and len(version) < 10 and known):
        filled.wrong(row, stamp, _("le repère de cette ligne a disparu : repartez du modèle."))
        return
    try:
        text = _text(table.at(row, column), kind)
    except ValueError as wrong:
        filled.wrong(row, column, str(wrong))
        return
    if digest(text) != known:
        filled.changed[key] = Typed(text, int(version), address(row, column))


def _text(value: Value | None, kind: str) -> str:
    """ValueError holds the end of a sentence."""
    match value:
        case None:
            return ""
        case Uncomputed():
            said = _("le fichier ne garde pas le résultat de la formule « %(formula)s » : tapez-le à sa place.")
            raise ValueError(said % {"formula": str(value)[:60]})
        case str() if kind == "comment" or not value.strip():
            return value.strip()
        case str():
            raise ValueError(_("« %(text)s » est écrit comme un texte : tapez un nombre.") % {"text": value[:60]})
        case Decimal() if kind == "value":
            return f"{value.normalize():f}"
    shown = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
    told = _("« %(text)s » n’est pas une note.") if kind == "value" else _("« %(text)s » n’est pas un texte.")
    raise ValueError(told % {"text": shown[:60]})


def faults(filled: Filled, criteria: Iterable[int]) -> list[str]:
    """Rows that the grid does not have, and those of the grid that were removed."""
    known = {str(number) for number in criteria}
    foreign = [which for which in filled.rows if which not in known and which not in NOTES]
    absent = [which for which in (*sorted(known, key=int), *NOTES) if which not in filled.rows]
    said = [
        at(
            filled.name,
            address(filled.rows[which], NUMBER),
            _("le critère %(n)s n’est pas dans la grille.") % {"n": which},
        )
        for which in foreign
    ]
    for which in absent:
        row = _("du critère %(n)s") % {"n": which} if which in known else f"« {NOTES[which]} »"
        told = {"sheet": filled.name, "row": row}
        said.append(_("Feuille « %(sheet)s » : la ligne %(row)s a disparu ; repartez du modèle.") % told)
    return said
