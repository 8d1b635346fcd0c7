"""The jury: sessions by wave, what is missing before it opens, the vote among equals, the closing."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from applications.models.dossier import open_to, shut_to
from calls.models import Wave
from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried

from .. import actions, panels, permissions, ranking
from ..forms.jury import MinutesForm, VoteForm
from ..models import SEES_CLOSED_SESSION, RankingLine, Session

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def sessions(request: HttpRequest) -> HttpResponse:
    theirs = (
        Application.objects.filter(wave=OuterRef("pk"), state__in=("admissible", "closed")).order_by().values("wave")
    )
    admissible = Coalesce(Subquery(theirs.values(count=Count("pk"))), 0)
    rows = panels.open_waves(request.user) if asked.choice(request, "pile", ("ouvertes",)) else Wave.objects.all()
    waves = rows.select_related("session", "call").annotate(dossiers=admissible).order_by("-call", "number")
    return render(request, "reviews/sessions.html", {"waves": waves, "now": clock.now()})


def wave_of(number: int) -> Wave:
    return (
        Wave.objects.filter(number=number).select_related("settings", "session").order_by("-call").first() or _absent()
    )


def _absent() -> Any:
    raise Http404


def session_of(request: HttpRequest, number: int, gate: Any = None) -> Any:
    """The session of the latest call's wave of that number, with how many of its dossiers a link shuts to this person (`withheld`)."""
    shut = RankingLine.objects.filter(shut_to(request.user), session=OuterRef("pk")).order_by().values("session")
    withheld = Coalesce(Subquery(shut.annotate(n=Count("pk")).values("n")), 0)
    rows = Session.objects.select_related("wave__settings", "chair").filter(wave__number=number).order_by("-wave__call")
    return fetch(rows.annotate(withheld=withheld), request.user, gate)


def before(request: HttpRequest, wave: Wave) -> HttpResponse:
    """No session yet: which dossiers have their quorum, and who may open."""
    if not permissions.can_see_assignments(request.user):
        raise Http404
    found = [(dossier, len(entry.reports)) for dossier, entry in ranking.entries(wave, open_to(request.user, "pk"))]
    short = [(dossier, count) for dossier, count in found if count < wave.settings.quorum]
    context = {
        "wave": wave,
        "dossiers": len(found),
        "short": short[:100],
        "may_open": permissions.can_chair(request.user),
    }
    return render(request, "reviews/session_before.html", context | {"now": clock.now()})


@require_POST
@role_required(*SEES_CLOSED_SESSION)
def open_session(request: HttpRequest, number: int) -> HttpResponse:
    actions.open_session(wave_of(number), by=request.user)
    messages.success(request, _("Session ouverte : les dossiers sont classés."))
    return redirect("reviews:session", number=number)


@require_POST
@role_required(*SEES_CLOSED_SESSION)
def rank(request: HttpRequest, number: int) -> HttpResponse:
    actions.rank_again(session_of(request, number, permissions.can_chair), by=request.user)
    messages.success(request, _("Classement recalculé sur les évaluations verrouillées à cet instant."))
    return redirect("reviews:session", number=number)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_CLOSED_SESSION)
def vote(request: HttpRequest, number: int, rank: int) -> HttpResponse:
    held = session_of(request, number, permissions.can_chair)
    read = list(held.lines.open_to(request.user).for_list())
    places = ranking.places_of(read)
    equals = [line for line in read if places[line.pk][0] == rank]
    if len(equals) < 2:
        raise Http404
    form = VoteForm(request.POST or None, lines=equals)
    if carried(form, lambda data: actions.break_tie(held, form.in_order(), data["reason"], by=request.user)):
        return redirect("reviews:session", number=number)
    context = {"session": held, "wave": held.wave, "form": form, "rank": rank}
    return render(request, "reviews/vote.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_CLOSED_SESSION)
def close(request: HttpRequest, number: int) -> HttpResponse:
    held = session_of(request, number, permissions.can_chair)
    form = MinutesForm(request.POST or None)
    if carried(form, lambda data: actions.close_session(held, data["minutes"], by=request.user)):
        messages.success(request, _("Session close : la liste est définitive."))
        return redirect("reviews:session", number=number)
    unlisted = held.lines.open_to(request.user).filter(list="").count()
    context = {"session": held, "wave": held.wave, "form": form, "unlisted": unlisted}
    return render(request, "reviews/close.html", context, status=422 if form.errors else 200)
