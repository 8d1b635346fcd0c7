"""The mesh: the page that lists its warehouses and matchings, and one function at its three levels."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..content import freeze
from ..content.fields import SECTIONS, keys
from ..forms.mesh import FunctionForm
from ..shapes import mesh
from .found import the_dossier
from .rows import POSTED
from .together import saved, together, typed

MESH = permissions.in_section("mesh")


@require_safe
def warehouses(request: HttpRequest, reference: str) -> HttpResponse:
    """The nodes, who does what where, the matchings, and what is to look at."""
    application = the_dossier(request, reference, MESH)
    content = freeze.content(application)
    context = {"application": application, "content": content, "findings": mesh.read(content)}
    return render(request, "applications/warehouses.html", context)


@repeatable
@require_http_methods(POSTED)
def function(request: HttpRequest, reference: str, function: str) -> HttpResponse:
    """One function at its three levels."""
    application = the_dossier(request, reference, MESH)
    if function not in mesh.Function.values:
        raise Http404
    held, one = application.functions.filter(function=function), mesh.Function(function)
    form = FunctionForm(typed(request), initial=_placed(held), application=application, function=one)
    named = keys("functions", SECTIONS["functions"].fields, function)
    together(form, application, request.user, named, "mesh")
    if request.method == "POST" and carried(
        form,
        lambda data: actions.save_row(application, "functions", row=function, read=form.read, by=request.user, **data),
    ):
        return saved(request, application, [*named.values()], "warehouses")
    context = {"application": application, "form": form, "title": one.label}
    return render(request, "applications/function.html", context, status=422 if form.errors else 200)


def _placed(held: Any) -> dict[str, Any]:
    """The rows of one function, by the names of FunctionForm's fields."""
    nodes = ArrayAgg("warehouses", default=[], filter=Q(warehouses__isnull=False))
    return {
        f"{row.level}-{name}": value
        for row in held.annotate(nodes=nodes)
        for name, value in (
            ("warehouses", row.nodes),
            ("reason", row.reason),
            ("why_not_lower", row.why_not_lower),
        )
    }
