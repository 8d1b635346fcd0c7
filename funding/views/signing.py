"""A convention on its way: its document, the beneficiary's signature (here, or on a copy handed in), the State's, a new layout."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.permissions import can_open_document
from edsh_portal import acts, admission, documents
from edsh_portal.access import fetch
from edsh_portal.forms import Form, carried
from edsh_portal.models import Document
from edsh_portal.templatetags.portal import de

from .. import actions, permissions
from ..forms.conventions import CopyForm, ReworkForm, SignForm
from ..models import Convention


def _of() -> Any:
    return Convention.objects.for_list().select_related("document")


@require_safe
def convention_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The sealed PDF that was sent."""
    row = fetch(_of(), request.user, pk=pk)
    if row.document is None:
        raise Http404
    return documents.response(row.document)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_convention(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_of(), request.user, permissions.can_sign, pk=pk)
    read = row.document.sha256 if row.document else ""
    form = SignForm(request.POST if request.method == "POST" else None, initial={"sha256": read})
    if request.method == "POST" and carried(form, lambda data: actions.sign_convention(row, **data, by=request.user)):
        messages.success(request, _("La convention est signée pour votre établissement : l’État la signe ensuite."))
        return redirect("funding:convention", pk)
    return render(request, "funding/sign.html", {"convention": row, "form": form}, status=422 if form.errors else 200)


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in_copy(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_of(), request.user, permissions.can_sign, pk=pk)
    posted = request.method == "POST"
    form = CopyForm(request.POST if posted else None, request.FILES if posted else None)

    def hand_in(data: dict[str, Any]) -> None:
        file = data.pop("file")
        actions.hand_in_copy(row, **data, content=file.read(), name=file.name, by=request.user)

    if posted and carried(form, hand_in):
        messages.success(request, _("Le fichier est reçu : le portail l’examine avant de l’accepter."))
        return redirect("funding:convention", pk)
    return _form(request, form, row, _("Remettre la convention signée"), _("Remettre ce fichier"))


def _form(request: HttpRequest, form: Any, row: Convention, title: str, label: str, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "label": label,
        "back": reverse("funding:convention", args=[row.pk]),
        **more,
    }
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


@require_safe
def copy_file(request: HttpRequest, pk: int, copy: int) -> HttpResponse:
    """The file that the beneficiary has handed in, once it is kept."""
    row = fetch(_of(), request.user, pk=pk)
    of = get_object_or_404(row.copies.select_related("document__scan_result"), pk=copy)
    back = reverse("funding:convention", args=[pk])
    return file_page(request, of.document, _("Convention signée"), row.share.establishment, back)


def file_page(request: HttpRequest, document: Document, title: str, whose: Any, back: str) -> HttpResponse:
    """The file, or the page that says why it does not open, or not at once."""
    may = can_open_document(document)
    if may and ("ouvrir" in request.GET or document.scan_state != document.Scan.NOT_SCANNED):
        return documents.response(document)
    context = {"document": document, "may": may, "title": title, "whose": whose, "back": back}
    return render(request, "funding/file.html", context, status=200 if may else 403)


@require_http_methods(["GET", "HEAD", "POST"])
def rework_convention(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_of(), request.user, permissions.can_prepare, pk=pk)
    form = ReworkForm(request.POST if request.method == "POST" else None, initial={"months": row.months})
    if request.method == "POST" and carried(form, lambda data: actions.rework_convention(row, **data, by=request.user)):
        messages.success(request, _("La convention est reprise : le portail la met en forme et l’envoie de nouveau."))
        return redirect("funding:convention", pk)
    title = _("Reprendre la convention %(name)s") % {"name": de(row.share.establishment)}
    hint = _("Le document envoyé est remplacé ; le bénéficiaire, qui n’a pas signé, est prévenu du nouveau.")
    return _form(request, form, row, title, _("Reprendre la convention"), hint=hint)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_signature(request: HttpRequest, pk: int) -> HttpResponse:
    """The first half of the State's signature: the direction approves it."""
    row = fetch(_of(), request.user, permissions.can_propose_signature, pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.propose_signature(row, by=request.user)):
        messages.success(request, _("La signature est proposée : la direction signe la convention, ou la renvoie."))
        return redirect("funding:convention", pk)
    context = {"convention": row, "form": form}
    return render(request, "funding/propose_signature.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def countersign_convention(request: HttpRequest, pk: int) -> HttpResponse:
    """The second half: the direction reads the document, who has signed it, and signs."""
    row = fetch(_of(), request.user, permissions.can_countersign, pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.countersign_convention(row, by=request.user)):
        messages.success(request, _("La convention est signée des deux parties."))
        return redirect("funding:convention", pk)
    signed = row.signatures.select_related("by").filter(party="beneficiary").first()
    context = {"convention": row, "form": form, "signed": signed, "act": acts.waiting(actions.SIGNATURE, row)}
    return render(request, "funding/countersign.html", context, status=422 if form.errors else 200)
