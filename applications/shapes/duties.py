"""What a deposit commits its members to besides money, each duty with the text it rests on. Pure: contents as freeze.py writes them.

Only what public texts of the call or the law say, or what the dossier itself says; an assumption is called one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edsh_portal.templatetags.portal import paris_date

from .mesh import Level


@dataclass(frozen=True)
class Duty:
    what: str
    source: str


def duties(content: dict[str, Any]) -> list[Duty]:
    """Those of every member, in the order of the project."""
    return [
        _time(content["identity"]),
        Duty(_("Les travaux ne commencent pas avant le dépôt."), _("Décret n° 2018-514 du 25 juin 2018, article 5")),
        Duty(
            _("Chaque membre mène les travaux de sa partie et finance le reste à charge."),
            _("Foire aux questions du ministère de la santé, plan de financement du dossier"),
        ),
        *_mesh(content),
        *_sharing(content["perimeters"]),
        Duty(
            _(
                "Avant le premier versement, chaque bénéficiaire a signé sa convention, et tous les membres un accord de consortium."
            ),
            _("Usage des conventions de France 2030"),
        ),
        Duty(
            _("Les justificatifs des dépenses sont conservés dix ans."),
            _("Règlement (UE) n° 651/2014, article 12 ; étendu à toutes les aides : hypothèse du portail"),
        ),
    ]


def notification() -> Duty:
    """The coordinator's own: it receives the decisions."""
    return Duty(
        _(
            "Les décisions sont notifiées dans cet espace ; faute d’être ouvertes, elles sont réputées notifiées au bout de quinze jours."
        ),
        _("Code des relations entre le public et l’administration, articles L. 112-15 et R. 112-17 à R. 112-20"),
    )


def _time(identity: dict[str, Any]) -> Duty:
    source = _("Identité du projet ; cahier des charges, critères d’éligibilité")
    if not identity["starts_on"] or not identity["months"]:
        return Duty(_("Le début des travaux ou leur durée ne sont pas encore indiqués."), source)
    when = {"day": paris_date(date.fromisoformat(identity["starts_on"])), "n": identity["months"]}
    return Duty(_("Les travaux commencent le %(day)s et durent %(n)s mois.") % when, source)


def _mesh(content: dict[str, Any]) -> list[Duty]:
    levels = dict(Level.choices)
    nodes = [
        f"{node['name']} ({levels[node['level']]})" if node["level"] in levels else node["name"]
        for node in content["warehouses"]
    ]
    if not nodes:
        return []
    told = _("Chaque entrepôt conserve son niveau : %(nodes)s.") % {"nodes": " ; ".join(nodes)}
    return [Duty(told, _("Maillage du dossier ; orientation de l’appel : local, mutualisé ou thématique, national"))]


def _sharing(perimeters: list[dict[str, Any]]) -> list[Duty]:
    if not perimeters:
        return []
    held = ngettext(
        "%(n)s périmètre de données rejoint le catalogue du Health Data Hub ; durée de partage : %(durations)s.",
        "%(n)s périmètres de données rejoignent le catalogue du Health Data Hub ; durées de partage : %(durations)s.",
        len(perimeters),
    )
    durations = " ; ".join(perimeter["duration"] for perimeter in perimeters)
    return [
        Duty(held % {"n": len(perimeters), "durations": durations}, _("Foire aux questions du ministère de la santé"))
    ]
