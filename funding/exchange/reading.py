"""A file as it is handed over: which of its columns are ours, its lines as texts, then as values or with what is wrong of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal import money
from edsh_portal.refusal import Refused
from edsh_portal.sheets import Table, Uncomputed, Value, Workbook

from .layout import END, Column, Layout, fold

MOST_LINES = 5_000
GUARD = ("'=", "'+", "'-", "'@", "'\t", "'\n")  # how the portal writes a text that a spreadsheet would compute
COMPUTED = ("=", "@")
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M:%S")
MINUS = "-−"
FORMULA = "formula"

Cell = str | dict[str, str]  # {"formula": …}: what a spreadsheet would compute
Raw = tuple[int, dict[str, Cell]]  # number of the line in the file, from 1; texts by key of column


@dataclass(frozen=True)
class Taken:
    """A file whose head is understood: what it holds beyond our columns, which of ours it has not, its lines."""

    unknown: list[str]
    absent: list[str]
    rows: list[Raw]


@dataclass(frozen=True)
class Line:
    """One line read: `values` by key (None where empty), or the sentences that say what is wrong."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def refuse(sentence: str) -> Refused:
    return Refused(sentence, code="R87", field="file")


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def take(book: Workbook, layout: Layout, announced: int | None = None) -> Taken:
    """The first table of the file. `announced`: how many lines it should have, when it does not say so itself.

    R87: no line, a column that is missing or comes twice, more than MOST_LINES, not the number of lines and the sum that are said:
    a file that was cut is refused whole.
    """
    table = next((one for one in book.tables if one.cells), None)
    if table is None:
        raise refuse(_("Ce fichier ne contient aucune ligne : choisissez-en un autre."))
    first = min(row for row, _column in table.cells)
    named, unknown = _head(table, first, layout)
    rows, said = _lines(table, first, named)
    _whole(layout, rows, said, announced)
    here = {column.key for column in named.values()}
    return Taken(unknown, [column.name for column in layout.columns if column.key not in here], rows)


def _head(table: Table, first: int, layout: Layout) -> tuple[dict[int, Column], list[str]]:
    named: dict[int, Column] = {}
    unknown, ignored = [], {fold(name) for name in layout.ignored}
    for at in sorted(column for row, column in table.cells if row == first):
        name = table.text(first, at)
        column = layout.by_name.get(fold(name))
        if column is None:
            unknown += [] if fold(name) in ignored else [name[:80]]
        elif column in named.values():
            raise refuse(_("La colonne « %(name)s » vient deux fois : gardez-en une.") % {"name": column.name})
        else:
            named[at] = column
    missing = [column.name for column in layout.columns if column.required and column not in named.values()]
    if missing:
        told = ", ".join(_("« %(said)s »") % {"said": name} for name in missing)
        raise refuse(
            _("Colonnes absentes : %(told)s. Ajoutez-les, puis déposez de nouveau le fichier.") % {"told": told}
        )
    return named, unknown


def _lines(table: Table, first: int, named: dict[int, Column]) -> tuple[list[Raw], list[Value] | None]:
    """The lines, and what the closing line says after its word; None when there is none."""
    held: dict[int, dict[int, Value]] = {}
    for (row, column), value in table.cells.items():
        if row > first:
            held.setdefault(row, {})[column] = value
    rows: list[Raw] = []
    said: list[Value] | None = None
    for row in sorted(held):
        values = [held[row][at] for at in sorted(held[row])]
        if said is not None:
            raise refuse(
                _("Ligne %(line)s : le fichier continue après sa ligne « %(end)s ».") % {"line": row + 1, "end": END}
            )
        if isinstance(values[0], str) and fold(values[0]) == fold(END):
            said = values[1:]
            continue
        if len(rows) == MOST_LINES:
            raise refuse(_("Ce fichier dépasse la limite de lignes (%(most)s) : découpez-le.") % {"most": MOST_LINES})
        cells = {column.key: _text(held[row][at], column) for at, column in named.items() if at in held[row]}
        rows.append((row + 1, cells))
    return rows, said


def _whole(layout: Layout, rows: list[Raw], said: list[Value] | None, announced: int | None) -> None:
    """The number of lines, and the sum where the file says it; neither is guessed."""
    if said is None and announced is None:
        asked = (
            _("Ce fichier n’a pas de ligne « %(end)s » : il est peut-être coupé. Indiquez le nombre de lignes annoncé.")
            if not layout.closed
            else _("Ce fichier n’a pas de ligne « %(end)s » : il est peut-être coupé. Demandez-le de nouveau.")
        )
        raise refuse(asked % {"end": END})
    if said is None and layout.closed:
        raise refuse(
            _("Ce fichier n’a pas de ligne « %(end)s » : il est peut-être coupé. Demandez-le de nouveau.")
            % {"end": END}
        )
    told = announced
    if said is not None:
        told = _count(said)
        cents = sum(_cents_of(cells.get("cents")) for _number, cells in rows)
        if len(said) < 2 or cents != _cents_of(_text(said[1], Column("cents", "", 16, "signed"))):  # noqa: PLR2004  (count, sum)
            raise refuse(
                _("La somme des montants n’est pas celle de la ligne « %(end)s » : le fichier est coupé ou modifié.")
                % {"end": END}
            )
    if told != len(rows) or announced not in (None, len(rows)):
        expected = told if told != len(rows) else announced
        raise refuse(
            _("Lignes attendues : %(told)s, lignes lues : %(n)s. Le fichier est coupé ou modifié.")
            % {"told": expected, "n": len(rows)}
        )


def _count(said: list[Value]) -> int:
    text = str(said[0]).strip() if said else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1  # noqa: PLR2004


def _cents_of(cell: Cell | None) -> int:
    """What counts in the sum: an amount that cannot be read counts for nothing, and its own line says so."""
    if not isinstance(cell, str):
        return 0
    try:
        return _signed(cell)
    except ValueError:
        return 0


def _text(value: Value, column: Column) -> Cell:
    """The value as its text: a number of a spreadsheet as it would be typed."""
    if isinstance(value, Uncomputed):
        return {FORMULA: str(value)}
    if isinstance(value, Decimal):
        return _number(value, column)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if text.startswith(GUARD):
        return text[1:]
    return {FORMULA: text[:80]} if text.startswith(COMPUTED) else text


def _number(value: Decimal, column: Column) -> str:
    if column.kind in ("cents", "signed"):
        try:
            cents = money.of_number(abs(value))
        except ValueError:
            return format(value, "f")
        return f"{'-' if value < 0 else ''}{cents // 100},{cents % 100:02d}"
    text = format(value.normalize(), "f")
    return text.zfill(column.most) if column.kind == "digits" else text


# ── a line ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def lines(layout: Layout, rows: list[Raw]) -> Iterator[Line]:
    """Each line of a file that was taken, read: its values, or all that is wrong with it."""
    met: dict[str, int] = {}
    for number, cells in rows:
        values: dict[str, Any] = {}
        errors = [
            text for column in layout.columns if (text := _put_value(layout, column, cells.get(column.key), values))
        ]
        reference = str(values.get("reference") or "")
        if layout.closed and reference and met.setdefault(reference, number) != number:
            errors.append(_("« %(name)s » est déjà à la ligne %(line)s.") % {"name": reference, "line": met[reference]})
        if values.get("status") == "paid" and values.get("on") is None and not errors:
            errors.append(_("la date est vide : un paiement en porte une."))
        yield Line(number, values, tuple(errors))


def _put_value(layout: Layout, column: Column, cell: Cell | None, values: dict[str, Any]) -> str:
    """Puts the value; a sentence when it cannot, "" otherwise."""
    values[column.key] = None if column.kind not in ("text", "digits") else ""
    if isinstance(cell, dict):
        return _("%(column)s : « %(said)s » est une formule, remplacez-la par sa valeur.") % {
            "column": column.name,
            "said": cell[FORMULA][:40],
        }
    text = " ".join((cell or "").split())
    if not text:
        return _("%(column)s : cette case est vide.") % {"column": column.name} if column.required else ""
    try:
        values[column.key] = _value(layout, column, text)
    except ValueError as wrong:
        return _("%(column)s : « %(said)s ». %(why)s") % {"column": column.name, "said": text[:40], "why": wrong}
    return ""


def _value(layout: Layout, column: Column, text: str) -> Any:
    """ValueError holds a sentence."""
    match column.kind:
        case "cents":
            return money.parse(text)
        case "signed":
            return _signed(text)
        case "day":
            return _day(text)
        case "word":
            if fold(text) not in layout.words:
                raise ValueError(_("Mot inconnu dans cette colonne."))
            return layout.words[fold(text)]
        case "digits":
            bare = text.replace(" ", "")
            if not (bare.isascii() and bare.isdigit() and len(bare) == column.most):
                raise ValueError(_("Nombre de chiffres attendu : %(n)s.") % {"n": column.most})
            return bare
    if len(text) > column.most:
        raise ValueError(_("Ce texte est trop long (limite : %(n)s).") % {"n": column.most})
    return text


def _signed(text: str) -> int:
    text = text.strip()
    return -money.parse(text[1:]) if len(text) > 1 and text[0] in MINUS else money.parse(text)


def _day(text: str) -> date:
    for written in DAYS:
        try:
            return datetime.strptime(text, written).date()  # noqa: DTZ007  (a day)
        except ValueError:
            continue
    raise ValueError(_("Écrivez un jour qui existe, par exemple 31/12/2023."))
