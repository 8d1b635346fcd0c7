"""The fields of a dossier that people write together, each under a key that says where it is.

identity.<column>   answers.<question>   governance.<column>
projects.<row>.<column>, and so the perimeters, indicators, packages, milestones, deliverables, warehouses, matchings
members.<row>.work   budget.<member>.<cell of the grid, part of the plan, term declared>
functions.<function>.<level>-<column>   socle.<warehouse>.<item>-<now or target>
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from edsh_portal.workflow import Refused

from .. import grid
from ..expectations import KEYS
from ..mesh import Cnil, Function, Level
from ..models import Application, BudgetLine, Deliverable, FundingPlan, Matching, Outcome, Procedure
from ..questions import QUESTIONS
from ..socle import Stage
from .kinds import (
    LARGEST_SMALL,
    MOST_MONTHS,
    Amount,
    Choice,
    Choices,
    Day,
    Field,
    Figure,
    Number,
    One,
    Several,
    Text,
    YesNo,
    email,
    finess,
    secure,
)

LEVEL = _("La maturité va de 0 à 10.")
MONTH = _("Un mois du projet est un nombre, à partir de 1.")
COUNT = _("Indiquez un nombre de 0 à 32 767.")
MOST_ORDER = 999
IDENTITY: dict[str, Field] = {
    "acronym": Text(_("L’acronyme"), 40, needed=True),
    "title": Text(_("Le titre"), 200),
    "goal": Choice(
        _("L’objet"), tuple(Application.Goal.choices), "R23", _("Choisissez « constituer » ou « consolider ».")
    ),
    "starts_on": Day(_("Le début des travaux")),
    "months": Number(_("La durée"), 1, MOST_MONTHS, "R16", _("La durée est un nombre de mois.")),
    "maturity_now": Number(_("La maturité de départ"), 0, 10, "R23", LEVEL),
    "maturity_target": Number(_("La maturité visée"), 0, 10, "R23", LEVEL),
}
PROJECT: dict[str, Field] = {
    "title": Text(_("Le titre"), 160, needed=True),
    "theme": Text(_("Le thème"), 120),
    "summary": Text(_("Le résumé"), 3000, long=True),
    "partners": Several(_("Les partenaires associés"), "associated"),
    "outcomes": Choices(_("Les bénéfices attendus"), tuple(Outcome.choices)),
    "procedure": Choice(_("La procédure"), tuple(Procedure.choices)),
    "starts_on": Day(_("Le début du projet")),
}
INDICATOR: dict[str, Field] = {
    "label": Text(_("L’indicateur"), 160, needed=True),
    "outcome": Choice(_("Le bénéfice mesuré"), tuple(Outcome.choices)),
    "unit": Text(_("L’unité"), 40),
    "baseline": Figure(_("La valeur de départ")),
    "target": Figure(_("La cible")),
    "target_on": Day(_("La date de la cible")),
}
PERIMETER: dict[str, Field] = {
    "scope": Text(_("Le périmètre"), 2000, needed=True, long=True),
    "depth": Text(_("La profondeur"), 1000, long=True),
    "refresh": Text(_("La fréquence de mise à jour"), 120),
    "duration": Text(_("La durée de partage"), 120),
    "interest": Text(_("L’intérêt"), 2000, long=True),
}
MEMBER: dict[str, Field] = {"work": Text(_("Le texte"), 4000, long=True)}
ANSWERS: dict[str, Field] = {
    question.slug: Text(question.title, question.max_chars, long=True) for question in QUESTIONS
}
ACCEPTED = (("state", "accepted"),)
PACKAGE: dict[str, Field] = {
    "title": Text(_("Le titre"), 160, needed=True),
    "summary": Text(_("Le résumé"), 3000, long=True),
    "leader": One(
        _("Le responsable"),
        "memberships",
        ACCEPTED,
        "E04",
        _("Le responsable d’un lot est un membre qui a accepté."),
    ),
    "starts_month": Number(_("Le premier mois"), 1, MOST_MONTHS, "E04", MONTH),
    "ends_month": Number(_("Le dernier mois"), 1, MOST_MONTHS, "E04", MONTH),
    "order": Number(_("La place dans la liste"), 0, MOST_ORDER, "E04", _("La place va de 0 à 999.")),
}
DUE: dict[str, Field] = {
    "work_package": One(_("Le lot"), "packages", needed=True),
    "title": Text(_("Le titre"), 160, needed=True),
    "month": Number(_("Le mois"), 1, MOST_MONTHS, "E06", MONTH),
}
MILESTONE: dict[str, Field] = DUE | {"evidence": Text(_("La preuve"), 300)}
DELIVERABLE: dict[str, Field] = DUE | {"kind": Choice(_("La nature"), tuple(Deliverable.Kind.choices))}
WAREHOUSE: dict[str, Field] = {
    "name": Text(_("Le nom"), 120, needed=True),
    "membership": One(
        _("L’établissement"),
        "memberships",
        ACCEPTED,
        sentence=_("Choisissez un membre qui a accepté de rejoindre le dossier."),
    ),
    "site": Text(_("Le site"), 160),
    "site_finess": Text(_("Le FINESS du site"), 60, form=finess),
    "level": Choice(_("Le niveau"), tuple(Level.choices)),
    "host": Text(_("L’hébergeur"), 160),
    "hds_certified": YesNo(_("La certification de l’hébergeur")),
    "hds_number": Text(_("Le numéro"), 60),
    "cnil_status": Choice(_("La situation au regard de la CNIL"), tuple(Cnil.choices)),
    "cnil_number": Text(_("Le numéro"), 60),
    "cnil_on": Day(_("La date de l’autorisation ou de la déclaration")),
    "snds_main": YesNo(_("L’appariement à la base principale du SNDS")),
}
MATCHING: dict[str, Field] = {
    "kind": Choice(_("La nature"), tuple(Matching.Kind.choices), needed=True),
    "name": Text(_("Le nom"), 160, needed=True),
    "warehouse": One(_("L’entrepôt"), "warehouses"),
    "procedure": Choice(_("La procédure"), tuple(Procedure.choices)),
}
GOVERNANCE: dict[str, Field] = {
    "cse_exists": YesNo(_("Le comité scientifique et éthique")),
    "cse_women": Number(_("Les femmes qui y siègent"), 0, LARGEST_SMALL, "E06", COUNT),
    "cse_men": Number(_("Les hommes qui y siègent"), 0, LARGEST_SMALL, "E06", COUNT),
    "cse_chair": Text(_("La présidence"), 160),
    "transparency_url": Text(_("L’adresse"), 300, form=secure),
    "cnil": Text(_("La situation"), 300),
    "dpo_contact": Text(_("L’adresse"), 254, form=email),
    "hds_host": Text(_("L’hébergeur"), 160),
    "charter": YesNo(_("La charte d’accès aux données")),
    "access_days": Number(_("Le délai d’accès"), 0, LARGEST_SMALL, "E06", COUNT),
    **{f"{key}_evidence": Text(_("La preuve"), 40) for key in KEYS},
}
PLACEMENT: dict[str, Field] = {  # of one function: <level>-<column>
    f"{level}-{column}": field
    for level in Level.values
    for column, field in (
        ("warehouses", Several(_("Les entrepôts"), "warehouses")),
        ("reason", Text(_("Pourquoi à ce niveau"), 1000, long=True)),
        ("why_not_lower", Text(_("Pourquoi un niveau plus proche ne suffit pas"), 1000, long=True)),
    )
}
EUROS = Amount(_("Le montant"))
TERMS: dict[str, Field] = {
    "vat": Choice(
        _("La TVA"),
        tuple(FundingPlan.Vat.choices),
        "R37",
        _("Choisissez hors taxes ou toutes taxes comprises."),
    ),
    "regime": Choice(
        _("Le régime d’aide"),
        tuple(FundingPlan.Regime.choices),
        "R38",
        _("Choisissez un régime d’aide de la liste."),
    ),
    "de_minimis_received_cents": Amount(_("Les aides de minimis déjà reçues")),
}
PLAN: dict[str, Field] = {
    "aid_cents": Amount(_("L’aide demandée")),
    "own_cents": Amount(_("L’autofinancement")),
    "public_cents": Amount(_("Les autres aides publiques")),
    "other_cents": Amount(_("Les autres ressources")),
}
CELL = re.compile(r"([0-9]{1,5})-([a-z]+)-((?:20|21)[0-9]{2})")  # grid.field()
STATE = re.compile(r"([0-9a-z.]{1,8})-(now|target)")

OWN = {"answers": ANSWERS, "identity": IDENTITY, "governance": GOVERNANCE}  # of the dossier itself
ROWS = {  # of one of several
    "projects": PROJECT,
    "indicators": INDICATOR,
    "perimeters": PERIMETER,
    "members": MEMBER,
    "packages": PACKAGE,
    "milestones": MILESTONE,
    "deliverables": DELIVERABLE,
    "warehouses": WAREHOUSE,
    "matchings": MATCHING,
    "functions": PLACEMENT,
    "budget": PLAN | TERMS,
    "socle": {},
}
# Which part of the dossier a noun belongs to, where it is not its own: what is handed over, and what is reopened, is a part.
PARTS = {
    "indicators": "projects",
    "milestones": "packages",
    "deliverables": "packages",
    "warehouses": "mesh",
    "functions": "mesh",
    "matchings": "mesh",
    "socle": "mesh",
}


def fields_of(section: str) -> Mapping[str, Field]:
    """{column or question: field} of a section, those of a grid apart."""
    return ROWS[section] if section in ROWS else OWN[section]


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
        return PARTS.get(self.section, "governance" if self.section == "governance" else self.key)


def place(key: str) -> Place:
    """Reads a key; refused A02 when no field answers to it."""
    section, _dot, rest = key.partition(".")
    if section in OWN and rest in OWN[section]:
        return Place(key, section, None, rest, OWN[section][rest])
    row, _dot, name = rest.partition(".")
    if section in ROWS and (number := _row(section, row)) is not None and (field := _field(section, name)) is not None:
        return Place(key, section, number, name, field)
    raise Refused(_now("Ce champ n’existe pas."), code="A02")


def _row(section: str, row: str) -> int | str | None:
    if section == "functions":
        return row if row in Function.values else None
    return int(row) if row.isascii() and row.isdigit() and len(row) < 10 else None


def _field(section: str, name: str) -> Field | None:
    if name in ROWS[section]:
        return ROWS[section][name]
    if section == "budget" and (cell := CELL.fullmatch(name)) and cell[2] in BudgetLine.Category.values:
        package = _now("Lot %(n)s") % {"n": cell[1]} if int(cell[1]) else _now("Sans lot")
        return Amount(f"{package}, {BudgetLine.Category(cell[2]).label}, {cell[3]}")
    if section == "socle" and (state := STATE.fullmatch(name)):
        when = _now("aujourd’hui") if state[2] == "now" else _now("cible")
        return Choice(_now("Socle commun, %(item)s, %(when)s") % {"item": state[1], "when": when}, tuple(Stage.choices))
    return None


def keys(section: str, names: Iterable[str], row: Any = None) -> dict[str, str]:
    """{name: key} of fields of one section, those that are written together."""
    stem = section if row is None else f"{section}.{row}"
    known = OWN.get(section, {})
    return {
        name: f"{stem}.{name}"
        for name in names
        if name in known or section in ROWS and _field(section, name) is not None
    }


def cell_key(name: str) -> grid.Key | None:
    """The cell of the grid that this name of a budget's field is; None for a part of the plan or a term."""
    return grid.key(name) if CELL.fullmatch(name) else None
