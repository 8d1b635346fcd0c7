"""The decisions of a wave on their way: sealed, blocked, notified; and their publication by the direction."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import Wave
from edsh_portal import asked
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of
from edsh_portal.models import Delivery

from .. import actions, panels, permissions
from ..forms import ReleaseForm, typed
from ..models import SEES_DECISIONS, Decision

GET_OR_POST = ["GET", "HEAD", "POST"]
OURS = ("decisions.seal_decision", "decisions.notify_decision")


def _wave(request: HttpRequest) -> int | None:
    return asked.numbered(request, "releve", Wave.objects.values_list("number", flat=True))


def _blocked() -> QuerySet[Delivery]:
    return Delivery.objects.filter(event__subject_type="decisions.decision", reaction__in=OURS, state="blocked")


def _shown(request: HttpRequest, number: int | None) -> Any:
    """The decisions this person sees, of the wave asked for, each with what blocks it."""
    blocked = _blocked().filter(event__subject_id=OuterRef("pk")).order_by("-pk")
    rows = (
        Decision.objects.visible_to(request.user)
        .for_list()
        .annotate(blocked=Subquery(blocked.values("last_error")[:1]))
    )
    return rows if number is None else rows.filter(application__wave__number=number)


def progress(rows: Any) -> dict[str, int]:
    """How many there are, sealed, blocked, published and notified; a revoked decision is on no way."""
    sealed, published = Q(rendered_at__isnull=False), Q(released_at__isnull=False)
    counted = rows.in_force().order_by()
    found = counted.aggregate(
        total=Count("pk"),
        sealed=Count("pk", filter=sealed),
        waiting=Count("pk", filter=Q(state="rendered")),
        published=Count("pk", filter=published),
        notified=Count("pk", filter=Q(state="notified")),
    )
    return found | {"blocked": counted.filter(pk__in=_blocked().values("event__subject_id")).count()}


@require_safe
@role_required(*SEES_DECISIONS)
def batch(request: HttpRequest) -> HttpResponse:
    number = _wave(request)
    rows = _shown(request, number)
    page = page_of(request, rows)
    waves = Wave.objects.order_by("number")
    context = {
        "page": page,
        "progress": progress(rows),
        "asked": number,
        "may_release": permissions.can_release(request.user),
        "tabs": [{"label": _("Toutes"), "url": "?", "current": number is None}]
        + [{"label": w.label, "url": f"?releve={w.number}", "current": number == w.number} for w in waves],
    }
    return render(request, "decisions/batch.html", context)


@require_safe
@role_required(*SEES_DECISIONS)
def batch_progress(request: HttpRequest) -> HttpResponse:
    """The bars alone, for the page that asks again while work goes on."""
    number = _wave(request)
    context = {"progress": progress(_shown(request, number)), "asked": number}
    return render(request, "decisions/_progress.html", context)


@require_http_methods(GET_OR_POST)
@role_required("direction")
def release(request: HttpRequest) -> HttpResponse:
    """Sealed decisions, all chosen at first; publishing notifies them and cannot be undone."""
    sealed = panels.to_publish()
    form = ReleaseForm(typed(request), sealed=sealed)
    done: list[int] = []
    if request.method == "POST" and carried(
        form, lambda data: done.append(actions.release(data["decisions"], by=request.user))
    ):
        said = ngettext(
            "%(count)s décision en cours de notification.", "%(count)s décisions en cours de notification.", done[0]
        )
        messages.success(request, said % {"count": done[0]})
        return redirect("decisions:batch")
    return render(
        request, "decisions/release.html", {"form": form, "sealed": sealed}, status=422 if form.errors else 200
    )
