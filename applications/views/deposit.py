"""Checking, depositing; the versions, their files and their receipts."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls import clocks
from edsh_portal import admission, documents
from edsh_portal.forms import carried

from .. import actions, permissions
from ..content import freeze
from ..content.differences import differences
from ..forms.dossier import Form
from ..forms.signature import DepositForm, ReturnForm
from ..models import Application, Consent, Reception, Version, VersionFile
from . import tasks
from .found import the_bare_dossier, the_dossier
from .pieces import opened
from .signature import checked, engaged, pending


@require_safe
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """The checklist, then everything as it would be deposited."""
    application = the_dossier(request, reference, permissions.can_read_draft, "handed", "signature", content=True)
    reading, asked = freeze.read(application, application.now), pending(application)
    context = {
        **checked(request.user, application, reading),
        **_since(application, reading.content),
        "next": tasks.next_act(application, reading, request.user, asked),
    }
    return render(request, "applications/check.html", context)


def _since(application: Application, content: dict[str, Any]) -> dict[str, Any]:
    """What the draft says otherwise than the version last deposited, if there is one."""
    before = application.version.content if application.version else None
    return {"changes": differences(before, content) if before and before != content else None}


@admission.first
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    """The legal representative reads what will happen, then deposits; number and instant come at once."""
    form: Form | None = None
    if request.method == "POST":
        pressed, made = the_bare_dossier(request, reference, permissions.can_submit), []
        form = DepositForm(request.POST, asked=pressed.wave.settings.consent)
        if carried(form, lambda data: made.append(_deposit(pressed, data.get("electronic"), request.user))):
            return redirect("applications:version", reference, made[0].number)
        admission.door.give_way()  # why it is refused is a page, which may wait for those who are not stamped yet
    application = the_dossier(request, reference, permissions.can_submit, "handed", "signature", content=True)
    form = form or DepositForm(asked=application.wave.settings.consent, initial=_answered(application))
    reading, at = freeze.read(application, application.now), application.now
    read = freeze.digest(reading.content)
    context = {
        **checked(request.user, application, reading),
        **engaged(request.user, application, reading),
        "form": form,
        "pending": pending(application),
        "unfrozen": _unfrozen(application),
        "return_form": ReturnForm(initial={"read": read}),
        "may_return": permissions.can_return(request.user, application) and at < application.wave.closes_at,
        "read": read,
        "same": application.version is not None and freeze.is_frozen_in(application.version, reading.content),
    }
    return render(request, "applications/submit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_consent(request: HttpRequest, reference: str) -> HttpResponse:
    """What is not notified yet goes by post."""
    application = the_dossier(request, reference, permissions.can_withdraw_consent)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.withdraw_consent(application, by=request.user)):
        messages.success(request, _("L’accord est retiré : les décisions vous parviennent par lettre recommandée."))
        return redirect("applications:dossier", reference)
    context = {"application": application, "form": form, "open": application.now < application.wave.closes_at}
    return render(request, "applications/withdraw_consent.html", context, status=422 if form.errors else 200)


def _answered(application: Application) -> dict[str, Any]:
    """What was answered on the notification when it was last deposited, if the call asks it and anything was."""
    if not application.wave.settings.consent:
        return {}
    last = Consent.objects.filter(reception__application=application).order_by("-pk").first()
    return {"electronic": str(last.electronic)} if last else {}


def _deposit(application: Application, electronic: bool | None, user: Any) -> Version:
    """As actions.submit(), letting in between those whose press is not stamped yet."""
    received = actions.receive(application, electronic=electronic, by=user)
    admission.door.give_way()
    return actions.version_of(actions.settle(received))


def _unfrozen(application: Application) -> Reception | None:
    """The last press, unless a version answers it: it waits, or was refused."""
    last = application.receptions.order_by("-pk").first()
    return last if last is not None and last.version_id is None else None


def _version(
    request: HttpRequest, reference: str, number: int, *, content: bool = False
) -> tuple[Application, Version]:
    application = the_dossier(request, reference, permissions.can_read_whole)
    files = Prefetch(
        "files",
        VersionFile.objects.select_related("document__scan_result", "piece__membership__establishment").order_by(
            "code", "pk"
        ),
    )
    rows = application.versions.select_related("submitted_by", "delegation").prefetch_related(files)
    return application, get_object_or_404(rows if content else rows.defer("content"), number=number)


def _made(version: Version, code: str) -> VersionFile | None:
    """What the portal made of it, once it has."""
    return next((file for file in version.files.all() if file.code == code), None)


@require_safe
def version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What was deposited, with its number, its instant, its files and, once rendered, its receipt."""
    application, held = _version(request, reference, number, content=True)
    files = [file for file in held.files.all() if file.piece_id]
    current, wrote = application.version_id == held.pk, bool(permissions.standing(request.user, application))
    awaited = current and wrote and application.state in (Application.State.SUBMITTED, Application.State.ADMISSIBLE)
    context = {
        "application": application,
        "version": held,
        "content": held.content,
        "files": files,
        "receipt": _made(held, VersionFile.RECEIPT),
        "annex": _made(held, VersionFile.ANNEX),
        "current": current,
        "wrote": wrote,
        "open": application.now < application.wave.closes_at,
        "periods": clocks.deadlines(application) if awaited else None,
    }
    return render(request, "applications/version.html", context)


@require_safe
def version_file(request: HttpRequest, reference: str, number: int, pk: int) -> HttpResponse:
    application, held = _version(request, reference, number)
    file = next((file for file in held.files.all() if file.pk == pk), None)
    if file is None:
        raise Http404
    return opened(request, application, file.document)


@require_safe
def receipt(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The sealed receipt; 404 until it is rendered."""
    _application, held = _version(request, reference, number)
    made = _made(held, VersionFile.RECEIPT)
    if made is None:
        raise Http404
    return documents.response(made.document)


@require_safe
def receipt_state(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The fragment that the version's page asks again until the receipt is there."""
    application, held = _version(request, reference, number)
    context = {
        "application": application,
        "version": held,
        "receipt": _made(held, VersionFile.RECEIPT),
        "annex": _made(held, VersionFile.ANNEX),
    }
    return render(request, "applications/_receipt_state.html", context)
