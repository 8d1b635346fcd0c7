"""The job page: what the portal owes, what is blocked, what was retried, who is alive."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edsh_portal import asked, clock, events, lists
from edsh_portal.access import role_required
from edsh_portal.models import Delivery, Heartbeat
from edsh_portal.workflow import heading

from .. import permissions
from ..jobs import QUEUES, listed, named


@role_required(*permissions.SEES_JOBS)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    state = asked.choice(request, "state", Delivery.State.values)
    owed = Delivery.objects.exclude(state="done")
    counted = owed.values("state").annotate(
        n=Count("id"), oldest=Min("due_at", filter=~Q(not_before__gt=clock.PortalNow()))
    )
    by_state: dict[str, Any] = {row["state"]: row for row in counted}
    by_state["done"] = {"n": lists.counted(Delivery.objects.filter(state="done"))}  # nearly all there ever were
    page = lists.page_of(request, listed(state))
    beats, waiting = list(Heartbeat.objects.order_by("queue")), by_state.get("todo", {})
    apart = clock.retold(at=beats)
    context = {
        "page": page,
        "rows": named(page, request.user),
        "tabs": [
            {
                "label": heading("delivery", code),
                "url": f"?state={code}",
                "current": state == code,
                "count": n,
                "told": lists.told(n) if code == "done" else "",
            }
            for code in Delivery.State.values
            for n in [by_state.get(code, {}).get("n", 0)]
        ],
        "beats": [{"says": QUEUES.get(beat.queue, beat.queue), "at": beat.at} for beat in beats],
        "oldest": waiting and waiting["oldest"] + apart,
        "may_retry": permissions.can_retry(request.user),
    }
    return render(request, "dashboards/jobs.html", context)


@role_required("administrator", "instructor")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    events.unblock(get_object_or_404(Delivery, pk=pk, state="blocked"), by=request.user)
    messages.success(request, _("La tâche est remise en file."))
    return redirect("dashboards:jobs")
