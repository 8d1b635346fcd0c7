"""Budgets: all members at a glance, then one member's grid, funding plan and work."""

from django.contrib import messages
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, freeze, permissions, rules
from ..fields import MEMBER, keys
from ..forms import BudgetForm, WorkForm, carried
from ..freeze import DECLARED
from ..models import FundingPlan, Membership
from ..rules_forms import RegimeForm
from .found import the_dossier, the_member
from .writing import TWO_TEXTS, met, together

VAT, REGIMES = dict(FundingPlan.Vat.choices), dict(FundingPlan.Regime.choices)


@require_safe
def budgets(request: HttpRequest, reference: str) -> HttpResponse:
    """Each member's expenses, aid, rate and balance, with the rules that look at them."""
    application = the_dossier(request, reference, permissions.can_read_draft)
    reading = freeze.read(application, application.now)
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
        "verdicts": reading.budget_verdicts,
        "writes": bool(permissions.standing(request.user, application)),
        "rate": rules.rate_bp(content["totals"]["aid_cents"], content["totals"]["expenses_cents"]),
    }
    return render(request, "applications/budgets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def budget(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """One member's grid; totals are the server's, of what was just read or typed."""
    member = the_member(request, reference, pk, permissions.can_edit_member)
    form = BudgetForm(request.POST if request.method == "POST" else None, initial=_held(member), years=_years(member))
    if request.method == "POST" and carried(
        form, lambda data: actions.save_budget(member, form.cells(), form.plan(), by=request.user)
    ):
        messages.success(request, _("Budget enregistré."))
        return redirect("applications:budget", reference, pk)
    ceiling_bp = member.application.wave.settings.rates.filter(
        kind=member.establishment.kind, regime__in=("", getattr(getattr(member, "plan", None), "regime", ""))
    ).aggregate(bp=Min("rate_bp"))["bp"]
    context = {
        "application": member.application,
        "membership": member,
        "form": form,
        "rate": rules.rate_bp(form.plan_aid(), form.total()),
        "most_aid": rules.share_cents(form.total(), ceiling_bp),
    }
    return render(request, "applications/budget.html", context, status=422 if form.errors else 200)


def _held(member: Membership) -> dict[str, int]:
    """The saved amounts, by the names of BudgetForm's fields."""
    member.held_lines = list(member.lines.all())
    plan = getattr(member, "plan", None)
    return {f"{line.category}-{line.year}": line.cents for line in member.held_lines} | {
        name: getattr(plan, name, 0) for name in BudgetForm.PLAN
    }


def _years(member: Membership) -> list[int]:
    """The project's years, and those where something was once entered, so that it can be moved."""
    return sorted({*actions.years(member.application), *(line.year for line in member.held_lines)})


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_edit_member)
    form = WorkForm(request.POST if request.method == "POST" else None, initial={"work": member.work})
    named = keys("members", MEMBER, member.pk)
    together(form, member.application, request.user, named, f"members.{member.pk}")
    if request.method == "POST" and carried(
        form, lambda data: actions.save_work(member, **data, read=form.read, by=request.user)
    ):
        if met(member.application, request.user, named):
            messages.warning(request, TWO_TEXTS)
            return redirect("applications:work", reference, pk)
        messages.success(request, _("Travaux enregistrés."))
        return redirect("applications:budget", reference, pk)
    context = {"application": member.application, "membership": member, "form": form}
    return render(request, "applications/work.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def regime(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """VAT, regime of State aid and de minimis aid received: what R37 and R38 look at, and R32's ceiling."""
    member = the_member(request, reference, pk, permissions.can_edit_member)
    plan = getattr(member, "plan", None) or FundingPlan()
    form = RegimeForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(plan, name) for name in DECLARED}
    )
    if request.method == "POST" and carried(form, lambda data: actions.declare_regime(member, **data, by=request.user)):
        messages.success(request, _("TVA et régime d’aide enregistrés."))
        return redirect("applications:budget", reference, pk)
    context = {"application": member.application, "membership": member, "form": form}
    return render(request, "applications/regime.html", context, status=422 if form.errors else 200)
