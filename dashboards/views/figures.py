"""The dashboard and its CSV files: the same dictionaries as the API."""

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.models import Application
from edsh_portal import clock
from edsh_portal.access import role_required

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


def _csv(name: str, head: list[str], rows: list[list[object]]) -> HttpResponse:
    """UTF-8 with its mark (spreadsheets), semicolons, formulas made harmless."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{v}" if isinstance(v, str) and v.startswith(tuple("=+-@\t\r")) else v for v in row])
    return answer


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def waves_csv(request: HttpRequest) -> HttpResponse:
    rows = [
        [wave["wave"], *wave["states"].values(), wave["total"]]
        for wave in figures.states_by_wave(permissions.call_or_404())
    ]
    return _csv("dossiers", [_("relève"), *(str(s.label) for s in Application.State), _("total")], rows)


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def funding_csv(request: HttpRequest) -> HttpResponse:
    keys = ("opened_cents", "decided_cents", "engaged_cents", "contracted_cents", "paid_cents", "available_cents")
    rows = [
        [source["code"], *(source[key] for key in keys)]
        for source in figures.funding_by_source(permissions.call_or_404())
    ]
    return _csv("financement", ["source", *keys], rows)


@role_required(*permissions.SEES_DASHBOARD)
@require_safe
def coverage_csv(request: HttpRequest) -> HttpResponse:
    grain = request.GET.get("grain") if request.GET.get("grain") in GRAINS else "region"
    covered = figures.coverage_of(permissions.call_or_404(), grain)
    rows = [
        [unit["code"], unit["name"], unit["population"], int(unit["covered"]), ", ".join(unit["sites"])]
        for unit in covered["units"]
    ]
    return _csv(f"couverture-{grain}", ["code", "nom", "population", "couvert", "sites"], rows)
