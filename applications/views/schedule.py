"""The calendar: the work packages drawn over the months, their milestones and deliverables."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions, freeze, permissions
from ..forms import carried
from ..models import Deliverable, Milestone
from ..schedule_forms import DeliverableForm, MilestoneForm
from .found import the_dossier
from .together import row_form, saved
from .warehouse import POSTED, form_page


@require_safe
def schedule(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("packages"))
    context = {"application": application, "packages": freeze.content(application)["calendar"]}
    return render(request, "applications/schedule.html", context)


@require_http_methods(POSTED)
def milestone(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    return _due(request, reference, pk, Milestone, MilestoneForm, _("Jalon"))


@require_http_methods(POSTED)
def deliverable(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    return _due(request, reference, pk, Deliverable, DeliverableForm, _("Livrable"))


def _due(request: HttpRequest, reference: str, pk: int | None, noun: Any, kind: Any, title: str) -> HttpResponse:
    """One row of the calendar; the verb is named after its noun."""
    application = the_dossier(request, reference, permissions.in_section("packages"))
    row = get_object_or_404(noun, pk=pk, work_package__application=application) if pk else None
    name = str(noun._meta.model_name)
    form, written = row_form(request, application, kind, f"{name}s", row, "packages", application=application)
    if request.method == "POST" and carried(
        form,
        lambda data: getattr(actions, f"save_{name}")(
            application, **data, **{name: row}, read=form.read, by=request.user
        ),
    ):
        return saved(request, application, written, "schedule")
    return form_page(request, application, form, title, "schedule", _("Jalons et livrables"))


@require_POST
def remove_milestone(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("packages"))
    rows = Milestone.objects.select_related("work_package__application")
    actions.remove_milestone(get_object_or_404(rows, pk=pk, work_package__application=application), by=request.user)
    messages.success(request, _("Jalon retiré."))
    return redirect("applications:schedule", reference)


@require_POST
def remove_deliverable(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("packages"))
    rows = Deliverable.objects.select_related("work_package__application")
    actions.remove_deliverable(get_object_or_404(rows, pk=pk, work_package__application=application), by=request.user)
    messages.success(request, _("Livrable retiré."))
    return redirect("applications:schedule", reference)
