"""Budgets: all members at a glance, then one member's grid, funding plan and work."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions, rules
from ..content import freeze
from ..content.fields import SECTIONS, TERMS, keys
from ..forms.budget import BudgetForm, SheetForm
from ..forms.dossier import form_of
from ..models import FundingPlan, Membership
from ..shapes import grid
from .found import the_dossier, the_member
from .together import grid_together, saved, together

VAT, REGIMES = dict(FundingPlan.Vat.choices), dict(FundingPlan.Regime.choices)


@require_safe
def budgets(request: HttpRequest, reference: str) -> HttpResponse:
    """Each member's expenses, aid, rate and balance, with the rules that look at them."""
    application = the_dossier(request, reference, permissions.can_read_draft)
    reading = freeze.read(application, application.now)
    held = permissions.standing(request.user, application)
    every = {member["membership"] for member in reading.content["members"]}
    mine = every if permissions.coordinates(request.user, application) else every & {one.membership for one in held}
    content, bounds = reading.content, reading.bounds
    rows = [
        {
            "pk": held["membership"],
            "member": member,
            "most_aid": rules.most_aid_cents(member, bounds),
            "rate": rules.rate_bp(member.aid_cents, member.expenses_cents),
            "balance": member.resources_cents - member.expenses_cents,
            "vat": VAT.get(member.vat),
            "regime": REGIMES.get(member.regime),
        }
        for member, held in zip(reading.facts.members, content["members"], strict=True)
    ]
    context = {
        "application": application,
        "rows": rows,
        "totals": content["totals"],
        "told": rules.told(reading.budget_verdicts),
        "mine": mine,
        "rate": rules.rate_bp(content["totals"]["aid_cents"], content["totals"]["expenses_cents"]),
    }
    return render(request, "applications/budgets.html", context)


@repeatable
@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One member's grid; totals are the server's, of what was just read or typed. Read-only for the other members."""
    writing = request.method == "POST"
    member = the_member(request, reference, pk, permissions.can_edit_member if writing else permissions.can_read_member)
    form = grid_form(member, request.POST if writing else None)
    if permissions.can_edit_member(request.user, member):
        grid_together(form, member.application, request.user, stem(member), place_of(member))
    if writing and carried(
        form,
        lambda data: actions.save_row(
            member.application, "budget", row=member, read=form.read, by=request.user, **data
        ),
    ):
        return saved(request, member.application, [stem(member)], "budget", pk)
    return grid_page(request, member, form)


def stem(member: Membership) -> str:
    """Of the keys of this member's amounts."""
    return f"budget.{member.pk}."


def place_of(member: Membership) -> str:
    """Where those who write this member's part are said to be."""
    return f"members.{member.pk}"


def grid_form(
    member: Membership, data: Any = None, *, amounts: Mapping[str, int] | None = None, years: Iterable[int] = ()
) -> BudgetForm:
    """The saved amounts beside those last deposited; with `amounts` (read from a sheet), these beside the saved ones."""
    number = Coalesce("work_package__number", grid.UNALLOTTED)
    cells = {tuple(place): cents for *place, cents in member.lines.values_list(number, "category", "year", "cents")}
    held = {grid.field(place): cents for place, cents in cells.items()}
    held |= {name: getattr(getattr(member, "plan", None), name, 0) for name in grid.PLAN}
    return BudgetForm(
        data,
        initial=held if amounts is None else amounts,
        before=_deposited(member) if amounts is None else held,
        # the project's years, and those where something was once entered, so that it can be moved
        years=sorted({*actions.years(member.application), *(year for _package, _category, year in cells), *years}),
        packages=dict(member.application.packages.values_list("number", "title")),
    )


def _deposited(member: Membership) -> dict[str, int] | None:
    """The member's amounts in the version last deposited, by field; None when it was never in one."""
    version = member.application.version
    members = version.content["members"] if version else []
    return next((grid.flat(held) for held in members if held["membership"] == member.pk), None)


def grid_page(
    request: HttpRequest, member: Membership, form: BudgetForm, *, sheet: SheetForm | None = None, **more: Any
) -> HttpResponse:
    """The page of the grid: its tabs, the ceiling of this nature of member, the sheets out and in."""
    application, writes = member.application, permissions.can_edit_member(request.user, member)
    accepted = application.memberships.filter(state="accepted").select_related("establishment").order_by("role", "pk")
    context = {
        "application": application,
        "membership": member,
        "form": form,
        "sheet": sheet or SheetForm(),
        "writes": writes,
        "edits": writes and not form.shut,
        "tabs": [
            {
                "label": one.establishment.name,
                "url": reverse("applications:budget", args=[application.reference, one.pk]),
                "current": one.pk == member.pk,
            }
            for one in accepted
        ],
        "ceiling_bp": member.ceiling_bp,
        "rate": rules.rate_bp(form.plan_aid(), form.total()),
        "most_aid": rules.share_cents(form.total(), member.ceiling_bp),
        **more,
    }
    refused = form.errors or (sheet and sheet.errors) or more.get("errors")
    return render(request, "applications/budget.html", context, status=422 if refused else 200)


@repeatable
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_edit_member)
    form = form_of(SECTIONS["members"])(
        request.POST if request.method == "POST" else None, initial={"work": member.work}
    )
    named = keys("members", ["work"], member.pk)
    together(form, member.application, request.user, named, place_of(member))
    if request.method == "POST" and carried(
        form,
        lambda data: actions.save_row(
            member.application, "members", row=member, read=form.read, by=request.user, **data
        ),
    ):
        return saved(request, member.application, [*named.values()], "budget", pk)
    context = {"application": member.application, "membership": member, "form": form}
    return render(request, "applications/work.html", context, status=422 if form.errors else 200)


@repeatable
@require_http_methods(["GET", "HEAD", "POST"])
def regime(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """VAT, regime of State aid and de minimis aid received: what R37 and R38 look at, and R32's ceiling."""
    member = the_member(request, reference, pk, permissions.can_edit_member)
    plan = getattr(member, "plan", None) or FundingPlan()
    initial = {name: getattr(plan, name) for name in TERMS}
    form = form_of(SECTIONS["budget"], *TERMS)(request.POST if request.method == "POST" else None, initial=initial)
    named = keys("budget", TERMS, member.pk)
    together(form, member.application, request.user, named, place_of(member))
    if request.method == "POST" and carried(
        form,
        lambda data: actions.save_row(
            member.application, "budget", row=member, read=form.read, by=request.user, **data
        ),
    ):
        return saved(request, member.application, [*named.values()], "budget", pk)
    context = {"application": member.application, "membership": member, "form": form}
    return render(request, "applications/regime.html", context, status=422 if form.errors else 200)
