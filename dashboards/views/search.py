"""Search across dossiers, establishments and decisions, through the same visibility as their pages."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from applications.models import Application
from decisions.models import Decision
from directory.models import Establishment
from edsh_portal.access import STAFF, role_required

from ..stage import with_stage

MOST = 25


@role_required(*STAFF)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found: dict = {"q": q}
    if q:
        text = (
            Q(reference__icontains=q)
            | Q(acronym__icontains=q)
            | Q(title__icontains=q)
            | Q(coordinator__name__icontains=q)
        )
        dossiers = with_stage(Application.objects.visible_to(request.user), request.user).filter(text)
        found["applications"] = list(dossiers.for_list()[:MOST])
        named = Q(name__icontains=q) | Q(finess=q.replace(" ", "")) | Q(siret=q.replace(" ", ""))
        found["establishments"] = list(Establishment.objects.filter(named).for_list()[:MOST])
        found["decisions"] = list(
            Decision.objects.visible_to(request.user)
            .filter(Q(number__icontains=q) | Q(application__acronym__icontains=q))
            .select_related("application")
            .order_by("-id")[:MOST]
        )
        exact = [a for a in found["applications"] if a.reference.lower() == q.lower()]
        if exact:
            return redirect("applications:dossier", exact[0].reference)
    return render(request, "dashboards/search.html", found)
