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


@dataclass(frozen=True)
class Link:
    """A matching that is planned."""

    name: str
    kind: str
    procedure: str = ""


@dataclass(frozen=True)
class Finding:
    """What to look at. `kind`: gap, duplicate, unexplained, cnil or procedure; `function` where it is of one function."""

    kind: str
    message: str
    change: str
    function: str = ""


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
                _("« %(function)s » n’est faite à aucun échelon.") % {"function": function.label},
                _("Dites quel entrepôt s’en charge, et à quel échelon."),
                function.value,
            )
        ]
    found = []
    if len(here) > 1:
        levels = ", ".join(str(Level(placement.level).label).lower() for placement in here)
        found.append(
            Finding(
                "duplicate",
                _("« %(function)s » est faite à plusieurs échelons : %(levels)s.")
                % {"function": function.label, "levels": levels},
                _("Gardez un seul échelon, ou dites ce que chacun fait de différent."),
                function.value,
            )
        )
    for placement in here:
        lacks = _unsaid(placement)
        if lacks:
            found.append(
                Finding(
                    "unexplained",
                    _("« %(function)s », échelon %(level)s : %(lacks)s.")
                    % {
                        "function": function.label,
                        "level": str(Level(placement.level).label).lower(),
                        "lacks": lacks,
                    },
                    _("Une phrase suffit : elle dit le choix à ceux qui évaluent."),
                    function.value,
                )
            )
    return found


def _unsaid(placement: Placement) -> str:
    if not placement.reason.strip():
        return _("la raison de ce choix n’est pas dite")
    if placement.level != Level.LOCAL and not placement.why_not_lower.strip():
        return _("il n’est pas dit pourquoi un échelon plus proche ne suffit pas")
    return ""


def cnil_findings(nodes: Iterable[Node], links: Iterable[Link]) -> list[Finding]:
    """Warehouses that leave the référentiel without the authorisation, or the request for one, that this asks for."""
    found = [
        Finding(
            "cnil",
            _(
                "« %(name)s » est apparié à la base principale du SNDS : il sort du référentiel de la CNIL sur les entrepôts"
                " de données de santé (délibération n° 2021-118 du 7 octobre 2021) et demande une autorisation."
            )
            % {"name": node.name},
            _("Indiquez l’autorisation de la CNIL, ou la démarche en cours, sur la fiche de l’entrepôt."),
        )
        for node in nodes
        if node.matched and node.cnil_status not in (Cnil.AUTHORISED, Cnil.IN_PROGRESS)
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
        found.append(Finding("procedure", message % {"name": link.name}, change))
    return found


def read(content: dict[str, Any]) -> list[Finding]:
    """The findings of a dossier's content (applications/freeze.py states its shape); none for a content of format 1."""
    warehouses = content.get("warehouses") or []
    names = {held["id"]: held["name"] for held in warehouses}
    matchings = content.get("matchings") or []
    by_link = {held["warehouse"] for held in matchings if held["kind"] == SNDS}
    placements = [
        Placement(
            held["function"],
            held["level"],
            tuple(names[one] for one in held["warehouses"]),
            held["reason"],
            held["why_not_lower"],
        )
        for held in content.get("functions") or []
    ]
    nodes = [
        Node(held["name"], bool(held["snds_main"]) or held["id"] in by_link, held["cnil_status"]) for held in warehouses
    ]
    links = [Link(held["name"], held["kind"], held["procedure"]) for held in matchings]
    return (findings(placements) if warehouses else []) + cnil_findings(nodes, links)
