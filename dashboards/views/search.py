"""Search across dossiers, establishments and decisions, through the same visibility as their pages."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from applications.models import Application
from decisions.models import Decision
from directory.actions import fold
from directory.models import Establishment
from edsh_portal.access import STAFF, role_required
from edsh_portal.lists import among

from ..stage import with_stage

MOST = 25


@role_required(*STAFF)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found: dict = {"q": q}
    if q:
        named = Establishment.objects.filter(sort_key__contains=fold(q))
        text = (
            Q(reference__icontains=q) | Q(acronym__icontains=q) | Q(title__icontains=q) | Q(among(named, "coordinator"))
        )
        some = among(Application.objects.visible_to(request.user).filter(text).order_by("-id")[:MOST])
        found["applications"] = list(with_stage(Application.objects.filter(some), request.user).for_list())
        found["establishments"] = list(Establishment.objects.matching(q).for_list()[:MOST])
        found["decisions"] = list(
            Decision.objects.visible_to(request.user)
            .filter(Q(number__icontains=q) | Q(among(Application.objects.filter(acronym__icontains=q), "application")))
            .select_related("application")
            .order_by("-id")[:MOST]
        )
        exact = [a for a in found["applications"] if a.reference.lower() == q.lower()]
        if exact:
            return redirect("applications:dossier", exact[0].reference)
    return render(request, "dashboards/search.html", found)
