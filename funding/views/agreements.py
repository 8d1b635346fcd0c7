"""The agreement of a consortium: filed by its coordinator, read, validated or returned by the instruction."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import admission
from edsh_portal.access import fetch
from edsh_portal.forms import Form, ReasonForm, carried

from .. import actions, permissions
from ..forms.conventions import AgreementForm
from ..models import Agreement, Grant
from .signing import file_page


def _grants() -> Any:
    return Grant.objects.select_related("application__coordinator")


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def file_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk`: of the grant."""
    row = fetch(_grants(), request.user, permissions.can_file_agreement, pk=pk)
    posted = request.method == "POST"
    form = AgreementForm(request.POST if posted else None, request.FILES if posted else None)

    def put(data: dict[str, Any]) -> None:
        file = data.pop("file")
        actions.file_agreement(row, **data, content=file.read(), name=file.name, by=request.user)

    back = reverse("funding:grant", args=[pk])
    if posted and carried(form, put):
        messages.success(request, _("L’accord est déposé : le service instructeur le valide ou le renvoie."))
        return redirect(back)
    hint = _("Les versements commencent quand l’accord est validé et que toutes les conventions sont signées.")
    context = {
        "form": form, "title": _("Déposer l’accord de consortium"), "label": _("Déposer l’accord"), "back": back,
        "back_label": _("Aide %(reference)s") % {"reference": row.application.reference}, "hint": hint,
    }  # fmt: skip
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


def _agreement(request: HttpRequest, pk: int) -> Agreement:
    of = get_object_or_404(
        Agreement.objects.select_related("grant__application", "document__scan_result", "filed_by"), pk=pk
    )
    of.grant = fetch(_grants(), request.user, pk=of.grant_id)
    return of


@require_safe
def agreement_file(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever sees the award: the State's side, and the members."""
    of = _agreement(request, pk)
    back = reverse("funding:grant", args=[of.grant_id])
    return file_page(request, of.document, _("Accord de consortium"), of.grant.application.reference, back)


@require_http_methods(["GET", "HEAD", "POST"])
def validate_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, "validate", Form, actions.validate_agreement, _("L’accord de consortium est validé."))


@require_http_methods(["GET", "HEAD", "POST"])
def return_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(
        request, pk, "return", ReasonForm, actions.return_agreement, _("L’accord de consortium est renvoyé.")
    )


def _decide(request: HttpRequest, pk: int, name: str, kind: Any, verb: Any, done: str) -> HttpResponse:
    of = _agreement(request, pk)
    fetch(_grants(), request.user, lambda user, _grant: permissions.can_decide_agreement(user, of), pk=of.grant_id)
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: verb(of, **data, by=request.user)):
        messages.success(request, done)
        return redirect("funding:grant", of.grant_id)
    step = actions.AGREEMENT_STEPS.named(name)
    context = {"agreement": of, "step": step, "form": form}
    return render(request, "funding/decide_agreement.html", context, status=422 if form.errors else 200)
