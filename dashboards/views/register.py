"""The register: every dossier the State may see, filtered, sorted, and as a file for spreadsheets."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from applications.models import Application
from directory.actions import fold
from edsh_portal import asked
from edsh_portal.access import STAFF, has_role, role_required
from edsh_portal.lists import page_of
from edsh_portal.sheets import Amount, answer

from ..forms import RegisterForm
from ..stage import Stage, all_at, at_stage, with_stage

READERS = (*STAFF, "hdh")
COLUMNS = (
    ("reference", gettext_lazy("Dossier"), False, ""),
    ("coordinator", gettext_lazy("Coordinateur"), False, ""),
    ("region", gettext_lazy("Région"), False, ""),
    ("stage", gettext_lazy("Étape"), False, ""),
    ("submitted", gettext_lazy("Déposé le"), False, gettext_lazy("heure de Paris")),
    ("members", gettext_lazy("Membres"), True, ""),
    ("total", gettext_lazy("Dépenses"), True, "€"),
    ("requested", gettext_lazy("Aide demandée"), True, "€"),
)
AMOUNTS = ("total", "requested")


class Order(NamedTuple):
    """The stage where all the rows stand, when one is asked, and the column to sort on."""

    stage: str
    sort: str


def _list_dossiers(request: HttpRequest) -> tuple[RegisterForm, QuerySet[Application], Order]:
    """The form, the rows it asks for, in the order it asks for, and that order."""
    form = RegisterForm(request.GET)
    of = form.filters()
    rows = Application.objects.visible_to(request.user).matching(**of, folded=fold(of["text"]))
    sort = asked.choice(request, "sort", [f"{sign}{name}" for name, *_rest in COLUMNS for sign in ("", "-")])
    if not reads_amounts(request.user) and sort.removeprefix("-") in AMOUNTS:
        sort = ""
    order = Order(form.cleaned_data.get("stage") or "", sort)
    if order.stage:
        rows = at_stage(rows, order.stage, request.user)
    elif sort.removeprefix("-") == "stage":
        rows = with_stage(rows, request.user)
    return form, rows.in_order(sort), order


def _shown(request: HttpRequest, rows: Any, order: Order) -> QuerySet[Application]:
    """What is shown of these rows, in this order."""
    told = all_at(rows, order.stage) if order.stage else with_stage(rows, request.user)
    return told.for_register().in_order(order.sort)


def _moved(request: HttpRequest) -> str:
    """The address of today for one kept from when the list was filtered on the dossier's own state; "" for any other."""
    if "state" not in request.GET and request.GET.get("sort", "").removeprefix("-") != "state":
        return ""
    kept = request.GET.copy()
    if (state := kept.pop("state", [""])[-1]) and "stage" not in kept:
        kept["stage"] = state
    if sort := kept.get("sort"):
        kept["sort"] = sort.replace("state", "stage")
    return f"{request.path}?{kept.urlencode()}"


def reads_amounts(user) -> bool:
    """The Health Data Hub reads what is offered to its catalogue, not the budgets."""
    return has_role(user, *STAFF)


def _head(request: HttpRequest, sort: str) -> list[dict]:
    """The columns, each a link that sorts by it, then the other way."""
    shown = [column for column in COLUMNS if column[0] not in AMOUNTS or reads_amounts(request.user)]
    head = []
    for name, label, numeric, unit in shown:
        kept = request.GET.copy()
        kept.pop("page", None)
        kept["sort"] = f"-{name}" if sort == name else name
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        head.append(
            {"label": label, "numeric": numeric, "unit": unit, "url": f"?{kept.urlencode()}", "sorted": direction}
        )
    return head


@role_required(*READERS)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    if asked := _moved(request):
        return redirect(asked)
    form, rows, order = _list_dossiers(request)
    page = page_of(request, rows, read=_shown(request, Application.objects.all(), order))
    context = {
        "form": form,
        "page": page,
        "head": _head(request, order.sort),
        "regions": {"": ""} | dict(form.fields["region"].choices[1:]),
        "amounts": reads_amounts(request.user),
        "query": request.GET.urlencode(),
    }
    template = "_register.html" if request.headers.get("HX-Request") else "register.html"
    return render(request, f"dashboards/{template}", context)


@role_required(*READERS)
@require_safe
def register_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The same rows in the same order, all pages."""
    form, rows, order = _list_dossiers(request)
    asked.must_be_read(request, form)
    regions = {"": ""} | dict(form.fields["region"].choices[1:])
    head = [
        _("référence"),
        _("acronyme"),
        _("titre"),
        _("coordinateur"),
        _("FINESS EJ"),
        _("région"),
        _("relève"),
        _("étape"),
        _("déposé le (UTC)"),
        _("version"),
        _("membres"),
    ]
    amounts = reads_amounts(request.user)
    head += [_("dépenses (€)"), _("aide demandée (€)")] if amounts else []
    lines = (_line(row, regions, amounts) for row in _shown(request, rows, order).iterator(chunk_size=answer.ROWS))
    return answer.table("dossiers", ending, head, lines)


def _line(row: Any, regions: dict[str, str], amounts: bool) -> list[Any]:
    line = [
        row.reference,
        row.shown_acronym,
        row.shown_title,
        row.coordinator.name,
        row.coordinator.finess,
        regions.get(row.region_code, ""),
        row.wave.number,
        Stage(row.stage).label,
        row.submitted_at.strftime("%Y-%m-%dT%H:%M:%SZ") if row.submitted_at else None,
        row.version.number if row.version else None,
        row.member_count,
    ]
    return line + ([Amount(row.total_cents), Amount(row.requested_cents)] if amounts else [])
