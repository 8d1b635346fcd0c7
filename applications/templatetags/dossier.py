"""How a dossier's content is read by the pages: its questions in order, its budget by member, its rates and days."""

from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from calls.questions import QUESTIONS
from edsh_portal.numbers import amount_writer, cents_plain, percent
from edsh_portal.templatetags.portal import paris_date, paris_instant, typo

from .. import permissions, places
from ..content.fields import SECTIONS
from ..models import Application, BudgetLine, FundingPlan
from ..rules import Verdict
from ..shapes import grid

register = template.Library()


@register.filter
def questions(answers: dict[str, str]) -> list[dict[str, Any]]:
    """[{title, text}] of the answers written, in the order of the form."""
    return [
        {"title": question.title, "text": answers[question.slug]}
        for question in QUESTIONS
        if answers.get(question.slug, "").strip()
    ]


VAT, REGIMES = dict(FundingPlan.Vat.choices), dict(FundingPlan.Regime.choices)


@register.filter
def budget_rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a member, then the consortium's: its expenses and its plan, in cents; under which VAT and regime of aid."""
    rows = []
    for member in content["members"]:
        declared = member["declared"]
        rows.append(
            {
                "name": member["name"],
                "expenses_cents": sum(line["cents"] for line in member["lines"]),
                "plan": member["plan"],
                "vat": VAT.get(declared.get("vat", ""), ""),
                "regime": REGIMES.get(declared.get("regime", ""), ""),
                "de_minimis_cents": declared.get("de_minimis_received_cents", 0),
            }
        )
    totals = content["totals"]
    return [*rows, {"name": "Σ", "expenses_cents": totals["expenses_cents"], "plan": totals}]


@register.filter
def expenses(content: dict[str, Any]) -> list[dict[str, Any]]:
    """[{name, years, rows}] of the members that have some: a row a work package, then each of its categories, year by year.

    Written straight, a consortium holding some three thousand amounts: only the titles are typed by people, and escaped."""
    titles = {package["number"]: package["title"] for package in content["work_packages"]}
    tables = []
    for member in content["members"]:
        cells = {key: cents for key, cents in grid.cells(member).items() if cents}
        if cells:
            years = sorted({year for _package, _category, year in cells})
            tables.append({"name": member["name"], "years": years, "rows": mark_safe(_spent(cells, years, titles))})
    return tables


def _spent(cells: dict[grid.Key, int], years: list[int], titles: dict[int, str]) -> str:
    labels, write = [(category.value, str(category.label)) for category in BudgetLine.Category], amount_writer()
    sums, drawn = grid.totals(cells), []

    def row(label: str, package: int, category: str | None, kind: str = "") -> str:
        held = [sums.get((package, category, year)) for year in (*years, None)]
        amounts = "".join([f'<td class="num">{write(cents)}</td>' if cents else "<td></td>" for cents in held])
        return f'<tr{kind}><th scope="row">{label}</th>{amounts}</tr>'

    for package in sorted({package for package, _category, _year in cells}):
        label = _("Lot %(n)s") % {"n": package} if package else _("Sans lot")
        title = f". {escape(titles[package])}" if package in titles else ""
        drawn.append(row(label + title, package, None, ' class="total"'))
        drawn += [row(label, package, value) for value, label in labels if (package, value, None) in sums]
    return "".join(drawn)


@register.simple_tag
def said(
    section: str, row: dict[str, Any], content: dict[str, Any] | None = None, placed: str = ""
) -> list[dict[str, str]]:
    """[{label, told}] of what a row of a content says, those fields apart that the page has `placed` where they stand."""
    described, apart, told = SECTIONS[section], placed.split(), []
    for name, kept in described.kept.items():
        field = described.fields[name]
        names = {one["id"]: one["name"] for one in (content or {}).get(getattr(field, "among", ""), [])}
        if name not in apart and (words := field.told(row.get(kept), names)):
            told.append({"label": field.label, "told": words})
    return told


@register.simple_tag(takes_context=True)
def place(context: dict[str, Any], verdict: Verdict) -> str:
    """The address of the field that the verdict would have changed, in the dossier of the page if it shows one; on a page
    that says which members are `mine`, none of another's."""
    application, mine = context.get("application"), context.get("mine")
    if mine is not None and verdict.member and verdict.member not in mine:
        return ""
    return places.url(verdict, application.reference if application else "")


@register.inclusion_tag("applications/_modify.html", takes_context=True)
def modify(context: dict[str, Any], page: str, title: str, *args: Any) -> dict[str, str]:
    """Where this part of the content is written, for who may write it on the page that shows it."""
    if not context.get("may_edit"):
        return {}
    return {"url": reverse(f"applications:{page}", args=[context["application"].reference, *args]), "title": title}


@register.simple_tag
def opened(application: Application, part: str) -> bool:
    """Whether a part of the dossier of the page may change now: what is shut is not offered to be added to, nor taken out of."""
    return permissions.is_open(application, part, application.now)


@register.simple_tag
def amounts(cells: list[dict[str, Any]], edits: bool) -> SafeString:
    """The amounts of one row of a budget (budget_forms.py), typed in when `edits`. Written straight, a grid holding five
    hundred: what a person typed is escaped, names and numbers are the portal's own. What is wrong is told under the grid."""
    return mark_safe("".join(_amount(cell, edits) for cell in cells))


def _amount(cell: dict[str, Any], edits: bool) -> str:
    drawn = _input(cell) if edits else cents_plain(cell["cents"])
    kind = f"num{' error' if cell['errors'] else ''}{' changed' if cell['changed'] else ''}"
    before = typo(_("avant :"))
    was = f'<small class="was">{before} <del>{cents_plain(cell["was"])}</del></small>' if cell["changed"] else ""
    return f'<td class="{kind}">{drawn}{was}</td>'


def _input(cell: dict[str, Any]) -> str:
    name, named, was = cell["name"], cell.get("named"), cell["was"]
    more = f' aria-labelledby="{named}"' if named else ""
    more += f' aria-invalid="true" aria-describedby="id_{name}_told"' if cell["errors"] else ""
    more += "" if was is None else f' data-was="{was}"'
    typed = f'id="id_{name}" name="{name}" value="{escape(cell["value"])}"'
    return f'<input {typed} inputmode="decimal" autocomplete="off"{more}>'


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
