"""The common core: each warehouse's indexes, then its grid of 51 items."""

import json
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import sheets
from edsh_portal.forms import carried
from edsh_portal.intake import desk
from edsh_portal.once import repeatable
from edsh_portal.sheets import answer

from .. import actions
from ..content import freeze, socle_sheet
from ..forms.socle import SocleFileForm, SocleForm, held_states
from ..models import SocleItem, SocleState, Warehouse
from ..shapes import socle
from .found import the_dossier
from .rows import POSTED
from .together import grid_together, saved, typed
from .warehouse import MESH


def items() -> list[SocleItem]:
    return list(SocleItem.objects.filter(version=socle.VERSION).order_by("order"))


def states_of(warehouse: Warehouse) -> Any:
    """{number: (now, target)}, as the_warehouse found them."""
    said = warehouse.said  # type: ignore[attr-defined]  # the_warehouse puts it there
    return held_states((row["number"], row["now"], row["target"]) for row in said)


@require_safe
def socles(request: HttpRequest, reference: str) -> HttpResponse:
    """The warehouses, each with how far it has come."""
    application = the_dossier(request, reference, MESH)
    context = {"application": application, "warehouses": freeze.content(application)["warehouses"]}
    return render(request, "applications/socles.html", context)


def the_warehouse(request: HttpRequest, reference: str, pk: int) -> Warehouse:
    application = the_dossier(request, reference, MESH)
    states = SocleState.objects.filter(warehouse=OuterRef("pk"), item__version=socle.VERSION)
    said = ArraySubquery(states.values(json=JSONObject(number="item__number", now="now", target="target")))
    warehouse = get_object_or_404(application.warehouses.annotate(said=said), pk=pk)
    warehouse.application = application
    return warehouse


@repeatable
@require_http_methods(POSTED)
def socle_grid(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The grid of one warehouse, and its indexes as last saved."""
    warehouse, rows = the_warehouse(request, reference, pk), items()
    held = states_of(warehouse)
    form = SocleForm(typed(request), initial=socle.cells(held), items=rows)
    grid_together(form, warehouse.application, request.user, _stem(warehouse), "mesh")
    if request.method == "POST" and carried(
        form,
        lambda data: actions.save_row(
            warehouse.application, "socle", row=warehouse, read=form.read, by=request.user, **data
        ),
    ):
        return saved(request, warehouse.application, [_stem(warehouse)], "socle", pk)
    return _grid_page(request, warehouse, form, held)


def _stem(warehouse: Warehouse) -> str:
    return f"socle.{warehouse.pk}."


def _grid_page(request: HttpRequest, warehouse: Warehouse, form: SocleForm, held: Any, **more: Any) -> HttpResponse:
    context = {
        "application": warehouse.application,
        "warehouse": warehouse,
        "form": form,
        "sheet": more.pop("sheet", None) or SocleFileForm(),
        "words": json.dumps(socle_sheet.words(), ensure_ascii=False),
        "indexes": socle.completeness([socle.Item(row.number, row.domain) for row in form.items], held),
        **more,
    }
    wrong = form.errors or context["sheet"].errors or more.get("wrong")
    return render(request, "applications/socle.html", context, status=422 if wrong else 200)


@require_safe
def socle_file(request: HttpRequest, reference: str, pk: int, ending: str) -> HttpResponse:
    """The grid with what is saved, to fill in a spreadsheet."""
    warehouse = the_warehouse(request, reference, pk)
    return answer.workbook(
        f"socle-{reference}-{pk}", ending, lambda: socle_sheet.write(warehouse.name, items(), states_of(warehouse))
    )


@repeatable
@require_POST
def fill_socle(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What the filled spreadsheet says: its errors cell by cell, or the grid to read again and save. Nothing is written."""
    warehouse, rows = the_warehouse(request, reference, pk), items()
    held, sheet = states_of(warehouse), SocleFileForm(request.POST, request.FILES)
    filled: list[sheets.Table] = []
    carried(sheet, lambda data: filled.extend(desk.workbook_now(data["file"].read()).tables[:1]))
    if not filled:
        form = SocleForm(initial=socle.cells(held), items=rows)
        grid_together(form, warehouse.application, request.user, _stem(warehouse), "mesh")
        return _grid_page(request, warehouse, form, held, sheet=sheet)
    found, wrong = socle_sheet.read(filled[0], [row.number for row in rows])
    shown = held if wrong else held | found
    form = SocleForm(initial=socle.cells(shown), items=rows)
    grid_together(form, warehouse.application, request.user, _stem(warehouse), "mesh")
    if not wrong:
        form.writing = None  # what the sheet says is read again before anything is saved
    return _grid_page(request, warehouse, form, held, wrong=wrong, unsaved=not wrong)
