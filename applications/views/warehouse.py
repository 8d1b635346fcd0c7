"""The mesh: warehouses, functions by level, matchings; and the indicators of the research projects."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal.once import repeatable

from .. import actions, freeze, mesh, permissions
from ..fields import SECTIONS, keys
from ..forms import carried
from ..mesh_forms import FunctionForm
from ..models import Warehouse
from .found import the_dossier
from .rows import POSTED, removal, row_form, row_page
from .together import saved, together, typed

MESH = permissions.in_section("mesh")


@require_safe
def warehouses(request: HttpRequest, reference: str) -> HttpResponse:
    """The nodes, who does what where, the matchings, and what is to look at."""
    application = the_dossier(request, reference, MESH)
    content = freeze.content(application)
    context = {"application": application, "content": content, "findings": mesh.read(content)}
    return render(request, "applications/warehouses.html", context)


@require_http_methods(POSTED)
def warehouse(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, MESH)
    row = get_object_or_404(application.warehouses, pk=pk) if pk else None
    form = row_form(request, application, "warehouses", row)
    return row_page(
        request,
        application,
        "warehouses",
        form,
        row,
        lambda data: actions.save_warehouse(application, **data, warehouse=row, read=form.read, by=request.user),
        title=_("Entrepôt"),
        back="warehouses",
        back_label=_("Entrepôts et maillage"),
    )


@require_http_methods(POSTED)
def remove_warehouse(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, MESH)
    row = get_object_or_404(application.warehouses, pk=pk)
    return removal(
        request,
        application,
        row,
        actions.remove_warehouse,
        title=_("Retirer l’entrepôt « %(name)s »") % {"name": row.name},
        goes=_goes_with(row),
        back="warehouses",
        back_label=_("Entrepôts et maillage"),
        done=_("Entrepôt retiré."),
    )


def _goes_with(row: Warehouse) -> list[str]:
    """What leaves the dossier with a warehouse, in words."""
    core, links, places = row.states.count(), row.matchings.count(), row.functions.count()
    told = [
        (core, ngettext("%(n)s élément du socle commun", "%(n)s éléments du socle commun", core)),
        (links, ngettext("%(n)s appariement prévu", "%(n)s appariements prévus", links)),
        (places, ngettext("sa place dans %(n)s fonction", "sa place dans %(n)s fonctions", places)),
    ]
    return [words % {"n": count} for count, words in told if count]


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
        lambda data: actions.save_function(application, function, form.said(), read=form.read, by=request.user),
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


@require_http_methods(POSTED)
def matching(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, MESH)
    row = get_object_or_404(application.matchings, pk=pk) if pk else None
    form = row_form(request, application, "matchings", row)
    return row_page(
        request,
        application,
        "matchings",
        form,
        row,
        lambda data: actions.save_matching(application, **data, matching=row, read=form.read, by=request.user),
        title=_("Appariement prévu"),
        back="warehouses",
        back_label=_("Entrepôts et maillage"),
    )


@require_http_methods(POSTED)
def remove_matching(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, MESH)
    row = get_object_or_404(application.matchings, pk=pk)
    return removal(
        request,
        application,
        row,
        actions.remove_matching,
        title=_("Retirer l’appariement « %(name)s »") % {"name": row.name},
        back="warehouses",
        back_label=_("Entrepôts et maillage"),
        done=_("Appariement retiré."),
    )


@require_http_methods(POSTED)
def indicator(request: HttpRequest, reference: str, pk: int, indicator: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("projects"))
    project = get_object_or_404(application.projects.select_related("application"), pk=pk)
    row = get_object_or_404(project.indicators, pk=indicator) if indicator else None
    form = row_form(request, application, "indicators", row)
    return row_page(
        request,
        application,
        "indicators",
        form,
        row,
        lambda data: actions.save_indicator(project, **data, indicator=row, read=form.read, by=request.user),
        title=_("Indicateur : %(project)s") % {"project": project.title},
        back="projects",
        back_label=_("Projets de recherche"),
    )


@require_http_methods(POSTED)
def remove_indicator(request: HttpRequest, reference: str, pk: int, indicator: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("projects"))
    project = get_object_or_404(application.projects, pk=pk)
    row = get_object_or_404(project.indicators.select_related("project__application"), pk=indicator)
    return removal(
        request,
        application,
        row,
        actions.remove_indicator,
        title=_("Retirer l’indicateur « %(name)s »") % {"name": row.label},
        back="projects",
        back_label=_("Projets de recherche"),
        done=_("Indicateur retiré."),
    )
