"""The register: every dossier the State may see, filtered, sorted, and as a file for spreadsheets."""

from typing import Any

from django.core.paginator import Paginator
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
from edsh_portal.sheets import Amount, answer

from ..forms import RegisterForm
from ..stage import Stage, with_stage

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


def _found(request: HttpRequest):
    """The form, the rows it asks for, in the order it asks for, and that order."""
    form = RegisterForm(request.GET)
    of = form.filters()
    rows = Application.objects.visible_to(request.user).matching(**of, folded=fold(of["text"]))
    sort = asked.choice(request, "sort", [f"{sign}{name}" for name, *_rest in COLUMNS for sign in ("", "-")])
    if not reads_amounts(request.user) and sort.removeprefix("-") in AMOUNTS:
        sort = ""
    stage = form.cleaned_data.get("stage")
    if stage or sort.removeprefix("-") == "stage":
        rows = with_stage(rows, request.user)
    return form, (rows.filter(stage=stage) if stage else rows).in_order(sort), sort


def _shown(request: HttpRequest, rows: QuerySet[Application], sort: str) -> QuerySet[Application]:
    """What is shown of these rows, read once they are chosen."""
    return with_stage(Application.objects.filter(pk__in=rows.values("pk")), request.user).for_register().in_order(sort)


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
    form, rows, sort = _found(request)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    chosen: Any = page.object_list  # a part of `rows`
    page.object_list = _shown(request, chosen, sort)
    context = {
        "form": form,
        "page": page,
        "head": _head(request, sort),
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
    form, rows, sort = _found(request)
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
    lines = (_line(row, regions, amounts) for row in _shown(request, rows, sort).iterator(chunk_size=answer.ROWS))
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
