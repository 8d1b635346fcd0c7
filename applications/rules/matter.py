"""What each rule judges. A rule without its matter is neither met nor broken: there is nothing to judge yet.

Where the matter of a rule is always there, the rule judges an absence too (a duration that is not said), the coordinator,
whom a dossier has from its first day, or other dossiers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .facts import Bounds, Dossier, Member


@dataclass(frozen=True)
class Matter:
    """Whether it is `there`, and what is told when it is not."""

    there: Callable[[Dossier, Bounds], bool]
    none: Any = ""


def _members(look: Callable[[Member], Any], none: Any) -> Matter:
    """What one member at least holds."""
    return Matter(lambda d, b: any(look(member) for member in d.members), none)


ALWAYS = Matter(lambda d, b: True)
PARTNERS = Matter(lambda d, b: len(d.members) > 1 or bool(d.pending), _("Aucun autre établissement n’est invité."))
PIECES = Matter(lambda d, b: bool(b.required), _("L’appel ne demande aucune pièce."))
ANNEX = Matter(
    lambda d, b: d.annex is not None or any(member.expenses_cents for member in d.members),
    _("Aucune dépense n’est encore saisie."),
)
SPENT = _members(lambda m: m.expenses_cents, _("Aucune dépense n’est encore saisie."))
ASKED = _members(lambda m: m.aid_cents, _("Aucune aide n’est encore demandée."))
AIDED = _members(lambda m: m.aid_cents or m.public_cents, _("Aucune aide n’est encore demandée ni déclarée."))
AMOUNTS = _members(
    lambda m: m.expenses_cents or m.resources_cents or any(m.amounts), _("Aucun montant n’est encore saisi.")
)
REGIMES = _members(lambda m: m.aid_cents or m.regime, _("Aucune aide n’est encore demandée."))
YEARS = Matter(
    lambda d, b: bool(d.starts_on and d.months) and any(m.years for m in d.members),
    _("Les dates du projet ou les dépenses ne sont pas encore saisies."),
)


def _asked(count: Callable[[Dossier], int], least: Callable[[Bounds], int]) -> Matter:
    """Something is counted, or the call asks for some."""
    return Matter(lambda d, b: bool(count(d) or least(b)), _("L’appel n’en demande pas."))


MATTER = {
    "R04": PARTNERS,
    "R10": PIECES,
    "R11": ALWAYS,
    "R12": ALWAYS,
    "R13": _members(lambda m: True, _("Le dossier n’a encore aucun membre.")),
    "R14": ALWAYS,
    "R14B": ALWAYS,
    "R15": _asked(lambda d: sum(m.activity for m in d.members), lambda b: b.min_activity),
    "R16": ALWAYS,
    "R17": _asked(lambda d: sum(m.expenses_cents for m in d.members), lambda b: b.min_base_cents),
    "R18": _asked(lambda d: d.projects, lambda b: b.min_projects),
    "R19": _asked(lambda d: d.linked_partners, lambda b: b.min_external_partners),
    "R20": _asked(lambda d: d.perimeters, lambda b: b.min_perimeters),
    "R21": ASKED,
    "R22": ALWAYS,
    "R23": ALWAYS,
    "R26": ALWAYS,
    "R30": AMOUNTS,
    "R31": AMOUNTS,
    "R32": ASKED,
    "R33": AIDED,
    "R34": SPENT,
    "R35": YEARS,
    "R36": SPENT,
    "R37": SPENT,
    "R38": REGIMES,
    "R40": ANNEX,
}
