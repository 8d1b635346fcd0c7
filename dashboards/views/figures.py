"""The dashboard and its files: the same dictionaries as the API."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.models import Application
from edsh_portal import clock
from edsh_portal.access import role_required
from edsh_portal.sheets import Amount, answer

from .. import charts, figures, permissions
from ..map import coverage_map

GRAINS = ("region", "departement")


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    grain = request.GET.get("grain") if request.GET.get("grain") in GRAINS else "region"
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
        "waves": charts.waves(figures.states_by_wave(call)),
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
        [wave["wave"], *wave["states"].values(), wave["total"]]
        for wave in figures.states_by_wave(permissions.call_or_404())
    ]
    states = [label for _code, label in Application.shown_states()]
    return answer.table("dossiers", ending, [_("relève"), *states, _("total")], rows)


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
    grain = request.GET.get("grain") if request.GET.get("grain") in GRAINS else "region"
    covered = figures.coverage_of(permissions.call_or_404(), grain)
    rows = [
        [unit["code"], unit["name"], unit["population"], int(unit["covered"]), ", ".join(unit["sites"])]
        for unit in covered["units"]
    ]
    head = [_("code"), _("nom"), _("population"), _("couvert (1 ou 0)"), _("sites")]
    return answer.table(f"couverture-{grain}", ending, head, rows)
