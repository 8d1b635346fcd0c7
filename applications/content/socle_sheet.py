"""The grid of the common core as a spreadsheet: written with its words to choose from, read back cell by cell. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from edsh_portal.sheets import Cell, Sheet, Table, address, sheet_names

from ..shapes.socle import RANK, Stage

NUMBER, NOW, TARGET = 0, 3, 4  # columns
WIDTHS = (10, 32, 48, 22, 22)
MOST_ERRORS = 30


def write(title: str, items: Iterable[Any], states: Mapping[str, tuple[str, str]]) -> list[Sheet]:
    """One sheet, in the reader's language; `items` have number, domain and label. Only the two stages may be typed in."""
    words = tuple(str(stage.label) for stage in Stage)
    names = (_("Numéro"), _("Domaine"), _("Élément"), _("Aujourd’hui"), _("Cible"))
    rows = [tuple(Cell(name, head=True) for name in names)]
    for item in items:
        held = (Stage(one).label if one else None for one in states.get(item.number, ("", "")))
        told = tuple(Cell(text) for text in (item.number, item.domain, item.label))
        rows.append(told + tuple(Cell(str(one) if one else None, open=True, choices=words) for one in held))
    return [Sheet(sheet_names([title])[0], tuple(rows), WIDTHS, (1, 3), locked=True)]


def read(table: Table, known: Iterable[str]) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """({number: (now, target)} of the items found, what is wrong, one sentence a cell): the rows may come in any order."""
    known, stages_of = set(known), words()
    found: dict[str, tuple[str, str]] = {}
    errors: list[str] = []
    for row in sorted({place[0] for place in table.cells} - {0}):
        number = table.text(row, NUMBER)
        if not number:
            continue
        if number not in known or number in found:
            told = (
                _("« %(number)s » figure déjà plus haut : supprimez l’une des deux lignes.")
                if number in found
                else _("« %(number)s » n’est pas un élément du socle.")
            )
            errors.append(_of_cell(row, NUMBER, told % {"number": number}))
            continue
        stages = [stages_of.get(table.text(row, column).casefold()) for column in (NOW, TARGET)]
        errors += [
            _of_cell(
                row, column, _("« %(text)s » n’est pas un des cinq états.") % {"text": table.text(row, column)[:40]}
            )
            for column, stage in zip((NOW, TARGET), stages, strict=True)
            if stage is None
        ]
        now, target = (stage or "" for stage in stages)
        if now and target and RANK[target] < RANK[now]:
            errors.append(_of_cell(row, TARGET, _("la cible est en deçà de l’état actuel.")))
        found[number] = (now, target)
    if not found and not errors:
        errors.append(
            _("Aucun élément du socle dans la première feuille : partez du tableur téléchargé sur cette page.")
        )
    return found, errors[:MOST_ERRORS]


def _of_cell(row: int, column: int, sentence: str) -> str:
    return _("%(cell)s : %(sentence)s") % {"cell": address(row, column), "sentence": sentence}


def words() -> dict[str, str]:
    """{what may be typed, in lower case: stage}: its name in any language of the portal; an empty cell says nothing."""
    found = {"": ""}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {str(stage.label).casefold(): stage.value for stage in Stage}
    return found
