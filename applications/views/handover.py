"""The coordination handed over: proposed, seen, answered."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal.forms import carried
from edsh_portal.workflow import Refused

from .. import actions, permissions
from ..forms.dossier import ReasonForm
from ..models import Handover, Membership
from .found import the_dossier, the_member


def _may_propose(user: Any, membership: Membership) -> bool:
    return permissions.can_hand_over(user, membership.application)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, _may_propose)
    application, form = member.application, ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.hand_over_coordination(application, member, **data, by=request.user)
    ):
        messages.success(request, _("La proposition est envoyée à %(name)s.") % {"name": member.establishment.name})
        return redirect("applications:handover", reference)
    context = {"membership": member, "application": application, "form": form}
    return render(request, "applications/hand_over.html", context, status=422 if form.errors else 200)


def _pending(request: HttpRequest, reference: str) -> Handover:
    """What awaits an answer on a dossier that this person writes or audits; 404 when nothing does."""
    application = the_dossier(request, reference, permissions.can_read_draft)
    rows = application.handovers.filter(state="proposed").select_related("membership__establishment", "proposed_by")
    held = rows.first()
    if held is None:
        raise Http404
    held.application = application
    return held


@require_safe
def handover(request: HttpRequest, reference: str) -> HttpResponse:
    held = _pending(request, reference)
    context = {
        "application": held.application,
        "handover": held,
        "may_answer": permissions.can_answer_handover(request.user, held),
        "may_cancel": permissions.can_propose_handover(request.user, held),
    }
    return render(request, "applications/handover.html", context)


def _answered(request: HttpRequest, reference: str, verb: Any, done: str) -> HttpResponse:
    held = _pending(request, reference)
    try:
        verb(held, by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("applications:handover", reference)
    messages.success(request, done)
    return redirect("applications:dossier", reference)


@require_POST
def accept_handover(request: HttpRequest, reference: str) -> HttpResponse:
    return _answered(request, reference, actions.accept_handover, _("Votre établissement coordonne le dossier."))


@require_POST
def decline_handover(request: HttpRequest, reference: str) -> HttpResponse:
    return _answered(request, reference, actions.decline_handover, _("La coordination est déclinée."))


@require_POST
def cancel_handover(request: HttpRequest, reference: str) -> HttpResponse:
    return _answered(request, reference, actions.cancel_handover, _("La proposition est annulée."))
