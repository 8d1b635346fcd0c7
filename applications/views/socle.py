"""The common core: each warehouse's indexes, then its grid of 51 items."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, freeze, permissions, socle
from ..forms import carried
from ..models import SocleItem, Warehouse
from ..socle_forms import SocleForm, held_states
from .found import the_dossier
from .warehouse import POSTED, typed


def items() -> list[SocleItem]:
    return list(SocleItem.objects.filter(version=socle.VERSION).order_by("order"))


def states_of(warehouse: Warehouse) -> Any:
    return held_states(
        warehouse.states.filter(item__version=socle.VERSION).values_list("item__number", "now", "target")
    )


@require_safe
def socles(request: HttpRequest, reference: str) -> HttpResponse:
    """The warehouses, each with how far it has come."""
    application = the_dossier(request, reference, permissions.can_edit)
    context = {"application": application, "warehouses": freeze.content(application)["warehouses"]}
    return render(request, "applications/socles.html", context)


@require_http_methods(POSTED)
def socle_grid(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The grid of one warehouse, and its indexes as last saved."""
    application = the_dossier(request, reference, permissions.can_edit)
    warehouse = get_object_or_404(application.warehouses.select_related("application"), pk=pk)
    rows, held = items(), states_of(warehouse)
    form = SocleForm(typed(request), initial=_cells(held), items=rows)
    if request.method == "POST" and carried(
        form, lambda data: actions.save_socle(warehouse, form.states(), by=request.user)
    ):
        messages.success(request, _("Socle commun enregistré."))
        return redirect("applications:socle", reference, pk)
    context = {
        "application": application,
        "warehouse": warehouse,
        "form": form,
        "indexes": socle.completeness([socle.Item(row.number, row.domain) for row in rows], held),
    }
    return render(request, "applications/socle.html", context, status=422 if form.errors else 200)


def _cells(held: Any) -> dict[str, str]:
    """The states by the names of SocleForm's fields."""
    return {
        f"{number}-{column}": value
        for number, pair in held.items()
        for column, value in zip(("now", "target"), pair, strict=True)
    }
