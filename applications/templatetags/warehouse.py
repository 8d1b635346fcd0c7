"""How the depth of a dossier is shown: the words of its codes, its findings, its indexes, its calendar."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from edsh_portal.numbers import percent

from ..content.reference import socle_labels
from ..models import Deliverable, Matching, Outcome, Procedure
from ..shapes import expectations, gantt, mesh, socle
from .dossier import said

register = template.Library()

WORDS = {
    "level": dict(mesh.Level.choices),
    "function": dict(mesh.Function.choices),
    "cnil": dict(mesh.Cnil.choices),
    "stage": dict(socle.Stage.choices),
    "outcome": dict(Outcome.choices),
    "procedure": dict(Procedure.choices),
    "matching": dict(Matching.Kind.choices),
    "deliverable": dict(Deliverable.Kind.choices),
}


@register.filter
def word(code: str, kind: str) -> str:
    """The words of a code; one that is not known any more shows itself."""
    return str(WORDS[kind].get(code, code)) if code else ""


@register.filter
def findings(content: dict[str, Any]) -> list[mesh.Finding]:
    return mesh.read(content)


@register.filter
def alike(findings: list[mesh.Finding]) -> list[list[mesh.Finding]]:
    """Those that ask for the same change together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[mesh.Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.kind, finding.change), []).append(finding)
    return list(groups.values())


@register.filter
def snds(node: dict[str, Any], matchings: list[dict[str, Any]] | None) -> str:
    """Where a warehouse stands with the main base of the SNDS: matched, to be matched, not, or nothing said."""
    if node["snds_main"]:
        return _("apparié")
    if mesh.planned(node["id"], matchings or []):
        return _("appariement prévu")
    return _("non apparié") if node["snds_main"] is False else ""


@register.filter
def placements(content: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a function: its name and, level by level, who does it and why."""
    names = {held["id"]: held["name"] for held in content["warehouses"] or []}
    held = {(row["function"], row["level"]): row for row in content["functions"] or []}
    return [
        {
            "code": function.value,
            "label": function.label,
            "levels": [
                {
                    "label": level.label,
                    "nodes": [names[one] for one in held[function, level]["warehouses"]],
                    "reason": held[function, level]["reason"],
                    "why_not_lower": held[function, level]["why_not_lower"],
                }
                if (function, level) in held
                else {"label": level.label}
                for level in mesh.Level
            ],
        }
        for function in mesh.Function
    ]


@register.filter
def core(states: dict[str, Any], count: int = socle.ITEMS) -> dict[str, Any]:
    """How many of the core's items are said in one warehouse, and both indexes, in words."""
    return {
        "said": sum(1 for now, _target in states.values() if now),
        "now": tenths(socle.index((now for now, _target in states.values()), count)),
        "target": tenths(socle.index((target for _now, target in states.values()), count)),
    }


@register.filter
def journeys(states: dict[str, list[str]], version: str) -> list[dict[str, Any]]:
    """[{now, target, count, items}] of one warehouse: the items that go from one stage to another, from the lowest up."""
    labels = socle_labels(version)
    held: dict[tuple[str, str], list[str]] = {}
    for number, (now, target) in states.items():
        held.setdefault((now, target), []).append(f"{number} {labels.get(number, '')}")
    return [
        {"now": now, "target": target, "count": len(items), "items": " ; ".join(items)}
        for (now, target), items in sorted(
            held.items(), key=lambda one: [socle.RANK.get(stage, -1) for stage in one[0]]
        )
    ]


@register.filter
def tenths(number: int) -> str:
    return percent(number / 10)


@register.filter
def checklist(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the governance, each with the title of its evidence."""
    titles = {piece["code"]: piece["title"] for piece in content["pieces"]}
    return [
        {"line": line, "evidence": titles.get(line.evidence) or (_("à joindre") if line.evidence else "")}
        for line in expectations.checklist(content["governance"], titles)
    ]


@register.filter
def committee(content: dict[str, Any]) -> expectations.Parity | None:
    held = content["governance"] or {}
    return expectations.parity(held.get("cse_women"), held.get("cse_men"))


@register.inclusion_tag("applications/_calendar.html", takes_context=True)
def calendar(context: dict[str, Any], packages: list[dict[str, Any]], months: int | None) -> dict[str, Any]:
    """The packages over the months, drawn (on paper, in a table), then told in a table."""
    return {
        "table": gantt.table(packages, months) if context.get("paper") else None,
        "rows": gantt.rows(packages, months),
        "months": gantt.span(packages, months),
        "late": gantt.late(packages),
        "head": [
            {"label": _("Mois"), "numeric": True},
            {"label": _("Lot")},
            {"label": _("Quoi")},
            {"label": _("Preuve ou nature")},
        ],
        "told": _due_rows(packages),
    }


def _rest(section: str, row: dict[str, Any]) -> str:
    """What is said of a milestone or a deliverable beside its title and its month."""
    return ", ".join(one["told"] for one in said(section, row, placed="title month"))


def _due_rows(packages: list[dict[str, Any]]) -> list[list[str]]:
    """Milestones and deliverables in the order of their months; those without one come last."""
    due = [
        (row["month"] or 10**6, package["number"], words, row, _rest(section, row))
        for section, words in (("milestones", _("Jalon : %(title)s")), ("deliverables", _("Livrable : %(title)s")))
        for package in packages
        for row in package[section]
    ]
    return [
        [str(row["month"] or "–"), str(number), words % {"title": row["title"]}, more]
        for _month, number, words, row, more in sorted(due, key=lambda one: one[:2])
    ]
