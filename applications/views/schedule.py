"""The work plan: its packages drawn over the months, then each with its milestones and deliverables."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import permissions
from ..content import freeze
from ..models import Deliverable, Milestone
from .found import the_dossier

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
