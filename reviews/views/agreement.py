"""How far the experts of a wave agree, by criterion and in all, for who runs the evaluation."""

from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.models import Application
from calls.models import Wave
from edsh_portal.access import role_required
from edsh_portal.numbers import decimal

from .. import agreement as measured
from .. import ranking, scoring
from ..models import SEES_ASSIGNMENTS, Assignment

WEAK = Fraction(2, 3)  # below it, Krippendorff draws no conclusion from marks


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def agreement(request: HttpRequest, number: int) -> HttpResponse:
    wave = Wave.objects.filter(number=number).select_related("settings").order_by("-call").first()
    if wave is None:
        raise Http404
    seen = Assignment.objects.visible_to(request.user).filter(application=OuterRef("pk"))
    judged = Application.objects.filter(
        Exists(seen), wave=wave, state__in=("admissible", "closed")
    )  # none that a link shuts
    dossiers = {dossier.pk: dossier for dossier in judged.select_related("discussion").order_by("reference")}
    grid, reports = ranking.grid(wave), ranking.reports(list(dossiers))
    found = measured.measure(reports, grid)
    apart = [_apart(dossiers[key], given, grid) for key, given in reports.items() if len(given) > 1]
    page = Paginator([row for row in apart if row["criteria"] or row["total"]], 25).get_page(request.GET.get("page"))
    titles = {criterion.number: criterion.title for criterion in wave.settings.criteria.all()}
    context = {
        "wave": wave,
        "rows": [_row(of, titles) for of in found],
        "page": page,
        "compared": found[-1].dossiers,
        "scale": wave.settings.scale_max,
    }
    return render(request, "reviews/agreement.html", context)


def _row(of: measured.Agreement, titles: dict[int, str]) -> dict[str, Any]:
    return {
        "title": _("Total, sur 100") if of.number is None else f"{of.number}. {titles[of.number]}",
        "alpha": "–" if of.alpha is None else decimal(float(of.alpha), 2),
        "weak": of.alpha is not None and of.alpha < WEAK,
        "spread": "–" if of.spread is None else decimal(float(of.spread)),
        "divergent": of.divergent,
    }


def _apart(dossier: Application, given: list[dict[int, int]], grid: scoring.Grid) -> dict[str, Any]:
    """R56: the criteria and the total on which the reports of a dossier diverge."""
    totals = sorted(scoring.weighted(report, grid.weights, grid.scale_max) for report in given)
    return {
        "dossier": dossier,
        "reports": len(given),
        "criteria": ", ".join(map(str, scoring.divergent(given, grid))),
        "total": scoring.divergent_total(given, grid),
        "low": scoring.display(totals[0]),
        "high": scoring.display(totals[-1]),
    }
