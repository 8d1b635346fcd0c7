"""Verbs of the mesh: the warehouses, who does which function at which level, the matchings that are planned."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..fields import SECTIONS
from ..mesh import Function, Level
from ..models import Application, Matching, Membership, Warehouse
from .hold import hold_section
from .rows import Reads, new_row, save_row


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
    read: Reads = None,
) -> Warehouse:
    """Adds a node of the mesh, or changes `warehouse`. Its name alone is needed; a site's FINESS is held to its check key."""
    at = hold_section(application, at, by, "mesh")
    row = warehouse or new_row(application.warehouses)
    values = {
        "name": name,
        "membership": membership,
        "site": site,
        "site_finess": site_finess,
        "level": level,
        "host": host,
        "hds_certified": hds_certified,
        "hds_number": hds_number,
        "cnil_status": cnil_status,
        "cnil_number": cnil_number,
        "cnil_on": cnil_on,
        "snds_main": snds_main,
    }
    save_row(application, "warehouses", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="warehouses", warehouse=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_warehouse(warehouse: Warehouse, *, by: Any, at: datetime | None = None) -> None:
    """Takes away the node, what was said of its data, its matchings and its place in the functions."""
    application = warehouse.application
    at = hold_section(application, at, by, "mesh")
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
    read: Reads = None,
) -> None:
    """What is done of one function at each level given: {level: {warehouses, reason, why_not_lower}}; others stay as they are.

    `warehouses` are those of the dossier that do it there; a level about which nothing is said leaves no row. Fields are
    refused as « level.reason ».
    """
    at = hold_section(application, at, by, "mesh")
    _choose(function, Function.values, "function")
    values: dict[str, Any] = {}
    for level, said in levels.items():
        _choose(level, Level.values, "level")
        values |= {f"{level}-{column}": said.get(column, "") for column in ("reason", "why_not_lower")}
        values[f"{level}-warehouses"] = [node.pk for node in said.get("warehouses", ())]
    save_row(application, "functions", function, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="functions", function=function)


def _choose(value: str, known: list[str], field: str) -> None:
    if value not in known:
        raise Refused(_("Choisissez une des valeurs proposées."), code="E05", field=field)


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
    read: Reads = None,
) -> Matching:
    """Adds a matching that is planned with the SNDS or a cohort, or changes `matching`."""
    at = hold_section(application, at, by, "mesh")
    row = matching or new_row(application.matchings, kind=SECTIONS["matchings"].fields["kind"].read(kind, "kind"))
    values = {"kind": kind, "name": name, "warehouse": warehouse, "procedure": procedure}
    save_row(application, "matchings", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="matchings", matching=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_matching(matching: Matching, *, by: Any, at: datetime | None = None) -> None:
    application = matching.application
    at = hold_section(application, at, by, "mesh")
    number = matching.pk
    application.matchings.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="matchings", removed=number)
