"""One decision: what it says, its sealed file, its dated opening by the recipient, its withdrawal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import acts, clock, documents
from edsh_portal.access import fetch, has_role
from edsh_portal.forms import carried
from funding import actions as funding

from .. import actions, letter, panels, permissions
from ..forms.fields import ReasonForm, typed
from ..models import SEES_DECISIONS, Decision

GET_OR_POST = ["GET", "HEAD", "POST"]


def the_decision(request: HttpRequest, number: str, gate: Any = None) -> Decision:
    rows = Decision.objects.select_related(
        "application__coordinator",
        "application__wave",
        "document",
        "grant",
        "proposal",
        "registered_letter",
        "approved_by",
        "released_by",
        "revoked_by",
    )
    return fetch(rows, request.user, gate, number=number)


@require_safe
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """The State reads it at once; its recipients read what it says once the legal representative has opened it."""
    held = the_decision(request, number)
    notified = {n.kind: n for n in held.notifications.select_related("opening__opened_by")}
    staff = has_role(request.user, *SEES_DECISIONS)
    may_download = permissions.can_read_document(request.user, held)
    context = {
        "decision": held,
        "told": held.snapshot,
        "notification": notified.get("decision"),
        "revocation": notified.get("revocation"),
        "staff": staff,
        "readable": staff or may_download,
        "may_open": permissions.can_open(request.user, held),
        "may_download": may_download,
        "letter": getattr(held, "registered_letter", None),
        "may_post": permissions.can_post(request.user, held),
        "may_recall": permissions.can_recall(request.user, held) and held.recallable(clock.of(request)),
        "may_revoke": permissions.can_propose_revocation(request.user, held),
        "may_open_procedure": permissions.can_open_revocation_procedure(request.user, held),
        "procedures": panels.procedures_of(held, request.user),
        "remedies": panels.remedies_of(held, request.user, clock.civil(clock.of(request))),
        "may_lodge": permissions.can_lodge_remedy(request.user, held),
        "may_register": held.state == "notified" and permissions.can_register_remedy(request.user, held),
        "revoking": acts.waiting("decision.revoke", held) if staff else None,
        "check_url": letter.check_url(held.snapshot) if held.notified_at else "",
    }
    reads = permissions.can_read_feedback(request.user, held) if staff else may_download  # what comes with it
    context["feedback"] = panels.feedback_of(held) if reads else None
    return render(request, "decisions/decision.html", context)


@require_safe
def document(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_read_document)
    return documents.response(held.document)  # type: ignore[arg-type]  # the gate opens what is sealed


@require_POST
def open_decision(request: HttpRequest, number: str) -> HttpResponse:
    """An act with effects: the first opening is dated."""
    held = the_decision(request, number, permissions.can_open)
    opening = actions.open_notification(held, by=request.user)
    messages.success(request, _("Décision ouverte. La date d’ouverture est enregistrée une fois pour toutes."))
    return redirect("decisions:decision", opening.notification.decision.number)


@require_http_methods(GET_OR_POST)
def recall(request: HttpRequest, number: str) -> HttpResponse:
    """By who approved it, alone, before it is laid out."""
    held = the_decision(request, number, permissions.can_recall)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.recall(held, data["reason"], by=request.user)):
        messages.success(request, _("La décision est rappelée : le service instructeur peut proposer de nouveau."))
        return redirect("decisions:decision", held.number)
    return render(
        request, "decisions/recall.html", {"decision": held, "form": form}, status=422 if form.errors else 200
    )


@require_http_methods(GET_OR_POST)
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    """Proposes it: the direction approves."""
    held = the_decision(request, number, permissions.can_propose_revocation)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_revocation(held, data["reason"], by=request.user)
    ):
        messages.success(request, _("Le retrait est proposé : une autre personne doit l’approuver."))
        return redirect("decisions:decision", held.number)
    context = {"decision": held, "form": form, "lapses": held.grant is not None and funding.lapses(held.grant)}
    return render(request, "decisions/revoke.html", context, status=422 if form.errors else 200)
