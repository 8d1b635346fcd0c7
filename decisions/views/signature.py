"""Who signs decisions for the State: the delegations, and the two proposals that the direction approves."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import acts, clock
from edsh_portal.access import STAFF, fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.models import Act

from .. import actions, permissions
from ..forms.fields import ReasonForm, typed
from ..forms.signature import DelegationForm
from ..models import SignatureDelegation

GET_OR_POST = ["GET", "HEAD", "POST"]
KINDS = ("delegation.give", "delegation.end")


@require_safe
@role_required(*STAFF)
def delegations(request: HttpRequest) -> HttpResponse:
    """The latest first, with where each stands today; the acts of two that wait, for who may know of them."""
    held = SignatureDelegation.objects.visible_to(request.user).select_related("holder").order_by("-pk")
    page, today = Paginator(held, 25).get_page(request.GET.get("page")), clock.today()
    waiting = acts.visible_to(request.user).filter(kind__in=KINDS, state=Act.State.PROPOSED).order_by("pk")
    context = {
        "page": page,
        "rows": [
            {"held": one, "state": one.state_on(today), "may_end": permissions.can_end_delegation(request.user, one)}
            for one in page
        ],
        "waiting": [
            {"act": act, "says": acts.KINDS[act.kind].says(act, subject)}
            for act, subject in acts.with_subjects(waiting[:25])
        ],
        "may_propose": permissions.can_propose_delegation(request.user),
    }
    return render(request, "decisions/delegations.html", context)


@require_http_methods(GET_OR_POST)
@role_required("instructor", "administrator")
def propose_delegation(request: HttpRequest) -> HttpResponse:
    form = DelegationForm(typed(request), proposer=request.user)

    def verb(data: dict[str, Any]) -> None:
        actions.propose_delegation(data.pop("holder"), **data, by=request.user)

    if request.method == "POST" and carried(form, verb):
        messages.success(request, _("La délégation est proposée : la direction doit l’approuver."))
        return redirect("decisions:delegations")
    return render(request, "decisions/propose_delegation.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
def propose_delegation_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = SignatureDelegation.objects.select_related("holder")
    held = fetch(rows, request.user, permissions.can_end_delegation, pk=pk)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_delegation_end(held, data["reason"], by=request.user)
    ):
        messages.success(request, _("La fin de la délégation est proposée : la direction doit l’approuver."))
        return redirect("decisions:delegations")
    context = {"delegation": held, "form": form}
    return render(request, "decisions/propose_delegation_end.html", context, status=422 if form.errors else 200)
