"""The score panel: what the scores leave unsure of the ranking, beside it; when the text of the call provides for it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directory.models import User
from edsh_portal import asked
from edsh_portal.access import role_required
from edsh_portal.models import Event

from .. import actions, charts, permissions, ranking, scoring
from ..models import SEES_CLOSED_SESSION, Panel, Session
from .jury import session_of

EXPERTS = "experts"
OF_THE_PANEL = ("session.opened", "ranking.computed", "panel.asked", "panel.computed")


def _session(request: HttpRequest, number: int) -> Any:
    held = session_of(request, number, permissions.can_see_ranking)
    if not held.wave.settings.score_panel:
        raise Http404
    return held


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def panel(request: HttpRequest, number: int) -> HttpResponse:
    held = _session(request, number)
    masked = bool(held.withheld)  # every figure is made of all the dossiers
    weighed = None if masked else held.panel
    experts = permissions.can_see_assignments(request.user) and asked.choice(request, "vue", (EXPERTS,)) == EXPERTS
    context: dict[str, Any] = {
        "session": held,
        "wave": held.wave,
        "panel": weighed,
        "masked": masked,
        **_stands(held),
        "may_ask": held.state == "open" and permissions.can_ask_panel(request.user, held),
        "tabs": _tabs(request, experts),
    }
    if weighed is not None:
        context |= _severities(request, weighed) if experts else _ranks(request, held, weighed)
    return render(request, "reviews/panel_experts.html" if experts else "reviews/panel.html", context)


def _stands(held: Session) -> dict[str, bool]:
    """`waits`: an answer is under way, for the last of what was asked or answered is no answer; `outdated`: what it would be made of has
    moved since. One query."""
    told = Event.objects.filter(stream=f"session:{held.pk}", kind__in=OF_THE_PANEL).order_by("-id").values("kind")[:1]
    rows = Session.objects.filter(pk=held.pk).values_list(Subquery(told), ranking.moved_since(held))
    last, moved = rows.get()
    return {"waits": last != "panel.computed", "outdated": moved and held.state != Session.State.CLOSED}


def _tabs(request: HttpRequest, experts: bool) -> list[dict[str, Any]]:
    if not permissions.can_see_assignments(request.user):
        return []
    return [
        {"url": "?", "label": _("Dossiers"), "current": not experts},
        {"url": f"?vue={EXPERTS}", "label": _("Sévérité des experts"), "current": experts},
    ]


def _ranks(request: HttpRequest, held: Session, weighed: Panel) -> dict[str, Any]:
    """A page of the dossiers that this person sees in the ranking, in its order."""
    figures = weighed.figures["dossiers"]
    lines = held.lines.visible_to(request.user).for_list().filter(application__in=[int(key) for key in figures])
    page = Paginator(lines, 25).get_page(request.GET.get("page"))
    rows = [_row(line, figures[str(line.application_id)], len(figures)) for line in page]
    ends = charts.tranches(weighed.figures["tranches"])
    return {
        "page": page,
        "rows": rows,
        "line_at": charts.interval({"low": 1, "high": weighed.figures["line"], "expected": 1}, len(figures))["width"],
        "key": charts.key(),
        "spread_head": [{"label": _("Dossier")}, *({"label": end, "unit": "%", "numeric": True} for end in ends)],
        "spread_rows": charts.rankogram_rows(rows),
        "size": len(figures),
    }


def _row(line: Any, figures: dict[str, Any], size: int) -> dict[str, Any]:
    return {
        "line": line,
        "figures": figures,
        "score": scoring.display(line.score),
        "funded": None if figures["funded"] is None else 100 * figures["funded"],
        "swings": charts.swings(figures),
        "interval": charts.interval(figures, size),
        "shades": charts.shades(figures["spread"]),
        "official": charts.interval({"low": 1, "high": 1, "expected": line.rank}, size)["mark"],
    }


def _severities(request: HttpRequest, weighed: Panel) -> dict[str, Any]:
    """A page of the experts, the most severe first."""
    found = sorted(weighed.figures["experts"].items(), key=lambda item: (item[1]["severity"], int(item[0])))
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    people = User.objects.in_bulk([int(key) for key, _figures in page])
    widest = max((max(-of["low"], of["high"], 1) for _key, of in found), default=1)
    rows = [{"person": people[int(key)], "figures": of, "interval": charts.severity(of, widest)} for key, of in page]
    return {"page": page, "rows": rows}


@require_POST
@role_required(*SEES_CLOSED_SESSION)
def ask_panel(request: HttpRequest, number: int) -> HttpResponse:
    actions.ask_panel(_session(request, number), by=request.user)
    messages.success(request, _("Le calcul est demandé : la page le montrera dans quelques secondes."))
    return redirect("reviews:panel", number=number)
