"""The time to decide, and the acts that extend it: proposed by one person, validated or returned by another."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from applications.permissions import can_examine
from applications.views.found import the_dossier
from calls import clocks
from edsh_portal.access import has_role
from edsh_portal.forms import Form, ReasonForm, carried

from .. import actions, permissions
from ..forms import ProrogationForm
from ..models import Prorogation


@require_safe
def prorogations(request: HttpRequest, reference: str) -> HttpResponse:
    """For the consortium the acts in force; for the service also what waits or was returned."""
    application = the_dossier(request, reference, permissions.can_read_complements)
    examines = can_examine(request.user, application)
    acts = application.prorogations.select_related("proposed_by", "decided_by").order_by("-pk")
    shown = list(acts if examines else acts.filter(state="validated"))
    waiting = next((act for act in shown if act.state == "proposed"), None)
    proposes = permissions.can_propose_prorogation(request.user, application)
    context = {
        "application": application,
        "acts": shown,
        "examines": examines,
        "periods": clocks.deadlines(application) if application.submitted_at else None,
        "proposes": proposes and waiting is None and application.version is not None,
        "validates": waiting is not None and permissions.can_validate_prorogation(request.user, waiting),
    }
    return render(request, "casework/prorogations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_prorogation(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_propose_prorogation)
    form = ProrogationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_prorogation(application, **data, by=request.user)
    ):
        messages.success(request, _("La prolongation est transmise pour validation à une seconde personne."))
        return redirect("casework:prorogations", reference)
    context = {"application": application, "form": form, "periods": clocks.deadlines(application)}
    return render(request, "casework/propose_prorogation.html", context, status=422 if form.errors else 200)


def _waiting(request: HttpRequest, reference: str) -> tuple[Application, Prorogation]:
    """The dossier and the act that waits on it, for the second person."""
    application = the_dossier(request, reference, lambda user, _application: has_role(user, "validator"))
    act = get_object_or_404(application.prorogations.select_related("proposed_by"), state="proposed")
    act.application = application
    return application, act


def _page(request: HttpRequest, application: Application, act: Prorogation, form: Any, name: str) -> HttpResponse:
    back = reverse("casework:prorogations", args=[application.reference])
    context = {"application": application, "act": act, "form": form, "cancel": back}
    return render(request, f"casework/{name}.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def validate_prorogation(request: HttpRequest, reference: str) -> HttpResponse:
    application, act = _waiting(request, reference)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.validate_prorogation(act, by=request.user)):
        messages.success(request, _("La prolongation est validée : les membres du consortium sont prévenus."))
        return redirect("casework:prorogations", reference)
    return _page(request, application, act, form, "validate_prorogation")


@require_http_methods(["GET", "HEAD", "POST"])
def return_prorogation(request: HttpRequest, reference: str) -> HttpResponse:
    application, act = _waiting(request, reference)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.return_prorogation(act, data["reason"], by=request.user)
    ):
        messages.success(request, _("La prolongation est renvoyée avec votre motif."))
        return redirect("casework:prorogations", reference)
    return _page(request, application, act, form, "return_prorogation")
