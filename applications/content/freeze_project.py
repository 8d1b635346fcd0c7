"""The part of a content that tells the project in depth: mesh, common core, governance, calendar.

projects      also outcomes, procedure, starts_on, indicators [{id, outcome, label, unit, baseline, target, target_on}]
              (values as text with two decimals, None where not filled)
warehouses    [{id, name, member (its name or ""), site, site_finess, level, host, hds_certified, hds_number, cnil_status,
              cnil_number, cnil_on, snds_main, socle: {item number: [now, target]}}]
socle_version the version of the common core those numbers are of
functions     [{function, level, reason, why_not_lower, warehouses: [id]}]
matchings     [{id, kind, name, warehouse (id or None), procedure}]
governance    its columns (models/governance.py), or None before it is begun
calendar      [{number, title, starts_month, ends_month, milestones [{id, month, title, evidence}],
              deliverables [{id, month, title, kind}]}]
              one a work package, in their order
"""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Func, OuterRef

from ..models import (
    Deliverable,
    FunctionPlacement,
    Governance,
    Indicator,
    Matching,
    Milestone,
    SocleState,
    Warehouse,
    WorkPackage,
)
from ..shapes.socle import VERSION
from .fields import PLACED, SECTIONS

Rows = Callable[..., Func]

KEYS = ("warehouses", "socle_version", "functions", "matchings", "governance", "calendar")


def indicators(rows: Rows) -> Func:
    """Of one project, inside the subquery of the projects."""
    return rows(Indicator.objects.filter(project=OuterRef("pk")), ("pk",), id="id", **SECTIONS["indicators"].frozen())


def parts(rows: Rows) -> dict[str, Func]:
    """The subqueries of the dossier that `content` reads, made with freeze's `_rows`."""
    own = {"application": OuterRef("pk")}
    of_package = {"work_package": OuterRef("pk")}
    member = F("membership__establishment__name")
    return {
        "warehouses_": rows(
            Warehouse.objects.filter(**own),
            ("pk",),
            id="id",
            **SECTIONS["warehouses"].frozen(member=member, standing=F("membership__state")),
        ),
        "states_": rows(
            SocleState.objects.filter(warehouse__application=OuterRef("pk"), item__version=VERSION),
            ("warehouse_id", "item__order"),
            warehouse="warehouse_id",
            number="item__number",
            now="now",
            target="target",
        ),
        "functions_": rows(
            FunctionPlacement.objects.filter(**own), ("pk",), function="function", level="level", **PLACED.frozen()
        ),
        "matchings_": rows(Matching.objects.filter(**own), ("pk",), id="id", **SECTIONS["matchings"].frozen()),
        "governance_": rows(Governance.objects.filter(**own), ("pk",), **SECTIONS["governance"].frozen()),
        "calendar_": rows(
            WorkPackage.objects.filter(**own),
            ("order", "number"),
            **{name: name for name in ("number", "title", "starts_month", "ends_month")},
            milestones=rows(
                Milestone.objects.filter(**of_package), ("month", "pk"), id="id", **SECTIONS["milestones"].frozen()
            ),
            deliverables=rows(
                Deliverable.objects.filter(**of_package), ("month", "pk"), id="id", **SECTIONS["deliverables"].frozen()
            ),
        ),
    }


def content(held: dict[str, Any]) -> dict[str, Any]:
    """Those keys, from what `parts` read."""
    states: dict[int, dict[str, list[str]]] = {}
    for row in held["states_"]:
        states.setdefault(row["warehouse"], {})[row["number"]] = [row["now"], row["target"]]
    return {
        "warehouses": [
            {name: value for name, value in row.items() if name != "standing"}
            | {
                "member": row["member"] if row["standing"] == "accepted" else "",
                "socle": states.get(row["id"], {}),
            }
            for row in held["warehouses_"]
        ],
        "socle_version": VERSION,
        "functions": held["functions_"],
        "matchings": held["matchings_"],
        "governance": held["governance_"][0] if held["governance_"] else None,
        "calendar": held["calendar_"],
    }
