"""The expert: their files, the declaration that opens one, the reading page beside the grid, the lock, the recusal."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import VersionFile
from calls.questions import QUESTIONS
from edsh_portal import asked, clock, documents
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.once import repeatable
from edsh_portal.workflow import Refused

from .. import actions, panels, permissions, scoring
from ..forms import DeclarationForm, GridForm, RecusalForm
from ..models import Assignment

GET_OR_POST = ["GET", "HEAD", "POST"]


def _mine(request: HttpRequest, pk: int, gate: Any = permissions.is_theirs) -> Assignment:
    rows = Assignment.objects.select_related(
        "application__wave__settings", "application__version", "review__version", "link"
    )
    return fetch(rows, request.user, gate, pk=pk)


@require_safe
@role_required("expert")
def my_files(request: HttpRequest) -> HttpResponse:
    piles = {"": _("Tous"), "declarer": _("Intérêts à déclarer"), "evaluer": _("À évaluer")}
    pile = asked.choice(request, "pile", piles)
    rows = panels.assignments_of(request.user, pile).for_list()
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    tabs = [{"label": label, "url": f"?pile={name}", "current": name == pile} for name, label in piles.items()]
    context = {"page": page, "now": clock.now(), "tabs": tabs, "pile": pile, "unsigned": panels.to_sign(request.user)}
    return render(request, "reviews/my_files.html", context)


@require_http_methods(GET_OR_POST)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk)
    if assignment.state == "declared":
        return redirect("reviews:read", pk=pk)
    form = DeclarationForm(request.POST or None)
    if carried(form, lambda data: _declare(assignment, data, request.user)):
        if assignment.state == "declared":
            return redirect("reviews:read", pk=pk)
        messages.success(request, _("Votre déport est enregistré : ce dossier vous est fermé."))
        return redirect("reviews:my_files")
    context = {"assignment": assignment, "content": assignment.application.deposited.content, "form": form}
    return render(request, "reviews/declare.html", context, status=422 if form.errors else 200)


def _declare(assignment: Assignment, data: dict[str, Any], by: Any) -> None:
    actions.declare(assignment, **data | {"conflict": data["conflict"] == "yes"}, by=by)


def _form(assignment: Assignment, data: Any = None) -> GridForm:
    settings = assignment.application.wave.settings
    criteria = list(settings.criteria.order_by("number"))
    return GridForm(data, review=assignment.review, settings=settings, criteria=criteria)


def _total(form: GridForm, marks: dict[int, int], most: int) -> dict[str, Any]:
    """The running weighted total, as if the marks not given yet were 0, and how many are given."""
    weights = {criterion.number: criterion.weight for criterion in form.criteria}
    return {"total": scoring.display(scoring.weighted(marks, weights, most)), "given": len(marks), "of": len(weights)}


def _grid(assignment: Assignment, form: GridForm, **more: Any) -> dict[str, Any]:
    """What `_grid.html` shows; the total is that of the saved marks."""
    settings = assignment.application.wave.settings
    numbers = {criterion.pk: criterion.number for criterion in form.criteria}
    kept = assignment.review.scores.filter(value__isnull=False).values_list("criterion_id", "value")
    marks = {numbers[key]: value for key, value in kept if value is not None}
    return {
        "assignment": assignment,
        "review": assignment.review,
        "form": form,
        "settings": settings,
        **_total(form, marks, settings.scale_max),
        **more,
    }


@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk)
    if assignment.state == "assigned":
        return redirect("reviews:declare", pk=pk)
    return _reading(request, assignment, _form(assignment))


def _reading(request: HttpRequest, assignment: Assignment, form: GridForm, status: int = 200) -> HttpResponse:
    version = assignment.review.version
    answers = [(q.title, version.content["answers"].get(q.slug, "")) for q in QUESTIONS]
    files = (
        version.files.exclude(code=VersionFile.RECEIPT).select_related("document__scan_result").order_by("code", "pk")
    )
    context = {"version": version, "content": version.content, "answers": answers, "files": files}
    return render(request, "reviews/read.html", context | _grid(assignment, form), status=status)


@repeatable
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk, permissions.can_read)
    form = _form(assignment, request.POST)
    if carried(
        form, lambda _data: actions.save_review(assignment.review, form.typed(), read=form.read(), by=request.user)
    ):
        return _saved(request, assignment)
    if request.headers.get("HX-Request"):
        return render(request, "reviews/_grid.html", _grid(assignment, form), status=422)
    return _reading(request, assignment, form, status=422)


def _saved(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """The same grid as the page reloaded; « relire et verrouiller » goes on to the confirmation."""
    onward = "reviews:lock" if request.POST.get("then") == "lock" else "reviews:read"
    if not request.headers.get("HX-Request"):
        return redirect(onward, pk=assignment.pk)
    if onward == "reviews:lock":
        return HttpResponse(headers={"HX-Redirect": redirect(onward, pk=assignment.pk).url})
    return render(request, "reviews/_grid.html", _grid(assignment, _form(assignment)))


@require_safe
def total(request: HttpRequest, pk: int) -> HttpResponse:
    """The running total of the marks as they stand in the form, saved or not."""
    assignment = _mine(request, pk, permissions.can_read)
    settings, form = assignment.application.wave.settings, _form(assignment)
    typed = {c.number: request.GET.get(f"value_{c.number}", "").strip() for c in form.criteria}
    read = {n: asked.number(text) for n, text in typed.items()}
    marks = {n: mark for n, mark in read.items() if mark is not None and mark <= settings.scale_max}
    return render(request, "reviews/_total.html", _total(form, marks, settings.scale_max))


@require_http_methods(GET_OR_POST)
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk, permissions.can_read)
    errors = []
    if request.method == "POST":
        try:
            actions.lock_review(assignment.review, by=request.user)
            messages.success(request, _("Votre évaluation est verrouillée. Elle compte dans le classement."))
            return redirect("reviews:my_files")
        except Refused as refused:
            anchor = f"#id_{refused.field}" if refused.field else ""
            errors = [{"text": refused.message, "url": redirect("reviews:read", pk=pk).url + anchor}]
    context = _grid(assignment, _form(assignment), errors=errors)
    return render(request, "reviews/lock.html", context, status=422 if errors else 200)


@require_http_methods(GET_OR_POST)
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk)
    form = RecusalForm(request.POST or None)
    if carried(form, lambda data: actions.recuse(assignment, **data, by=request.user)):
        messages.success(request, _("Votre réponse est enregistrée : ce dossier vous est fermé."))
        return redirect("reviews:my_files")
    context = {"assignment": assignment, "form": form}
    return render(request, "reviews/recuse.html", context, status=422 if form.errors else 200)


@require_safe
def piece(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    assignment = _mine(request, pk, permissions.can_read)
    files = (
        VersionFile.objects.filter(version=assignment.review.version_id)
        .exclude(code=VersionFile.RECEIPT)
        .select_related("document__scan_result")
    )
    return documents.response(permissions.need_file(request.user, assignment, files.filter(pk=file).first()).document)
