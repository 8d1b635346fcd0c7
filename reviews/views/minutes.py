"""The minutes: read, signed by the chair, kept version by version; and the reopening of a closed session."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models.dossier import shut_to
from edsh_portal import documents
from edsh_portal.access import role_required
from edsh_portal.forms import Form, ReasonForm, carried

from .. import actions, permissions
from .. import minutes as told_by
from ..models import SEES_CLOSED_SESSION, SEES_OPEN_SESSION, Minutes, Seat, Session
from .jury import GET_OR_POST, session_of

READS = (*SEES_CLOSED_SESSION, "expert")


class SignForm(Form):
    """The hash of what the page shows: the chair signs what was read."""

    read = forms.CharField(widget=forms.HiddenInput, max_length=64)


def _closed(request: HttpRequest, number: int) -> Any:
    """A closed session of which the events tell all, as this person sees it: by their role, or their seat."""
    own = Seat.objects.filter(session=OuterRef("pk"), person=request.user.pk)
    rows = Session.objects.filter(wave__number=number, state="closed").select_related("wave__call", "chair")
    held = rows.annotate(sits=Exists(own)).order_by("-wave__call").first()
    if held is None or not (held.sits or permissions.can_see_ranking(request.user, held)):
        raise Http404
    return held


def _shut(held: Session, user: Any) -> list[int]:
    return list(held.lines.filter(shut_to(user)).values_list("application", flat=True))


@require_http_methods(GET_OR_POST)
@role_required(*READS)
def minutes(request: HttpRequest, number: int) -> HttpResponse:
    held = _closed(request, number)
    if not told_by.tells_all(held):
        context = {"session": held, "wave": held.wave, "masked": bool(_shut(held, request.user))}
        return render(request, "reviews/minutes_before.html", context)
    versions = list(held.signed_minutes.select_related("signed_by").order_by("-version"))
    signed = next((row for row in versions if row.closed_at == held.closed_at), None)
    told = signed.told if signed else told_by.told(held, len(versions) + 1)
    shut = _shut(held, request.user)
    may_sign = not signed and not shut and permissions.can_chair(request.user, held)
    if request.method == "POST" and not permissions.can_chair(request.user, held):
        raise PermissionDenied
    form = SignForm(request.POST if request.method == "POST" else None, initial={"read": told_by.sha256(told)})
    if carried(form, lambda data: actions.sign_minutes(held, data["read"], by=request.user)):
        messages.success(request, _("Le procès-verbal est signé : sa mise en forme est en cours."))
        return redirect("reviews:minutes", number=number)
    context = {
        "session": held,
        "wave": held.wave,
        "told": told_by.instants(told_by.masked(told, shut)),
        "masked": bool(shut),
        "signed": signed,
        "versions": versions,
        "last": len(versions),
        "may_sign": may_sign,
        "form": form,
    }
    return render(request, "reviews/minutes.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(*READS)
def minutes_file(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """The sealed file is whole: it is handed to nobody from whom a part of it is withheld."""
    held = _closed(request, number)
    row = get_object_or_404(Minutes.objects.select_related("document"), session=held, version=version)
    if row.document is None or _shut(held, request.user):
        raise PermissionDenied
    return documents.response(row.document)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_OPEN_SESSION)
def reopen_session(request: HttpRequest, number: int) -> HttpResponse:
    held = session_of(request, number, permissions.can_chair)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if carried(form, lambda data: actions.reopen_session(held, data["reason"], by=request.user)):
        messages.success(request, _("La session est rouverte."))
        return redirect("reviews:session", number=number)
    if held.state != "closed" or held.withheld:
        raise Http404
    derived = told_by.derived(held)
    context = {
        "session": held,
        "wave": held.wave,
        "form": form,
        "decided": derived.decided,
        "proposed": derived.proposed,
    }
    return render(request, "reviews/reopen_session.html", context, status=422 if form.errors else 200)
