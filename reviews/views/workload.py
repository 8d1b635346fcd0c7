"""Load and punctuality of the experts for who runs the evaluation, on a page and as a file; parity in aggregate alone."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from calls.models import Wave
from edsh_portal import asked, clock
from edsh_portal.access import role_required
from edsh_portal.lists import PER_PAGE
from edsh_portal.sheets import answer

from .. import panels
from .. import workload as counted
from ..models import SEES_EXPERTS

LATE = "retard"


def _choose_wave(request: HttpRequest) -> tuple[Wave | None, list[Wave], bool]:
    waves = list(Wave.objects.order_by("-call", "number"))
    number = asked.numbered(request, "releve", [wave.number for wave in waves])
    wave = next((one for one in waves if one.number == number), None)
    return wave, waves, asked.choice(request, "pile", (LATE,)) == LATE


@require_safe
@role_required(*SEES_EXPERTS)
def workload(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    wave, waves, late = _choose_wave(request)
    key = wave.pk if wave else None
    total = counted.in_all(key, now)
    page = Paginator(counted.by_expert(key, now, late=late), PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row["told"] = told(row["delay"])
    mine = f"releve={wave.number}" if wave else ""
    file = {ending: f"{reverse('reviews:workload_file', args=[ending])}?{mine}" for ending in answer.TABLES}
    context = {
        "page": page,
        "late": late,
        "total": total | {"told": told(total["delay"])},
        "parity": panels.parity(),
        "least": panels.LEAST_TOLD,
        "files": file,
        "tabs": [
            {"label": _("Toutes les relèves"), "url": "?", "current": wave is None and not late},
            {"label": _("En retard"), "url": f"?pile={LATE}", "current": late},
            *({"label": str(w), "url": f"?releve={w.number}", "current": w == wave and not late} for w in waves),
        ],
    }
    return render(request, "reviews/workload.html", context)


def told(delay: Any) -> str:
    """« 3 jours avant », « le jour même », « 2 jours après »; nothing when no report is locked."""
    days = counted.days(delay)
    if days is None:
        return ""
    if not days:
        return _("le jour même")
    if days < 0:
        return ngettext("%(n)s jour avant", "%(n)s jours avant", -days) % {"n": -days}
    return ngettext("%(n)s jour après", "%(n)s jours après", days) % {"n": days}


@require_safe
@role_required(*SEES_EXPERTS)
def workload_file(request: HttpRequest, ending: str) -> HttpResponse:
    wave, _waves, late = _choose_wave(request)
    asked.must_be_read(request)
    rows = counted.by_expert(wave.pk if wave else None, clock.now(), late=late)
    name = f"experts-releve-{wave.number}" if wave else "experts"
    return answer.table(name, ending, _head(), map(_line, rows))


def _head() -> list[Any]:
    return [
        _("expert"), _("en cours"), _("en retard"), _("à arbitrer"), _("rendues"), _("à temps"), _("après l’échéance"),
        _("déclinées ou déports"), _("rappels envoyés"), _("délai médian (jours après l’échéance)"),
    ]  # fmt: skip


def _line(row: dict[str, Any]) -> list[Any]:
    keys = ("name", "open", "late", "waiting", "locked", "early", "after", "declined", "reminded")
    return [*(row[key] for key in keys), counted.days(row["delay"])]
