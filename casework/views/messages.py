"""Messages between the consortium and the instructing service: the threads of a dossier, one of them, its files."""

from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.core.paginator import Paginator
from django.db.models import OuterRef, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from applications.permissions import can_examine
from applications.views.pieces import opened
from edsh_portal import admission
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..actions.messages import MOST_FILES
from ..forms import MessageForm, ThreadForm
from ..models import MessageFile, Thread, unread_count
from ..panels import asked_before_deposit
from .found import the_exchange

WITH_FILES = admission.takes(MOST_FILES * settings.UPLOAD_MAX_BYTES)

MOST_SHOWN = 100  # messages of a page, the last ones


@require_safe
def threads(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_exchange(request, reference, permissions.can_read_messages)
    side = permissions.side(request.user, application)
    writes = permissions.can_write_messages(request.user, application)
    # Nothing waits for who only reads.
    waiting = unread_count(request.user, side, thread=OuterRef("pk")) if writes else Value(0)
    held = application.threads.select_related("opened_by").annotate(unread=waiting).order_by("-pk")[:MOST_SHOWN]
    context = {
        "application": application,
        "threads": held,
        "writes": writes,
        "beyond": not permissions.can_see(request.user, application),
    }
    return render(request, "casework/threads.html", context)


@role_required("instructor", "validator", "auditor")
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The exchanges of dossiers that are not deposited: those to read, or all."""
    every = request.GET.get("pile") == "toutes"
    held = asked_before_deposit(request.user).select_related("application__coordinator", "opened_by").order_by("-pk")
    page = Paginator(held if every else held.filter(unread__gt=0), 25).get_page(request.GET.get("page"))
    tabs = [
        {"label": _("À lire"), "url": "?pile=a-lire", "current": not every},
        {"label": _("Toutes"), "url": "?pile=toutes", "current": every},
    ]
    return render(request, "casework/questions.html", {"page": page, "tabs": tabs})


def _files(request: HttpRequest) -> list[tuple[str, bytes]]:
    return [(file.name or "", file.read()) for file in request.FILES.getlist("file")]


@WITH_FILES
@require_http_methods(["GET", "HEAD", "POST"])
def open_thread(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_exchange(request, reference, permissions.can_write_messages)
    form = ThreadForm(request.POST, request.FILES) if request.method == "POST" else ThreadForm()
    made: list[Thread] = []

    def verb(data: dict[str, Any]) -> None:
        details = {"subject": data["subject"], "text": data["text"], "files": _files(request)}
        made.append(actions.open_thread(application, **details, by=request.user))

    if request.method == "POST" and carried(form, verb):
        said.success(request, _("Votre message est envoyé."))
        return redirect("casework:thread", reference, made[0].pk)
    beyond = not permissions.can_see(request.user, application)
    context = {"application": application, "form": form, "beyond": beyond}
    return render(request, "casework/open_thread.html", context, status=422 if form.errors else 200)


def _thread(request: HttpRequest, reference: str, pk: int, gate: Any) -> tuple[Application, Thread]:
    application = the_exchange(request, reference, gate)
    held = get_object_or_404(application.threads.select_related("opened_by", "closed_by"), pk=pk)
    held.application = application
    return application, held


@WITH_FILES
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The messages, then the form of the next one."""
    gate = permissions.can_write_messages if request.method == "POST" else permissions.can_read_messages
    application, held = _thread(request, reference, pk, gate)
    form = MessageForm(request.POST, request.FILES) if request.method == "POST" else MessageForm()
    if request.method == "POST" and carried(
        form, lambda data: actions.post_message(held, text=data["text"], files=_files(request), by=request.user)
    ):
        said.success(request, _("Votre message est envoyé."))
        return redirect("casework:thread", reference, pk)
    context = {"application": application, "thread": held, "form": form} | _shown(request.user, application, held)
    return render(request, "casework/thread.html", context, status=422 if form.errors else 200)


def _shown(user: Any, application: Application, held: Thread) -> dict[str, Any]:
    rows = (
        held.messages.select_related("by").prefetch_related("files__document__scan_result").order_by("-pk")[:MOST_SHOWN]
    )
    side = permissions.side(user, application)
    writes = permissions.can_write_messages(user, application)
    return {
        "beyond": not permissions.can_see(user, application),
        "messages_": list(reversed(rows)),
        "writes": writes and held.closed_at is None,
        "closes": held.closed_at is None and permissions.can_close_thread(user, held),
        "unread": set(held.messages.unread_by(user, side).values_list("pk", flat=True)) if writes else set(),
    }


@repeatable
@require_POST
def mark_read(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    _application, held = _thread(request, reference, pk, permissions.can_write_messages)
    upto = request.POST.get("upto", "")
    actions.mark_read(held, upto=int(upto) if upto.isdecimal() and len(upto) < 19 else 0, by=request.user)
    return redirect("casework:threads", reference)


@require_POST
def close_thread(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    _application, held = _thread(request, reference, pk, can_examine)
    actions.close_thread(held, by=request.user)
    said.success(request, _("L’échange est clos : il reste lisible."))
    return redirect("casework:threads", reference)


@require_safe
def message_file(request: HttpRequest, reference: str, pk: int, file: int) -> HttpResponse:
    application, held = _thread(request, reference, pk, permissions.can_read_messages)
    found = MessageFile.objects.select_related("document__scan_result").filter(message__thread=held, pk=file).first()
    if found is None:
        raise Http404
    return opened(request, application, found.document)
