"""The expert: their files, the declaration that opens one, the lock, the recusal, the pieces. The report itself: report.py."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import VersionFile
from edsh_portal import asked, clock, documents
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of
from edsh_portal.workflow import Refused

from .. import actions, panels, permissions
from ..forms.assignment import DeclarationForm, RecusalForm
from ..models import Assignment
from .report import grid, mine

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@role_required("expert")
def my_files(request: HttpRequest) -> HttpResponse:
    piles = {"": _("Tous"), "declarer": _("Intérêts à déclarer"), "evaluer": _("À évaluer")}
    pile = asked.choice(request, "pile", piles)
    rows = panels.assignments_of(request.user, pile).order_by("due_at", "pk")
    page = page_of(request, rows, read=Assignment.objects.for_list().select_related("application__discussion"))
    tabs = [{"label": label, "url": f"?pile={name}", "current": name == pile} for name, label in piles.items()]
    context = {"page": page, "now": clock.now(), "tabs": tabs, "pile": pile, "unsigned": panels.to_sign(request.user)}
    context["calibrations"] = panels.to_calibrate(request.user)
    return render(request, "reviews/my_files.html", context)


@require_http_methods(GET_OR_POST)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = mine(request, pk)
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


@require_http_methods(GET_OR_POST)
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = mine(request, pk, permissions.can_read)
    errors = []
    if request.method == "POST":
        try:
            actions.lock_review(assignment.review, by=request.user)
            messages.success(request, _("Votre évaluation est verrouillée. Elle compte dans le classement."))
            return redirect("reviews:my_files")
        except Refused as refused:
            anchor = f"#id_{refused.field}" if refused.field else ""
            errors = [{"text": refused.message, "url": redirect("reviews:read", pk=pk).url + anchor}]
    context = grid(assignment, errors=errors)
    return render(request, "reviews/lock.html", context, status=422 if errors else 200)


@require_http_methods(GET_OR_POST)
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = mine(request, pk)
    form = RecusalForm(request.POST or None)
    if carried(form, lambda data: actions.recuse(assignment, **data, by=request.user)):
        messages.success(request, _("Votre réponse est enregistrée : ce dossier vous est fermé."))
        return redirect("reviews:my_files")
    context = {"assignment": assignment, "form": form}
    return render(request, "reviews/recuse.html", context, status=422 if form.errors else 200)


@require_safe
def piece(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    assignment = mine(request, pk, permissions.can_read)
    assignment.review.assignment = assignment
    files = (
        VersionFile.objects.filter(version__in=permissions.versions_read(assignment))
        .exclude(code=VersionFile.RECEIPT)
        .select_related("document__scan_result")
    )
    return documents.response(permissions.need_file(request.user, assignment, files.filter(pk=file).first()).document)
