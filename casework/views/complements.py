"""Complements: asked and withdrawn by the officer, answered by the coordinator; what two versions do not say alike."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.content import reopening
from applications.content.differences import differences as compared
from applications.models import Application
from applications.permissions import can_read_whole, can_write_now, coordinates
from applications.views.found import the_dossier
from calls import clocks
from edsh_portal import clock
from edsh_portal.forms import Form, carried

from .. import actions, permissions
from ..forms import ComplementForm
from ..models import ComplementRequest

USUAL_DAYS = 15  # the delay proposed to the officer, who chooses
PAGES = {  # where a field is written, by the section of its key
    "identity": "identity",
    "answers": "answer",
    "projects": "projects",
    "perimeters": "perimeters",
    "packages": "schedule",
    "mesh": "warehouses",
    "governance": "governance",
    "consortium": "consortium",
    "budget": "budget",
    "members": "work",
    "pieces": "pieces",
}


def _fetch_request(application: Application) -> ComplementRequest:
    """The request that waits for its answer, with its dossier; 404 when none does."""
    waiting = get_object_or_404(
        application.complements.select_related("version").prefetch_related("fields"), state="asked"
    )
    waiting.application = application
    return waiting


@require_safe
def complements(request: HttpRequest, reference: str) -> HttpResponse:
    """Every request made of the dossier, the last first, with where each field asked is written."""
    application = the_dossier(request, reference, permissions.can_read_complements)
    held = application.complements.select_related("asked_by", "closed_by", "version", "answer").prefetch_related(
        "fields"
    )
    rows = [
        {"request": asked, "fields": [_where(request.user, application, field) for field in asked.fields.all()]}
        for asked in held.defer("version__content", "answer__content").order_by("-pk")
    ]
    context = {
        "application": application,
        "rows": rows,
        "now": application.now,
        "answers": coordinates(request.user, application),
        "asks": permissions.can_ask_complements(request.user, application),
    }
    return render(request, "casework/complements.html", context)


def _where(user: Any, application: Application, field: Any) -> dict[str, str]:
    """The label of a field asked and, for who may write it now, where it is written."""
    section, *parts = field.key.split(".")
    args = [application.reference, *(parts[:1] if section in ("answers", "budget", "members") else [])]
    opened = can_write_now(user, application, field.key, application.now)
    control = {"identity": parts[-1:], "answers": ["text"], "members": ["work"]}.get(section)
    url = reverse(f"applications:{PAGES[section]}", args=args) + (f"#id_{control[0]}" if control else "")
    return {"label": field.label, "url": url if opened else ""}


@require_http_methods(["GET", "HEAD", "POST"])
def answer_complements(request: HttpRequest, reference: str) -> HttpResponse:
    """What the answer changes in the version deposited, then its sending."""
    application = the_dossier(request, reference, coordinates)
    asked = _fetch_request(application)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.answer_complements(asked, by=request.user)):
        messages.success(request, _("Vos compléments sont envoyés : ils sont figés et seront examinés."))
        return redirect("applications:version", reference, asked.answer.number)  # type: ignore[union-attr]  # the verb has just put it there
    changes = compared(asked.version.content, actions.completed(asked))
    context = {"application": application, "asked": asked, "form": form, "changes": changes}
    return render(request, "casework/answer_complements.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_complements(request: HttpRequest, reference: str) -> HttpResponse:
    """The officer names the fields, says what is expected and until when."""
    application = the_dossier(request, reference, permissions.can_ask_complements, content=True)
    if application.version is None:
        return redirect("applications:dossier", reference)
    pieces = application.wave.settings.pieces.order_by("order", "code").values()
    last = clocks.deadlines(application).admissibility_on
    usual = min(last, application.now.astimezone(clock.PARIS).date() + timedelta(days=USUAL_DAYS))
    form = ComplementForm(
        request.POST if request.method == "POST" else None,
        initial={"due_on": usual},
        groups=reopening.named(application.version.content, pieces),
    )
    if request.method == "POST" and carried(
        form, lambda data: actions.ask_complements(application, **form.asked(), by=request.user)
    ):
        messages.success(request, _("La demande est envoyée : le consortium est prévenu."))
        return redirect("casework:admissibility", reference)
    context = {"application": application, "form": form, "last": last}
    return render(request, "casework/ask_complements.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_complements(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_ask_complements)
    asked = _fetch_request(application)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.withdraw_complements(asked, by=request.user)):
        messages.success(request, _("La demande est retirée : ses champs sont refermés."))
        return redirect("casework:admissibility", reference)
    context = {"application": application, "asked": asked, "form": form}
    return render(request, "casework/withdraw_complements.html", context, status=422 if form.errors else 200)


@require_safe
def differences(request: HttpRequest, reference: str, number: int, other: int) -> HttpResponse:
    """What version `other` says otherwise than version `number`."""
    application = the_dossier(request, reference, can_read_whole)
    before, after = (get_object_or_404(application.versions, number=which) for which in (number, other))
    context = {
        "application": application,
        "before": before,
        "after": after,
        "changes": compared(before.content, after.content),
    }
    return render(request, "casework/differences.html", context)
