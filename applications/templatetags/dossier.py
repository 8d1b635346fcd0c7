"""How a dossier's content is read by the pages: its questions in order, its budget by member, its rates and days."""

from datetime import date
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from applications.questions import QUESTIONS
from applications.rules import Verdict
from edsh_portal.templatetags.portal import cents_plain, paris_date, percent, typo

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


@register.simple_tag
def amount(cell: dict[str, Any], edits: bool) -> SafeString:
    """One amount of a budget (budget_forms.py), typed in when `edits`. Written straight, a grid holding five hundred:
    what a person typed and what is said of it are escaped, names and numbers are the portal's own."""
    drawn = _input(cell) if edits else cents_plain(cell["cents"])
    kind = f"num{' error' if cell['errors'] else ''}{' changed' if cell['changed'] else ''}"
    was = (
        f'<small class="was">{typo(_("avant :"))} <del>{cents_plain(cell["was"])}</del></small>'
        if cell["changed"]
        else ""
    )
    return mark_safe(f'<td class="{kind}">{drawn}{was}</td>')


def _input(cell: dict[str, Any]) -> str:
    name, named, was = cell["name"], cell.get("named"), cell["was"]
    more = f' aria-labelledby="{named}"' if named else ""
    more += ' aria-invalid="true"' if cell["errors"] else ""
    more += "" if was is None else f' data-was="{was}"'
    told = "".join(f'<span class="error-message">{escape(typo(error))}</span>' for error in cell["errors"])
    typed = f'id="id_{name}" name="{name}" value="{escape(cell["value"])}"'
    return f'<input {typed} inputmode="decimal" autocomplete="off"{more}>{told}'


@register.filter
def rate(basis_points: int | None) -> str:
    """Basis points → « 62,50 % »."""
    return "" if basis_points is None else percent(basis_points / 100, 2)


@register.filter
def iso_day(text: str | None) -> str:
    """« 2023-01-01 » → « dimanche 1er janvier 2023 »."""
    return paris_date(date.fromisoformat(text)) if text else ""
