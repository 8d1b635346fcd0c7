"""Where a key leads: the section, the row and the field of a text that people write together."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from ...models import BudgetLine
from ...shapes import grid
from ...shapes.mesh import Function
from ...shapes.socle import Stage
from .kinds import Amount, Choice, Field
from .sections import SECTIONS

CELL = re.compile(r"([0-9]{1,5})-([a-z]+)-((?:20|21)[0-9]{2})")  # grid.field()
STATE = re.compile(r"([0-9a-z.]{1,8})-(now|target)")


class Place(NamedTuple):
    """Where a key leads: its section, the row (its number, the function; None for the dossier's own), the column, what it accepts."""

    key: str
    section: str
    row: int | str | None
    name: str
    field: Field

    @property
    def part(self) -> str:
        """The part of the dossier as permissions and reopening call it."""
        if self.section == "budget":
            return f"budget.{self.row}"
        part = SECTIONS[self.section].part
        return part if part != self.section or part == "governance" else self.key


def place(key: str) -> Place:
    """Reads a key; refused A02 when no field answers to it."""
    section, _dot, rest = key.partition(".")
    described = SECTIONS.get(section)
    if described is not None and described.single and rest in described.fields:
        return Place(key, section, None, rest, described.fields[rest])
    row, _dot, name = rest.partition(".")
    named = _row(section, row) if described is not None and not described.single else None
    if named is not None and (field := _field(section, name)) is not None:
        return Place(key, section, named, name, field)
    raise Refused(_("Ce champ n’existe pas."), code="A02")


def _row(section: str, row: str) -> int | str | None:
    if section == "functions":
        return row if row in Function.values else None
    return int(row) if row.isascii() and row.isdigit() and len(row) < 10 else None


def _field(section: str, name: str) -> Field | None:
    """A declared one, or one of a grid, whose names are made of what is in the dossier."""
    if name in SECTIONS[section].fields:
        return SECTIONS[section].fields[name]
    if section == "budget" and (cell := CELL.fullmatch(name)) and cell[2] in BudgetLine.Category.values:
        package = _("Lot %(n)s") % {"n": cell[1]} if int(cell[1]) else _("Sans lot")
        return Amount(words=f"{package}, {BudgetLine.Category(cell[2]).label}, {cell[3]}")
    if section == "socle" and (state := STATE.fullmatch(name)):
        when = _("aujourd’hui") if state[2] == "now" else _("cible")
        label = _("Socle commun, %(item)s, %(when)s") % {"item": state[1], "when": when}
        return Choice(words=label, choices=tuple(Stage.choices))
    return None


def keys(section: str, names: Iterable[str], row: Any = None) -> dict[str, str]:
    """{name: key} of fields of one section, those that are written together."""
    stem = section if row is None else f"{section}.{row}"
    return {name: f"{stem}.{name}" for name in names if _field(section, name) is not None}


def cell_key(name: str) -> grid.Key | None:
    """The cell of the grid that this name of a budget's field is; None for a part of the plan or a term."""
    return grid.key(name) if CELL.fullmatch(name) else None
