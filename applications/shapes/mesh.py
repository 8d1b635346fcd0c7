"""Who does which function at which level, and what a matched warehouse owes the CNIL: facts in, findings out, no query.

« Distribué et subsidiaire »: a function is done once, as close to the data as it can be, and what is done higher says why
(CALL.md §4, F3 and F4). A warehouse matched with the main base of the SNDS leaves the CNIL's référentiel on health data
warehouses and asks for an authorisation (délibération n° 2021-118 of 7 October 2021; CALL.md §1.10). Nothing here blocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Level(TextChoices):
    LOCAL = "local", gettext_lazy("Local")
    SHARED = "shared", gettext_lazy("Mutualisé ou thématique")
    NATIONAL = "national", gettext_lazy("National")


class Function(TextChoices):
    COLLECT = "collect", gettext_lazy("Collecte")
    QUALITY = "quality", gettext_lazy("Mise en qualité")
    STANDARDS = "standards", gettext_lazy("Standardisation")
    HOSTING = "hosting", gettext_lazy("Hébergement")
    ACCESS = "access", gettext_lazy("Mise à disposition")
    GOVERNANCE = "governance", gettext_lazy("Gouvernance et comité scientifique et éthique")


class Cnil(TextChoices):
    AUTHORISED = "authorised", gettext_lazy("Autorisé par la CNIL")
    CONFORMS = "conforms", gettext_lazy("Conforme au référentiel")
    IN_PROGRESS = "in_progress", gettext_lazy("Démarche en cours")
    NOT_BEGUN = "not_begun", gettext_lazy("Démarche non commencée")


SNDS, AUTHORISATION = "snds", "authorisation"  # of Matching.Kind and Procedure


@dataclass(frozen=True)
class Placement:
    """One function at one level: the names of the nodes that do it there, and why."""

    function: str
    level: str
    nodes: tuple[str, ...] = ()
    reason: str = ""
    why_not_lower: str = ""


@dataclass(frozen=True)
class Node:
    name: str
    matched: bool = False  # with the main base of the SNDS
    cnil_status: str = ""
    planned: bool = False  # it is not yet: a matching says that it will be
    id: int = 0


@dataclass(frozen=True)
class Link:
    """A matching that is planned."""

    name: str
    kind: str
    procedure: str = ""
    id: int = 0


@dataclass(frozen=True)
class Finding:
    """What to look at. `kind`: gap, duplicate, unexplained, cnil or procedure; `page` and `row` say where it is corrected:
    a function by its code, a warehouse or a matching by its number."""

    kind: str
    message: str
    change: str
    page: str = ""
    row: str | int = ""


def findings(placements: Iterable[Placement]) -> list[Finding]:
    """Functions in their order: done nowhere (gap), done at two levels (duplicate), or done somewhere without a reason."""
    done = [placement for placement in placements if placement.nodes]
    found: list[Finding] = []
    for function in Function:
        here = sorted(
            (placement for placement in done if placement.function == function),
            key=lambda placement: Level.values.index(placement.level),
        )
        found += _of_function(function, here)
    return found


def _of_function(function: Function, here: list[Placement]) -> list[Finding]:
    if not here:
        return [
            Finding(
                "gap",
                _("La fonction « %(function)s » n’est assurée à aucun niveau.") % {"function": function.label},
                _("Indiquez quel entrepôt s’en charge, et à quel niveau."),
                "function",
                function.value,
            )
        ]
    found = []
    if len(here) > 1:
        levels = ", ".join(str(Level(placement.level).label).lower() for placement in here)
        found.append(
            Finding(
                "duplicate",
                _("La fonction « %(function)s » est assurée à plusieurs niveaux : %(levels)s.")
                % {"function": function.label, "levels": levels},
                _("Gardez un seul niveau, ou expliquez la différence entre eux."),
                "function",
                function.value,
            )
        )
    for placement in here:
        lacks = _unsaid(placement)
        if lacks:
            found.append(
                Finding(
                    "unexplained",
                    _("Fonction « %(function)s », niveau %(level)s : %(lacks)s.")
                    % {
                        "function": function.label,
                        "level": str(Level(placement.level).label).lower(),
                        "lacks": lacks,
                    },
                    _("Une phrase suffit : elle explique ce choix aux évaluateurs."),
                    "function",
                    function.value,
                )
            )
    return found


def _unsaid(placement: Placement) -> str:
    if not placement.reason.strip():
        return _("précisez la raison de ce choix")
    if placement.level != Level.LOCAL and not placement.why_not_lower.strip():
        return _("précisez pourquoi un niveau plus proche ne suffit pas")
    return ""


def cnil_findings(nodes: Iterable[Node], links: Iterable[Link]) -> list[Finding]:
    """Warehouses that leave the référentiel without the authorisation, or the request for one, that this asks for."""
    found = [
        Finding(
            "cnil",
            (
                _(
                    "« %(name)s » sera apparié à la base principale du SNDS : il sortira du référentiel de la CNIL sur les"
                    " entrepôts de données de santé (délibération n° 2021-118 du 7 octobre 2021) et demande une autorisation."
                )
                if node.planned
                else _(
                    "« %(name)s » est apparié à la base principale du SNDS : il sort du référentiel de la CNIL sur les"
                    " entrepôts de données de santé (délibération n° 2021-118 du 7 octobre 2021) et demande une autorisation."
                )
            )
            % {"name": node.name},
            _("Indiquez l’autorisation de la CNIL, ou la démarche en cours, sur la fiche de l’entrepôt."),
            "warehouse",
            node.id,
        )
        for node in nodes
        if (node.matched or node.planned) and node.cnil_status not in (Cnil.AUTHORISED, Cnil.IN_PROGRESS)
    ]
    for link in links:
        if link.kind == SNDS and link.procedure != AUTHORISATION:
            message = _(
                "« %(name)s » : un appariement avec la base principale du SNDS demande une autorisation de la CNIL."
            )
        elif not link.procedure:
            message = _("« %(name)s » : la procédure de cet appariement n’est pas indiquée.")
        else:
            continue
        change = _("Corrigez la procédure de l’appariement.")
        found.append(Finding("procedure", message % {"name": link.name}, change, "matching", link.id))
    return found


def planned(warehouse: int, matchings: Iterable[dict[str, Any]]) -> bool:
    """Whether one of a content's matchings will match this warehouse with the main base of the SNDS."""
    return any(held["kind"] == SNDS and held["warehouse"] == warehouse for held in matchings)


def read(content: dict[str, Any]) -> list[Finding]:
    """The findings of a dossier's content (applications/content/freeze.py states its shape)."""
    warehouses = content["warehouses"] or []  # None of what the Health Data Hub reads
    names = {held["id"]: held["name"] for held in warehouses}
    matchings = content["matchings"] or []
    placements = [
        Placement(
            held["function"],
            held["level"],
            tuple(names[one] for one in held["warehouses"]),
            held["reason"],
            held["why_not_lower"],
        )
        for held in content["functions"] or []
    ]
    nodes = [
        Node(
            held["name"],
            bool(held["snds_main"]),
            held["cnil_status"],
            not held["snds_main"] and planned(held["id"], matchings),
            held["id"],
        )
        for held in warehouses
    ]
    links = [Link(held["name"], held["kind"], held["procedure"], held["id"]) for held in matchings]
    return (findings(placements) if warehouses else []) + cnil_findings(nodes, links)
