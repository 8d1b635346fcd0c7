"""The discussion of a dossier whose reports diverge: reports side by side, messages, the consensus and who agrees; names masked (R52)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.refusal import Refused

from .. import actions, panels, permissions, ranking, scoring
from ..forms.discussion import ConsensusForm, PositionForm, RapporteurForm, RemarkForm
from ..forms.fields import AREA
from ..models import SEES_ASSIGNMENTS, Assignment, Discussion, FurtherExpert, Score
from .officer import asked_in_words

IN_DISCUSSION = (*SEES_ASSIGNMENTS, "expert")
GET_OR_POST = ["GET", "HEAD", "POST"]


class DismissForm(Form):
    reason = forms.CharField(label=gettext_lazy("Motif du refus"), max_length=2000, widget=forms.Textarea(attrs=AREA))


def _discussion(request: HttpRequest, reference: str, gate: Any = None) -> Discussion:
    rows = Discussion.objects.select_related("application__wave__settings", "rapporteur__expert")
    return fetch(rows, request.user, gate, application__reference=reference)


def named(held: Discussion, user: Any) -> dict[int, str]:
    """{assignment: what this person reads of its expert}: the name for who assigns, « Expert A » between experts, « vous »."""
    sees = permissions.can_see_assignments(user)
    everyone = Assignment.objects.filter(application=held.application_id).select_related("expert").order_by("pk")
    found = {}
    for place, one in enumerate(everyone):
        masked = _("Expert %(letter)s") % {"letter": chr(ord("A") + place % 26)}
        own = _("Vous (%(expert)s)") % {"expert": masked}
        found[one.pk] = str(one.expert) if sees else own if one.expert_id == user.pk else masked
    return found


@require_http_methods(GET_OR_POST)
@role_required(*IN_DISCUSSION)
def discussion(request: HttpRequest, reference: str) -> HttpResponse:
    held = _discussion(request, reference, permissions.can_speak if request.method == "POST" else None)
    form = RemarkForm(request.POST or None)
    if carried(form, lambda data: actions.say(held, data["text"], by=request.user)):
        return redirect("reviews:discussion", reference=reference)
    return render(request, "reviews/discussion.html", _page(request, held, form), status=422 if form.errors else 200)


def _page(request: HttpRequest, held: Discussion, form: Any) -> dict[str, Any]:
    names = named(held, request.user)
    draft = held.drafts.order_by("version").last()
    own = permissions.assignment_in(request.user, held)
    positions = list(draft.positions.order_by("at")) if draft else []
    remarks = [
        {"who": names[row.assignment_id] if row.assignment_id else str(row.by), "text": row.text, "at": row.at}
        for row in held.remarks.select_related("by").order_by("at", "pk")
    ]
    outdated = draft is not None and actions.is_outdated(draft)
    answered = own is not None and any(position.assignment_id == own.pk for position in positions)
    may_draft = permissions.can_draft(request.user, held)
    return {
        "discussion": held,
        "application": held.application,
        "form": form if permissions.can_speak(request.user, held) else None,
        "remarks": remarks,
        "reports": _side_by_side(held, names, draft),
        "experts": [names[key] for key in _locked(held)],
        "draft": draft,
        "rapporteur": names.get(held.rapporteur_id or 0),
        "may_draft": may_draft,
        "closed": may_draft and panels.feedbacks(request.user).filter(pk=held.application_id).exists(),
        "positions": [{"who": names[row.assignment_id], "row": row} for row in positions],
        "outdated": outdated,
        **_further(request, held),
        "reopened": [names[one.pk] for one in _reopened(held)] if permissions.can_see_assignments(request.user) else [],
        "position_form": PositionForm() if draft and own and not answered and not outdated else None,
        "rapporteur_form": _choice(held, names) if permissions.can_lead(request.user, held) else None,
    }


def _further(request: HttpRequest, held: Discussion, form: Any = None) -> dict[str, Any]:
    """One more expert, for who sees who judges; the form that sets the proposal aside, for who answers it."""
    if not permissions.can_see_assignments(request.user):
        return {}
    proposed = FurtherExpert.objects.filter(discussion=held).select_related("expert", "answered_by").first()
    may = permissions.can_assign(request.user) and proposed is not None and proposed.state == "proposed"
    return {"sees_further": True, "further": proposed, "dismiss_form": (form or DismissForm()) if may else None}


def _reopened(held: Discussion) -> Any:
    """Those whose report the chair reopened, and who have not locked it again."""
    rows = Assignment.objects.filter(application=held.application_id, state="declared", review__state="draft")
    return rows.filter(review__reopened_at__isnull=False)


def _locked(held: Discussion) -> list[int]:
    return list(permissions.experts_of(held).order_by("pk").values_list("pk", flat=True))


def _choice(held: Discussion, names: dict[int, str], data: Any = None) -> RapporteurForm:
    return RapporteurForm(data, experts=[(key, names[key]) for key in _locked(held)])


def _side_by_side(held: Discussion, names: dict[int, str], draft: Any) -> list[dict[str, Any]]:
    """A row a criterion: each expert's mark and comment, the mean, the consensus."""
    keys = _locked(held)
    scores = {
        (score.review.assignment_id, score.criterion_id): score
        for score in Score.objects.filter(review__assignment__in=keys).select_related("review")
    }
    agreed = dict(draft.marks.values_list("criterion_id", "value")) if draft else {}
    reports = ranking.reports([held.application_id]).get(held.application_id, [])
    return [
        {
            "criterion": criterion,
            "cells": [(names[key], scores.get((key, criterion.pk))) for key in keys],
            "mean": scoring.display(scoring.mean(reports, criterion.number)) if reports else "–",
            "agreed": agreed.get(criterion.pk),
        }
        for criterion in held.application.wave.settings.criteria.order_by("number")
    ]


@require_POST
@role_required(*IN_DISCUSSION)
def further(request: HttpRequest, reference: str) -> HttpResponse:
    """The officer's answer: « confier » by one press, or the proposal set aside with a reason."""
    held = _discussion(request, reference, lambda user, _held: permissions.can_assign(user))
    proposed = get_object_or_404(FurtherExpert.objects.select_related("expert"), discussion=held)
    proposed.discussion = held
    if request.POST.get("answer") == "accept":
        try:
            messages.success(request, asked_in_words(actions.accept_further(proposed, by=request.user)))
        except Refused as refused:
            messages.error(request, refused.message)
        return redirect("reviews:discussion", reference=reference)
    form = DismissForm(request.POST)
    if carried(form, lambda data: actions.dismiss_further(proposed, data["reason"], by=request.user)):
        messages.success(request, _("La proposition est écartée."))
        return redirect("reviews:discussion", reference=reference)
    context = _page(request, held, RemarkForm()) | _further(request, held, form)
    return render(request, "reviews/discussion.html", context, status=422)


@require_POST
@role_required(*IN_DISCUSSION)
def designate(request: HttpRequest, reference: str) -> HttpResponse:
    held = _discussion(request, reference, permissions.can_lead)
    form = _choice(held, named(held, request.user), request.POST)
    if form.is_valid():
        chosen = get_object_or_404(Assignment, pk=form.cleaned_data["rapporteur"])
        actions.designate(held, chosen, by=request.user)
        messages.success(request, _("Le rapporteur est désigné."))
    return redirect("reviews:discussion", reference=reference)


@require_http_methods(GET_OR_POST)
@role_required("expert")
def consensus(request: HttpRequest, reference: str) -> HttpResponse:
    held = _discussion(request, reference, permissions.can_draft)
    criteria = list(held.application.wave.settings.criteria.order_by("number"))
    form = ConsensusForm(request.POST or None, criteria=criteria, scale_max=held.application.wave.settings.scale_max)
    if carried(form, lambda data: actions.draft_consensus(held, form.marks(), data["text"], by=request.user)):
        return redirect("reviews:discussion", reference=reference)
    context = {"discussion": held, "application": held.application, "form": form}
    return render(request, "reviews/consensus.html", context, status=422 if form.errors else 200)


@require_POST
@role_required("expert")
def position(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    held = _discussion(request, reference, permissions.can_speak)
    draft = get_object_or_404(held.drafts, version=version)
    form = PositionForm(request.POST)
    if carried(
        form, lambda data: actions.take_position(draft, data["agrees"] == "yes", data["reason"], by=request.user)
    ):
        return redirect("reviews:discussion", reference=reference)
    context = _page(request, held, RemarkForm()) | {"position_form": form}
    return render(request, "reviews/discussion.html", context, status=422)
