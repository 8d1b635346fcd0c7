"""A dossier that goes away and comes back: a draft abandoned and resumed, a deposit withdrawn and reinstated."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edsh_portal import clock
from edsh_portal.access import let_in
from edsh_portal.forms import carried

from .. import actions, permissions
from ..forms.dossier import AbandonForm, Form, ReasonForm
from ..models import Application
from .found import the_dossier
from .rows import POSTED, typed


@require_http_methods(POSTED)
def abandon(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks why where others wrote, and says until when the draft may be resumed."""
    application = the_dossier(request, reference, permissions.can_abandon)
    shared = permissions.shared(application, request.user)
    form = (AbandonForm if shared else Form)(typed(request))
    if request.method == "POST" and carried(
        form, lambda data: actions.abandon(application, data.get("reason", ""), by=request.user)
    ):
        messages.success(request, _("Le brouillon %(reference)s est abandonné.") % {"reference": reference})
        return redirect("dashboards:home")
    return _show_page(request, "abandon", application, form)


@require_http_methods(POSTED)
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Of a draft that no other page shows."""
    now = clock.now()
    rows = Application.objects.resumable_by(request.user, now).select_related("wave", "coordinator")
    application = let_in(request.user, permissions.can_resume, rows.filter(reference=reference).first())
    application.now = now
    form = Form(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.resume(application, by=request.user)):
        messages.success(request, _("Le brouillon %(reference)s est repris.") % {"reference": reference})
        return redirect("applications:dossier", reference)
    return _show_page(request, "resume", application, form)


@require_http_methods(POSTED)
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_withdraw)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.withdraw(application, **data, by=request.user)):
        messages.success(request, _("Le dossier %(reference)s est retiré.") % {"reference": reference})
        return redirect("applications:dossier", reference)
    return _show_page(request, "withdraw", application, form)


@require_http_methods(POSTED)
def reinstate(request: HttpRequest, reference: str) -> HttpResponse:
    """Before the cut-off."""
    application = the_dossier(request, reference, permissions.can_withdraw)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.reinstate(application, **data, by=request.user)):
        messages.success(request, _("Le retrait du dossier %(reference)s est annulé.") % {"reference": reference})
        return redirect("applications:dossier", reference)
    return _show_page(request, "reinstate", application, form)


def _show_page(request: HttpRequest, page: str, application: Any, form: Form) -> HttpResponse:
    context = {
        "application": application,
        "form": form,
        "open": application.now < application.wave.closes_at,
        "until": clock.days_from(application.abandoned_at or application.now, Application.RESTORABLE_DAYS),
    }
    return render(request, f"applications/{page}.html", context, status=422 if form.errors else 200)
