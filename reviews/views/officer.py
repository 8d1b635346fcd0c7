"""The officer: who judges one dossier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application
from directory.models import Affiliation
from edsh_portal import asked, clock
from edsh_portal.access import fetch
from edsh_portal.forms import carried
from edsh_portal.lists import among, page_of

from .. import actions, permissions, staffing
from ..actions.assignment import REVIEW_DAYS
from ..forms.assignment import AssignForm, ExpertFilter
from ..models import HELD, LIVE, Assignment, Confirmation, Revision, Score, Session
from .reopening import reopenings


def experts(text: str = "") -> QuerySet[Any]:
    """Who may be asked, of that name or employer."""
    found = staffing.experts()
    if text:
        employed = Affiliation.objects.filter(ended_at__isnull=True, establishment__name__icontains=text)
        found = found.filter(Q(full_name__icontains=text) | Q(pk__in=employed.values("user")))
    return found.order_by("full_name", "pk")


def with_work() -> QuerySet[Any]:
    """People with where they work and how many files they have in hand. Two queries."""
    at_hand = Assignment.objects.live().exclude(review__state="locked").filter(expert=OuterRef("pk")).order_by()
    busy = Coalesce(Subquery(at_hand.values("expert").annotate(n=Count("pk")).values("n")), 0)
    work = Affiliation.objects.filter(ended_at__isnull=True).select_related("establishment")
    rows = get_user_model().objects.annotate(busy=busy).order_by("full_name", "pk")
    return rows.prefetch_related(Prefetch("affiliations", work, to_attr="at_work"))


def _offered(request: HttpRequest, application: Application, now: datetime) -> dict[str, Any] | None:
    """The experts that this person may choose among, a page of them, and the form that chooses; whoever it chose stays shown."""
    if not permissions.can_assign(request.user) or application.state != "admissible":
        return None
    found = ExpertFilter(request.GET)
    text = found.cleaned_data.get("q", "") if found.is_valid() else ""
    page = page_of(request, experts(text), read=with_work())
    shown = list(page)
    chosen = asked.number(request.POST.get("expert", "") or request.GET.get("choix", ""))
    if chosen is not None and chosen not in {e.pk for e in shown}:
        shown += with_work().filter(among(experts().filter(pk=chosen)))
    if not shown and not text:
        return None
    linked = permissions.shut(application, [expert.pk for expert in shown])
    form = AssignForm(request.POST or None, experts=shown, linked=linked, today=clock.civil(now), days=REVIEW_DAYS)
    form.initial["expert"] = chosen
    return {"form": form, "found": found, "page": page, "shown": shown}


def reports(rows: list[Assignment], criteria: list[Any]) -> list[dict[str, Any]]:
    """Locked reports side by side: a row per criterion, a cell per expert. One query."""
    done = [a for a in rows if hasattr(a, "review") and a.review.state == "locked"]
    held: Any = Score.objects.filter(review__in=[a.review.pk for a in done])
    if any(a.application.wave.settings.revise_after_hearing for a in done):
        revised = Revision.objects.filter(score=OuterRef("pk")).order_by("pk")
        told = JSONObject(before="before", after="after", reason="reason", at="at")
        held = held.annotate(revised=ArraySubquery(revised.values(told=told)))
    scores = {(s.criterion_id, s.review_id): s for s in held}
    for score in scores.values():
        score.revised = [
            Revision(**told | {"at": datetime.fromisoformat(told["at"])}) for told in getattr(score, "revised", ())
        ]
    return [{"criterion": c, "cells": [(a, scores.get((c.pk, a.review.pk))) for a in done]} for c in criteria]


@require_http_methods(["GET", "HEAD", "POST"])
def assignments(request: HttpRequest, reference: str) -> HttpResponse:
    dossiers = Application.objects.select_related("wave__settings", "coordinator")
    application = fetch(dossiers, request.user, permissions.can_see_assignments, reference=reference)
    now = clock.of(request)
    offered = _offered(request, application, now) or {"form": None, "shown": []}
    form = offered["form"]
    if request.method == "POST":
        answer = _assign(request, application, form)
        if answer is not None:
            return answer
    return render(
        request,
        "reviews/assignments.html",
        offered
        | _dossier(application, form, offered["shown"])
        | {"now": now, "may_reopen": permissions.can_reopen(request.user) and not _is_over(application)},
        status=422 if form and form.errors else 200,
    )


def _is_over(application: Application) -> bool:
    return Session.objects.filter(wave=application.wave_id, state="closed").exists()


def _assign(request: HttpRequest, application: Application, form: AssignForm | None) -> HttpResponse | None:
    if form is None:
        raise PermissionDenied
    made: list[Assignment] = []

    def assign(data: dict[str, Any]) -> None:
        expert = get_user_model().objects.get(pk=data["expert"])
        made.append(actions.assign(application, expert, due_at=form.due_at(), by=request.user))

    if not carried(form, assign):
        return None
    messages.success(request, asked_in_words(made[0]))
    return redirect("reviews:assignments", reference=application.reference)


def asked_in_words(assignment: Assignment) -> str:
    """What becomes of a dossier that was just confided."""
    said = {
        "waiting": _("%(name)s a un lien avec ce dossier : la présidence du jury doit d’abord se prononcer."),
        "assigned": _("Dossier confié à %(name)s, qui doit d’abord déclarer ses intérêts."),
    }[assignment.state]
    return said % {"name": assignment.expert}


def _changed(application: Application, locked: Sequence[Assignment]) -> list[Confirmation]:
    """Marks that a later version of the dossier made change. No query where every report is on the last."""
    behind = [row.review.pk for row in locked if row.review.version_id != application.version_id]
    if not behind:
        return []
    rows = Confirmation.objects.filter(review__in=behind).exclude(value=F("before"))
    return list(rows.select_related("review__assignment__expert", "criterion", "version").order_by("review", "pk"))


def _dossier(application: Application, form: AssignForm | None, shown: list[Any]) -> dict[str, Any]:
    told = Assignment.objects.filter(application=application).select_related("expert", "review__jury_note")
    rows: list[Any] = list(told.annotate(reminded_at=Max("reminders__at")).order_by("pk"))
    criteria = list(application.wave.settings.criteria.order_by("number"))
    held = {row.expert_id for row in rows if row.state in HELD}
    linked = form.linked if form else {}
    left = (
        form is not None and any(row.state not in HELD for row in rows) and len(held) < application.wave.settings.quorum
    )
    locked = [row for row in rows if row.state in LIVE and row.is_done]
    return {
        "application": application,
        "rows": rows,
        "reports": reports(locked, criteria),
        "reopenings": reopenings(rows, criteria),
        "changed": _changed(application, locked),
        "locked": locked,
        "replacements": staffing.replacements(application, clock.today()) if left else [],
        "quorum": application.wave.settings.quorum,
        "choices": [{"expert": e, "link": next(iter(linked.get(e.pk, ())), None), "held": e.pk in held} for e in shown],
    }
