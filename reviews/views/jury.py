"""The jury: sessions by wave, the ranking table, one dossier's sheet, the vote among equals, the closing, the print."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.models import Wave
from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried

from .. import actions, panels, permissions, ranking, scoring
from ..forms import ListForm, MinutesForm, VoteForm
from ..models import SEES_OPEN_SESSION, Assignment, Opinion, RankingLine, Session
from .officer import reports

SEES_JURY = (*SEES_OPEN_SESSION, "direction")
GET_OR_POST = ["GET", "HEAD", "POST"]
PRINTED = 120  # lines of one printed part: a wave has fewer, and a page stays under 100 kB


@require_safe
@role_required(*SEES_JURY)
def sessions(request: HttpRequest) -> HttpResponse:
    admissible = Count("applications", filter=Q(applications__state__in=("admissible", "closed")), distinct=True)
    rows = panels.open_waves() if asked.choice(request, "pile", ("ouvertes",)) else Wave.objects.all()
    waves = rows.select_related("session", "call").annotate(dossiers=admissible).order_by("-call", "number")
    return render(request, "reviews/sessions.html", {"waves": waves, "now": clock.now()})


def _wave(number: int) -> Wave:
    return (
        Wave.objects.filter(number=number).select_related("settings", "session").order_by("-call").first() or _absent()
    )


def _absent() -> Any:
    raise Http404


def _session(request: HttpRequest, number: int, gate: Any = None) -> Session:
    """The session of the latest call's wave of that number."""
    rows = Session.objects.select_related("wave__settings", "chair").filter(wave__number=number).order_by("-wave__call")
    return fetch(rows, request.user, gate)


def _lines(session: Session) -> Any:
    """Lines with the sum of what is asked down to each, without reading the ledger's floor."""
    return session.lines.for_list().with_cumulated()


def _shown(lines: Any) -> list[RankingLine]:
    """Scores in two decimals for the eye; equals of a same rank, which wait for a vote, marked."""
    rows = list(lines)
    ranks = [row.rank for row in rows]
    for row in rows:
        row.shown, row.tied = scoring.display(row.score), ranks.count(row.rank) > 1
    return rows


@require_safe
@role_required(*SEES_JURY)
def session(request: HttpRequest, number: int) -> HttpResponse:
    wave = _wave(number)
    if not hasattr(wave, "session"):
        return _before(request, wave)
    held = _session(request, number, permissions.can_see_ranking)
    lines = _lines(held).filter(list="") if request.GET.get("pile") == "a-classer" else _lines(held)
    page = Paginator(lines, 25).get_page(request.GET.get("page"))
    context = {"session": held, "wave": wave, "page": page, "lines": _shown(page), **_state_of(held, request.user)}
    return render(request, "reviews/session.html", context)


def _state_of(held: Session, user: Any) -> dict[str, Any]:
    """What is listed so far, and what the chair may do."""
    listed = held.lines.values("list").annotate(count=Count("pk"), cents=Sum("requested_cents")).order_by("list")
    return {
        "sums": {row["list"]: row for row in listed},
        "may_list": held.state == "open" and permissions.can_chair(user, held),
        "opinions": permissions.can_see_opinions(user),
    }


def _before(request: HttpRequest, wave: Wave) -> HttpResponse:
    """No session yet: which dossiers have their quorum, and who may open."""
    if not permissions.can_see_assignments(request.user):
        raise Http404
    found = [(dossier, len(entry.reports)) for dossier, entry in ranking.entries(wave)]
    short = [(dossier, count) for dossier, count in found if count < wave.settings.quorum]
    context = {
        "wave": wave,
        "dossiers": len(found),
        "short": short[:100],
        "may_open": permissions.can_chair(request.user),
    }
    return render(request, "reviews/session_before.html", context | {"now": clock.now()})


@require_POST
@role_required(*SEES_JURY)
def open_session(request: HttpRequest, number: int) -> HttpResponse:
    actions.open_session(_wave(number), by=request.user)
    messages.success(request, _("Session ouverte : les dossiers sont classés."))
    return redirect("reviews:session", number=number)


@require_POST
@role_required(*SEES_JURY)
def rank(request: HttpRequest, number: int) -> HttpResponse:
    actions.rank_again(_session(request, number, permissions.can_chair), by=request.user)
    messages.success(request, _("Classement recalculé sur les évaluations verrouillées à cet instant."))
    return redirect("reviews:session", number=number)


def _line_of(held: Session, reference: str) -> RankingLine:
    rows = _lines(held).select_related("application__wave__settings")
    row = get_object_or_404(rows, application__reference=reference)
    row.session = held
    return row


@require_http_methods(GET_OR_POST)
@role_required(*SEES_JURY)
def line(request: HttpRequest, number: int, reference: str) -> HttpResponse:
    held = _session(request, number, permissions.can_see_ranking)
    row = _line_of(held, reference)
    may = held.state == "open" and permissions.can_list(request.user, row)
    form = ListForm(request.POST or None, initial={"list": row.list, "reason": row.reason}) if may else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and form.is_bound:
        if carried(form, lambda _data: _listed(row, form, request.user)):
            return redirect(redirect("reviews:session", number=number).url + f"#{reference}")
        row = _line_of(held, reference)  # as it stands: the verb had written on it what it then refused
    return render(
        request, "reviews/line.html", _sheet(request, held, row, form), status=422 if form and form.errors else 200
    )


def _listed(row: RankingLine, form: ListForm, by: Any) -> None:
    said = {"list": row.list, "reason": row.reason} | form.typed()
    actions.set_list(row, said["list"], said["reason"], read=form.read(), by=by)


def _sheet(request: HttpRequest, held: Session, row: RankingLine, form: ListForm | None) -> dict[str, Any]:
    """The reports behind a place; the names of experts for those who see assignments."""
    context: dict[str, Any] = {
        "session": held,
        "wave": held.wave,
        "line": row,
        "form": form,
        "shown": scoring.display(row.score),
    }
    context["tied"] = held.lines.filter(rank=row.rank).count() > 1
    if permissions.can_see_assignments(request.user):
        live = Assignment.objects.filter(application=row.application_id, state="declared").select_related(
            "expert", "review__jury_note"
        )
        criteria = list(held.wave.settings.criteria.order_by("number"))
        locked = [a for a in live.order_by("pk") if a.is_done]
        context |= {"reports": reports(locked, criteria), "locked": locked}
    if permissions.can_see_opinions(request.user):
        context["given"] = Opinion.objects.filter(application=row.application_id).order_by("-version").first()
    return context


@require_http_methods(GET_OR_POST)
@role_required(*SEES_JURY)
def vote(request: HttpRequest, number: int, rank: int) -> HttpResponse:
    held = _session(request, number, permissions.can_chair)
    equals = list(held.lines.for_list().filter(rank=rank))
    if len(equals) < 2:
        raise Http404
    form = VoteForm(request.POST or None, lines=equals)
    if carried(form, lambda data: actions.break_tie(held, form.in_order(), data["reason"], by=request.user)):
        return redirect("reviews:session", number=number)
    context = {"session": held, "wave": held.wave, "form": form, "rank": rank}
    return render(request, "reviews/vote.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_JURY)
def close(request: HttpRequest, number: int) -> HttpResponse:
    held = _session(request, number, permissions.can_chair)
    form = MinutesForm(request.POST or None)
    if carried(form, lambda data: actions.close_session(held, data["minutes"], by=request.user)):
        messages.success(request, _("Session close : la liste est définitive."))
        return redirect("reviews:session", number=number)
    unlisted = held.lines.filter(list="").count()
    context = {"session": held, "wave": held.wave, "form": form, "unlisted": unlisted}
    return render(request, "reviews/close.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(*SEES_JURY)
def print_ranking(request: HttpRequest, number: int) -> HttpResponse:
    held = _session(request, number, permissions.can_see_ranking)
    page = Paginator(_lines(held), PRINTED).get_page(request.GET.get("page"))
    context = {"session": held, "wave": held.wave, "page": page, "lines": _shown(page), "now": clock.now()}
    return render(request, "reviews/print_ranking.html", context)
