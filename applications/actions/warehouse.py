"""Verbs of the mesh: the warehouses, who does which function at which level, the matchings that are planned."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory import identifiers
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..mesh import Cnil, Function, Level
from ..models import Application, FunctionPlacement, Matching, Membership, Procedure, Warehouse
from .hold import hold_for_edit
from .said import choice, mine, row, text


@transaction.atomic
def save_warehouse(
    application: Application,
    *,
    name: str,
    membership: Membership | None = None,
    site: str = "",
    site_finess: str = "",
    level: str = "",
    host: str = "",
    hds_certified: bool | None = None,
    hds_number: str = "",
    cnil_status: str = "",
    cnil_number: str = "",
    cnil_on: date | None = None,
    snds_main: bool | None = None,
    warehouse: Warehouse | None = None,
    by: Any,
    at: datetime | None = None,
) -> Warehouse:
    """Adds a node of the mesh, or changes `warehouse`. Its name alone is needed; a site's FINESS is held to its check key."""
    at = hold_for_edit(application, at, by, key="mesh")
    values = {
        "name": _name(application, name, warehouse),
        "membership": _holder(application, membership),
        "site": text(site, field="site", most=160, name=_("Le site")),
        "site_finess": _finess(site_finess),
        "level": choice(level, Level.values, field="level"),
        "host": text(host, field="host", most=160, name=_("L’hébergeur")),
        "hds_certified": hds_certified,
        "hds_number": text(hds_number, field="hds_number", most=60, name=_("Le numéro")),
        "cnil_status": choice(cnil_status, Cnil.values, field="cnil_status"),
        "cnil_number": text(cnil_number, field="cnil_number", most=60, name=_("Le numéro")),
        "cnil_on": cnil_on,
        "snds_main": snds_main,
    }
    warehouse = row(application.warehouses, warehouse, values)
    record("application.edited", application, by=by, at=at, section="warehouses", warehouse=warehouse.pk)
    return warehouse


def _name(application: Application, name: str, warehouse: Warehouse | None) -> str:
    name = text(name, field="name", most=120, name=_("Le nom"), needed=True)
    others = application.warehouses.exclude(pk=warehouse.pk if warehouse else None)
    if others.filter(name=name).exists():
        raise Refused(_("Un autre entrepôt du dossier porte ce nom."), code="E03", field="name")
    return name


def _holder(application: Application, membership: Membership | None) -> Membership | None:
    held = mine(membership, application, field="membership")
    if held is not None and held.state != "accepted":
        raise Refused(_("Choisissez un membre qui a accepté de rejoindre le dossier."), code="E05", field="membership")
    return held


def _finess(number: str) -> str:
    number = identifiers.compact(number)
    problem = identifiers.finess_problem(number) if number else ""
    if problem:
        raise Refused(problem, code="E04", field="site_finess")
    return number


@transaction.atomic
def remove_warehouse(warehouse: Warehouse, *, by: Any, at: datetime | None = None) -> None:
    """Takes away the node, what was said of its data, its matchings and its place in the functions."""
    application = warehouse.application
    at = hold_for_edit(application, at, by, key="mesh")
    number = warehouse.pk
    application.warehouses.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="warehouses", removed=number)


@transaction.atomic
def save_function(
    application: Application,
    function: str,
    levels: Mapping[str, Mapping[str, Any]],
    *,
    by: Any,
    at: datetime | None = None,
) -> None:
    """What is done of one function at each level given: {level: {warehouses, reason, why_not_lower}}; others stay as they are.

    `warehouses` are those of the dossier that do it there; a level about which nothing is said leaves no row. Fields are
    refused as « level.reason ».
    """
    at = hold_for_edit(application, at, by, key="mesh")
    choice(function, Function.values, field="function", needed=True)
    for level, said in levels.items():
        choice(level, Level.values, field="level", needed=True)
        values = {
            name: text(said.get(name, ""), field=f"{level}-{name}", most=1000, name=_("Le texte"))
            for name in ("reason", "why_not_lower")
        }
        nodes = [one.pk for one in said.get("warehouses", ())]
        if not nodes and not any(values.values()):
            application.functions.filter(function=function, level=level).delete()
            continue
        placement, _made = FunctionPlacement.objects.update_or_create(
            application=application, function=function, level=level, defaults=values
        )
        placement.warehouses.set(application.warehouses.filter(pk__in=nodes))
    record("application.edited", application, by=by, at=at, section="functions", function=function)


@transaction.atomic
def save_matching(
    application: Application,
    *,
    kind: str,
    name: str,
    warehouse: Warehouse | None = None,
    procedure: str = "",
    matching: Matching | None = None,
    by: Any,
    at: datetime | None = None,
) -> Matching:
    """Adds a matching that is planned with the SNDS or a cohort, or changes `matching`."""
    at = hold_for_edit(application, at, by, key="mesh")
    values = {
        "kind": choice(kind, Matching.Kind.values, field="kind", needed=True),
        "name": text(name, field="name", most=160, name=_("Le nom"), needed=True),
        "warehouse": mine(warehouse, application, field="warehouse"),
        "procedure": choice(procedure, Procedure.values, field="procedure"),
    }
    matching = row(application.matchings, matching, values)
    record("application.edited", application, by=by, at=at, section="matchings", matching=matching.pk)
    return matching


@transaction.atomic
def remove_matching(matching: Matching, *, by: Any, at: datetime | None = None) -> None:
    application = matching.application
    at = hold_for_edit(application, at, by, key="mesh")
    number = matching.pk
    application.matchings.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="matchings", removed=number)
