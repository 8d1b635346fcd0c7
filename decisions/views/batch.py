"""The decisions of a wave on their way: approved, sealed, blocked, published, notified; what is blocked is tried again."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from calls.models import Wave
from edsh_portal import asked
from edsh_portal.access import has_role, role_required
from edsh_portal.clock import PortalNow
from edsh_portal.lists import page_of
from edsh_portal.models import Delivery

from .. import actions, permissions
from ..models import SEES_DECISIONS, Decision
from ..panels import to_post

OURS = ("decisions.seal_decision", "decisions.release_at_its_hour", "decisions.notify_decision")
POSTING = "courrier"  # the decisions that wait for their registered letter
RESTART = ("instructor", "validator", "direction")


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
    """How many there are, in each state and blocked; a decision recalled or revoked is on no way."""
    sealed, published = Q(rendered_at__isnull=False), Q(released_at__isnull=False)
    recallable = Q(rendered_at__isnull=True, recall_until__gt=PortalNow())
    counted = rows.in_force().order_by()
    found = counted.aggregate(
        total=Count("pk"),
        sealed=Count("pk", filter=sealed),
        recallable=Count("pk", filter=recallable),
        waiting=Count("pk", filter=Q(state="rendered", release_at=None)),
        planned=Count("pk", filter=Q(state="rendered", release_at__isnull=False)),
        published=Count("pk", filter=published),
        notified=Count("pk", filter=Q(state="notified")),
    )
    found["blocked"] = counted.filter(pk__in=_blocked().values("event__subject_id")).count()
    found["sealing"] = found["total"] - found["sealed"] - found["recallable"]
    left = found["published"] > found["notified"]  # else nothing waits for the post
    found["posting"] = len(_postal(rows.in_force())) if left else 0
    notifying = found["published"] - found["notified"] - found["posting"]
    return found | {"moving": found["sealing"] > 0 or notifying > 0}


def _postal(rows: Any) -> set[int]:
    """Of these, those that wait for their registered letter."""
    return set(to_post(rows.order_by()).values_list("pk", flat=True))


@require_safe
@role_required(*SEES_DECISIONS)
def batch(request: HttpRequest) -> HttpResponse:
    number, posting = _wave(request), asked.choice(request, "pile", (POSTING,)) == POSTING
    rows = _shown(request, number)
    page = page_of(request, to_post(rows) if posting else rows)
    waves, done = Wave.objects.order_by("number"), progress(rows)
    tabs = [{"label": _("Toutes"), "url": "?", "current": number is None and not posting}]
    tabs += [{"label": w.label, "url": f"?releve={w.number}", "current": number == w.number} for w in waves]
    if posting or done["posting"]:
        tabs.append({"label": _("Par lettre recommandée"), "url": f"?pile={POSTING}", "current": posting})
    context = {
        "page": page,
        "progress": done,
        "asked": number,
        "postal": _postal(Decision.objects.filter(pk__in=[held.pk for held in page])),
        "may_release": permissions.can_release(request.user),
        "may_restart": has_role(request.user, *RESTART),
        "tabs": tabs,
    }
    return render(request, "decisions/batch.html", context)


@require_safe
@role_required(*SEES_DECISIONS)
def batch_progress(request: HttpRequest) -> HttpResponse:
    """The bars alone, for the page that asks again while work goes on."""
    number = _wave(request)
    context = {"progress": progress(_shown(request, number)), "asked": number}
    return render(request, "decisions/_progress.html", context)


@require_POST
@role_required(*RESTART)
def restart(request: HttpRequest) -> HttpResponse:
    """What is blocked of the decisions that this person sees is tried again."""
    seen = _shown(request, None).order_by().values("pk")
    again = actions.restart(_blocked().filter(event__subject_id__in=seen), by=request.user)
    said = ngettext("%(count)s tâche remise en file.", "%(count)s tâches remises en file.", again) % {"count": again}
    messages.success(request, said)
    return redirect("decisions:batch")
