"""Tasks of the depth of a dossier: what is missing of the mesh, the core, the governance and the calendar. None of it blocks."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..shapes import expectations, gantt, mesh, socle


def section(content: dict[str, Any], task: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """{title, tasks}, made with the task list's own `task(page, label, begun, missing, left, hint)`."""
    free = _("N’empêche pas de déposer.")
    core = any(node["socle"] for node in content["warehouses"])
    return {
        "title": _("Les entrepôts et le calendrier"),
        "tasks": [
            task(
                "warehouses",
                _("Entrepôts et maillage"),
                bool(content["warehouses"]),
                left=mesh_lacks(content),
                hint=free,
            ),
            task("socles", _("Socle commun"), core, left=core_lacks(content), hint=free),
            task(
                "governance", _("Gouvernance"), bool(content["governance"]), left=governance_lacks(content), hint=free
            ),
            task(
                "schedule",
                _("Lots, jalons et livrables"),
                bool(content["calendar"]),
                left=calendar_lacks(content),
                hint=free,
            ),
        ],
    }


def mesh_lacks(content: dict[str, Any]) -> str:
    nodes = content["warehouses"]
    if not nodes:
        return _("au moins un entrepôt à décrire")
    lacks = []
    half = sum(1 for node in nodes if not (node["member"] and node["level"] and node["host"] and node["cnil_status"]))
    if half:
        lacks.append(ngettext("%(n)s fiche à compléter", "%(n)s fiches à compléter", half) % {"n": half})
    found = len(mesh.read(content))
    if found:
        lacks.append(ngettext("%(n)s point à revoir", "%(n)s points à revoir", found) % {"n": found})
    return ", ".join(lacks)


def core_lacks(content: dict[str, Any]) -> str:
    nodes = content["warehouses"]
    if not nodes:
        return _("au moins un entrepôt à décrire")
    left = sum(socle.ITEMS - sum(1 for now, target in node["socle"].values() if now and target) for node in nodes)
    return ngettext("%(n)s élément à renseigner", "%(n)s éléments à renseigner", left) % {"n": left} if left else ""


def governance_lacks(content: dict[str, Any]) -> str:
    lines = expectations.checklist(content["governance"], {piece["code"] for piece in content["pieces"]})
    left = sum(line.state != "done" for line in lines)
    return (
        ngettext("%(n)s justificatif à apporter", "%(n)s justificatifs à apporter", left) % {"n": left} if left else ""
    )


def calendar_lacks(content: dict[str, Any]) -> str:
    packages = content["calendar"]
    if not packages:
        return _("au moins un lot à décrire")
    lacks = []
    undated = sum(1 for package in packages if not (package["starts_month"] and package["ends_month"]))
    if undated:
        lacks.append(ngettext("%(n)s lot à dater", "%(n)s lots à dater", undated) % {"n": undated})
    bare = sum(1 for package in packages if not (package["milestones"] or package["deliverables"]))
    if bare:
        lacks.append(
            ngettext("%(n)s lot sans jalon ni livrable", "%(n)s lots sans jalon ni livrable", bare) % {"n": bare}
        )
    if gantt.late(packages):
        lacks.append(_("des échéances hors des mois de leur lot"))
    return ", ".join(lacks)
