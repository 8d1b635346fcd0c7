"""The dashboard and its files: the same dictionaries as the API."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directory.coverage import Grain
from edsh_portal import asked, clock
from edsh_portal.access import role_required
from edsh_portal.sheets import Amount, answer

from .. import charts, figures, permissions
from ..map import coverage_map
from ..stage import Stage

GRAINS = ("region", "departement")


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    grain = asked.choice(request, "grain", GRAINS, "region")
    call = figures.current_call(request)
    if call is None:
        return render(request, "dashboards/no_call.html")
    covered = figures.coverages(call)
    funding = figures.funding_by_source(call)
    context = {
        "at": clock.now(),
        "demand": figures.demand(call),
        "decisions": figures.decisions_by_kind(call),
        "sources": charts.sources(funding),
        "totals": figures.totals(funding),
        "waves": charts.waves(figures.stages_by_wave(call, request.user)),
        "covered": covered,
        "grain": grain,
        "map": coverage_map(covered[grain]),
        "units": charts.units(covered[grain]),
    }
    return render(request, "dashboards/dashboard.html", context)


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def waves_file(request: HttpRequest, ending: str) -> HttpResponse:
    rows = [
        [wave["wave"], *wave["stages"].values(), wave["total"]]
        for wave in figures.stages_by_wave(permissions.call_or_404(), request.user)
    ]
    return answer.table("dossiers", ending, [_("relève"), *(s.label for s in Stage), _("total")], rows)


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def funding_file(request: HttpRequest, ending: str) -> HttpResponse:
    keys = ("opened_cents", "decided_cents", "engaged_cents", "contracted_cents", "paid_cents", "available_cents")
    head = [
        _("source"),
        _("ouvert (€)"),
        _("décidé (€)"),
        _("engagé (€)"),
        _("conventionné (€)"),
        _("payé (€)"),
        _("disponible (€)"),
    ]
    rows = [
        [source["code"], *(Amount(source[key]) for key in keys)]
        for source in figures.funding_by_source(permissions.call_or_404())
    ]
    return answer.table("financement", ending, head, rows)


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def coverage_file(request: HttpRequest, ending: str) -> HttpResponse:
    grain = asked.choice(request, "grain", GRAINS, "region")
    asked.must_be_read(request)
    covered = figures.coverage_of(permissions.call_or_404(), cast(Grain, grain))
    rows = [
        [unit["code"], unit["name"], unit["population"], int(unit["covered"]), ", ".join(unit["sites"])]
        for unit in covered["units"]
    ]
    head = [_("code"), _("nom"), _("population"), _("couvert (1 ou 0)"), _("sites")]
    return answer.table(f"couverture-{grain}", ending, head, rows)
