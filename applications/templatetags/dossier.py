"""How a dossier's content is read by the pages: its questions in order, its budget by member, its rates and days."""

from datetime import date, datetime
from typing import Any

from django import template

from applications.questions import QUESTIONS
from applications.rules import Verdict
from edsh_portal.templatetags.portal import paris_date, paris_instant, percent

register = template.Library()


@register.filter
def questions(answers: dict[str, str]) -> list[dict[str, Any]]:
    """[{title, text}] of the answers written, in the order of the form."""
    return [
        {"title": question.title, "text": answers[question.slug]}
        for question in QUESTIONS
        if answers.get(question.slug, "").strip()
    ]


@register.filter
def budget_rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a member, then the consortium's: expenses, aid, own funds, other resources, in cents."""
    rows = []
    for member in content["members"]:
        expenses = sum(line["cents"] for line in member["lines"])
        rows.append({"name": member["name"], "expenses_cents": expenses, **_plan(member["plan"])})
    totals = content["totals"]
    return [*rows, {"name": "Σ", "expenses_cents": totals["expenses_cents"], **_plan(totals)}]


def _plan(plan: dict[str, int]) -> dict[str, int]:
    return {
        "aid_cents": plan["aid_cents"],
        "own_cents": plan["own_cents"],
        "others_cents": plan["public_cents"] + plan["other_cents"],
    }


@register.simple_tag(takes_context=True)
def place(context: dict[str, Any], verdict: Verdict) -> str:
    """The address of the field that the verdict would have changed, in the dossier of the page if it shows one."""
    application = context.get("application")
    return verdict.url(application.reference if application else "")


@register.filter
def rate(basis_points: int | None) -> str:
    """Basis points → « 62,50 % »."""
    return "" if basis_points is None else percent(basis_points / 100, 2)


@register.filter
def iso_day(text: str | None) -> str:
    """« 2023-01-01 » → « dimanche 1er janvier 2023 »."""
    return paris_date(date.fromisoformat(text)) if text else ""


@register.filter
def iso_instant(text: str | None) -> str:
    """The instant of a content, « mardi 11 octobre 2022 à 12:00:00, heure de Paris »."""
    return paris_instant(datetime.fromisoformat(text)) if text else ""
