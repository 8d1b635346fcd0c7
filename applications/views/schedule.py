"""The work plan: its packages drawn over the months, then each with its milestones and deliverables."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, freeze, permissions
from ..models import Deliverable, Milestone
from .found import the_dossier
from .rows import POSTED, removal, row_form, row_page

DUE: dict[str, Any] = {"milestones": Milestone, "deliverables": Deliverable}


@require_safe
def schedule(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("packages"))
    context = {
        "application": application,
        "calendar": freeze.content(application)["calendar"],
        "packages": application.packages.select_related("leader__establishment")
        .prefetch_related(*(Prefetch(name, noun.objects.order_by("month", "pk")) for name, noun in DUE.items()))
        .order_by("order", "number"),
    }
    return render(request, "applications/schedule.html", context)


@require_http_methods(POSTED)
def milestone(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    return _due(request, reference, pk, Milestone, _("Jalon"))


@require_http_methods(POSTED)
def deliverable(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    return _due(request, reference, pk, Deliverable, _("Livrable"))


def _due(request: HttpRequest, reference: str, pk: int | None, noun: Any, title: str) -> HttpResponse:
    """One row of the calendar; the verb is named after its noun."""
    application = the_dossier(request, reference, permissions.in_section("packages"))
    row = get_object_or_404(noun, pk=pk, work_package__application=application) if pk else None
    name = str(noun._meta.model_name)
    form = row_form(request, application, f"{name}s", row)
    save = getattr(actions, f"save_{name}")
    return row_page(
        request,
        application,
        f"{name}s",
        form,
        row,
        lambda data: save(application, **data, **{name: row}, read=form.read, by=request.user),
        title=title,
        back="schedule",
        back_label=_("Lots, jalons et livrables"),
    )


@require_http_methods(POSTED)
def remove_milestone(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    return _removal(request, reference, pk, Milestone, _("Retirer le jalon « %(name)s »"), _("Jalon retiré."))


@require_http_methods(POSTED)
def remove_deliverable(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    return _removal(request, reference, pk, Deliverable, _("Retirer le livrable « %(name)s »"), _("Livrable retiré."))


def _removal(request: HttpRequest, reference: str, pk: int, noun: Any, title: str, done: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("packages"))
    rows = noun.objects.select_related("work_package__application")
    row = get_object_or_404(rows, pk=pk, work_package__application=application)
    return removal(
        request,
        application,
        row,
        getattr(actions, f"remove_{noun._meta.model_name}"),
        title=title % {"name": row.title},
        back="schedule",
        back_label=_("Lots, jalons et livrables"),
        done=done,
    )
