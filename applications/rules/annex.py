"""R40: the annex joined by hand is the form. Without one, the portal makes its own from the form at the deposit.

What makes an annex say something else is named by its sheet, its member, its line and its year. Source: CALL.md §5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edsh_portal import money
from edsh_portal.sheets import HIDDEN, VERY_HIDDEN

from ..shapes import grid

TWICE, UNMARKED, ROWS, COLUMNS, FOREIGN, ABSENT = "twice", "unmarked", "rows", "columns", "foreign", "absent"
UNCOMPUTED = "formula"  # in the place of an amount: the file does not keep the result of the formula


class Fault(NamedTuple):
    """Of a workbook. `kind`: a sheet that is hidden, that no menu shows, that speaks of the same member as `where`, that is not of
    the annex, whose rows or columns (`where`) are hidden, of nobody in the dossier; ABSENT: `sheet` is the member that has none."""

    kind: str
    sheet: str
    where: str = ""


@dataclass(frozen=True)
class Annex:
    """What the annexes joined say that the form does not, of a content (applications/content/annex/reconciling.py states its shape)."""

    read: bool
    faults: tuple[Fault, ...] = ()
    cells: tuple[Mapping[str, Any], ...] = ()


def read(held: dict[str, Any] | None) -> Annex | None:
    if held is None:
        return None
    return Annex(held["read"], tuple(Fault(*fault) for fault in held["faults"]), tuple(held["cells"]))


def differences(annex: Annex, categories: Mapping[str, str]) -> Iterator[str]:
    """Sentences without the mark at their end, the faults first."""
    yield from map(fault, annex.faults)
    for cell in annex.cells:
        yield _cell(cell, categories)


def fault(found: Fault) -> str:
    """What is wrong, where, and what to do."""
    count = found.where.count(",") + 1
    words = {
        HIDDEN: _("la feuille « %(sheet)s » est masquée (affichez-la ou supprimez-la)"),
        VERY_HIDDEN: _("la feuille « %(sheet)s » est masquée, et aucun menu ne l’affiche (repartez de l’annexe du portail)"),
        TWICE: _("les feuilles « %(where)s » et « %(sheet)s » sont du même membre (n’en gardez qu’une)"),
        UNMARKED: _("la feuille « %(sheet)s » n’est pas une feuille de l’annexe du portail (supprimez-la)"),
        ROWS: ngettext(
            "la ligne %(where)s de la feuille « %(sheet)s » est masquée (affichez-la)",
            "les lignes %(where)s de la feuille « %(sheet)s » sont masquées (affichez-les)",
            count,
        ),
        COLUMNS: ngettext(
            "la colonne %(where)s de la feuille « %(sheet)s » est masquée (affichez-la)",
            "les colonnes %(where)s de la feuille « %(sheet)s » sont masquées (affichez-les)",
            count,
        ),
        FOREIGN: _("la feuille « %(sheet)s » n’est celle d’aucun membre du dossier (supprimez-la)"),
        ABSENT: _("la feuille du membre « %(sheet)s » manque (repartez de l’annexe du portail)"),
    }  # fmt: skip
    return words[found.kind] % found._asdict()


def _cell(cell: Mapping[str, Any], categories: Mapping[str, str]) -> str:
    """« CHU de X, lot 1, Formation, 2023 : 0,00 € dans l’annexe, 12 000,00 € dans le formulaire »."""
    place = {"place": ", ".join(filter(None, [cell["member"], *_line(cell, categories)]))}
    if cell["said"] is None:
        return _("%(place)s : ce n’est pas un montant") % place
    if cell["said"] == UNCOMPUTED:
        return _("%(place)s : le fichier ne garde pas le résultat de la formule") % place
    amounts = {"annex": money.display(cell["said"]), "form": money.display(cell["asked"])}
    return _("%(place)s : %(annex)s dans l’annexe, %(form)s dans le formulaire") % (place | amounts)


def _line(cell: Mapping[str, Any], categories: Mapping[str, str]) -> Iterator[str]:
    """The line and the year; where there is no amount to compare, the cell to go to as well."""
    field = cell["field"]
    if field in grid.PLAN:
        yield grid.labels()[field]
    elif field:
        package, category, year = grid.key(field)
        yield _("lot %(n)s") % {"n": package} if package else _("non réparti")
        yield str(categories.get(category, category))
        yield str(year)
    if not isinstance(cell["said"], int):
        yield _("feuille « %(sheet)s », cellule %(cell)s") % {"sheet": cell["sheet"], "cell": cell["cell"]}
