"""The register of establishments."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of

from .. import actions, identifiers, permissions
from ..forms import AddGcsMemberForm, CorrectEstablishmentForm, CreateEstablishmentForm, EstablishmentFilter
from ..models import Affiliation, Establishment
from .signed import Signed


@require_safe
def establishments(request: Signed) -> HttpResponse:
    form = EstablishmentFilter(request.GET)
    form.is_valid()
    asked, found = form.cleaned_data, Establishment.objects.visible_to(request.user).for_list()
    if asked.get("q"):
        found = found.matching(asked["q"])
    if asked.get("region"):
        found = found.filter(departement__region=asked["region"])
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("ght"):
        found = found.filter(ght_code__iexact=asked["ght"])
    context = {"form": form, "page": page_of(request, found), "may_manage": permissions.can_manage_people(request.user)}
    return render(request, "directory/establishments.html", context)


def _page(request: Signed, shown: Establishment, form: AddGcsMemberForm) -> HttpResponse:
    context = {
        "establishment": shown,
        "form": form,
        "sites": shown.sites.order_by("finess_et"),
        "doubtful": identifiers.finess_doubtful(shown.finess or ""),
        "members": [
            m.member for m in shown.gcs_members.select_related("member__departement").order_by("member__sort_key")
        ],
        "groupings": [
            m.gcs for m in shown.gcs_memberships.select_related("gcs__departement").order_by("gcs__sort_key")
        ],
        "may_manage": permissions.can_manage_people(request.user),
        "may_invite": permissions.can_invite_colleague(request.user, shown),
        "may_correct": permissions.can_correct(request.user),
        "people": None,
    }
    if permissions.can_see_people_of(request.user, shown):
        context["corrections"] = shown.corrections.select_related("by").order_by("-pk")
        live = shown.affiliations.filter(ended_at=None, kind__in=(Affiliation.Kind.WRITER, Affiliation.Kind.SIGNATORY))
        context["people"] = live.select_related("user").order_by("user__full_name", "pk")
    return render(request, "directory/establishment.html", context)


def _shown(request: Signed, pk: int, gate=None) -> Establishment:
    return fetch(Establishment.objects.select_related("departement__region"), request.user, gate, pk=pk)


@require_safe
def establishment(request: Signed, pk: int) -> HttpResponse:
    return _page(request, _shown(request, pk), AddGcsMemberForm())


@role_required("administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def create_establishment(request: Signed) -> HttpResponse:
    form = CreateEstablishmentForm(request.POST if request.method == "POST" else None)
    made: list[Establishment] = []
    if carried(form, lambda data: made.append(actions.create_establishment(**data, by=request.user))):
        messages.success(request, _("L’établissement est inscrit."))
        return redirect("directory:establishment", made[0].pk)
    return render(request, "directory/create_establishment.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def correct_establishment(request: Signed, pk: int) -> HttpResponse:
    shown = _shown(request, pk, permissions.can_correct)
    form = CorrectEstablishmentForm(request.POST if request.method == "POST" else None, establishment=shown)

    def correct(data: dict[str, Any]) -> None:
        actions.correct_establishment(shown, form.changes(), reason=data["reason"], by=request.user)

    if carried(form, correct):
        messages.success(request, _("La correction est enregistrée."))
        return redirect("directory:establishment", pk)
    context = {"form": form, "establishment": shown}
    return render(request, "directory/correct_establishment.html", context, status=422 if form.errors else 200)


@require_POST
def add_gcs_member(request: Signed, pk: int) -> HttpResponse:
    gcs = _shown(request, pk, permissions.can_manage_people)
    form = AddGcsMemberForm(request.POST)
    if carried(form, lambda data: actions.add_gcs_member(gcs, data["member"], by=request.user)):
        messages.success(request, _("Le membre est inscrit."))
        return redirect("directory:establishment", pk)
    return _page(request, gcs, form)
