"""Who may sign for an establishment in the place of its legal representative: listed, given with the act, revoked."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directory.models import Establishment
from edsh_portal import admission, clock, documents
from edsh_portal.access import fetch
from edsh_portal.forms import carried
from edsh_portal.models import Document

from .. import actions, permissions
from ..forms.signature import DelegateForm
from ..models import Delegation


@require_safe
def delegations(request: HttpRequest, pk: int) -> HttpResponse:
    """Those of an establishment, the latest first."""
    shown = fetch(Establishment.objects, request.user, permissions.can_read_delegations, pk=pk)
    held = shown.delegations.select_related("delegate", "given_by", "document__scan_result").order_by("-pk")
    running = set(held.running().values_list("pk", flat=True))
    today = clock.today()
    rows = [{"delegation": one, "state": _state(one, one.pk in running, today)} for one in held]
    context = {"establishment": shown, "rows": rows, "may": permissions.can_delegate(request.user, shown)}
    return render(request, "applications/delegations.html", context)


def _state(one: Delegation, running: bool, today) -> str:
    """A word of STATES["delegation"]."""
    if one.ended_at is not None:
        return "revoked"
    if one.last_on < today:
        return "past"
    return "running" if running else "coming" if one.first_on > today else "void"


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def delegate_signature(request: HttpRequest, pk: int) -> HttpResponse:
    shown = fetch(Establishment.objects, request.user, permissions.can_delegate, pk=pk)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DelegateForm(*posted, establishment=shown)

    def verb(data: dict) -> None:
        file = data.pop("file")
        actions.delegate_signature(shown, **data, content=file.read(), name=file.name, by=request.user)

    if request.method == "POST" and carried(form, verb):
        messages.success(request, _("La délégation est enregistrée."))
        return redirect("applications:delegations", pk)
    context = {"establishment": shown, "form": form}
    return render(request, "applications/delegate_signature.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_delegation(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Delegation.objects.select_related("establishment", "delegate")
    held = fetch(rows, request.user, permissions.can_revoke_delegation, pk=pk)
    if request.method == "POST":
        actions.revoke_delegation(held, by=request.user)
        messages.success(request, _("La délégation est révoquée."))
        return redirect("applications:delegations", held.establishment_id)
    context = {"delegation": held, "establishment": held.establishment}
    return render(request, "applications/revoke_delegation.html", context)


@require_safe
def delegation_act(request: HttpRequest, pk: int) -> HttpResponse:
    """The act, behind its scan state, as a piece is."""
    held = fetch(Delegation.objects.select_related("establishment", "document__scan_result"), request.user, pk=pk)
    document = held.document
    may = permissions.can_open_document(document)
    if may and ("ouvrir" in request.GET or document.scan_state != Document.Scan.NOT_SCANNED):
        return documents.response(document)
    context = {"establishment": held.establishment, "document": document, "may": may}
    return render(request, "applications/delegation_act.html", context, status=200 if may else 403)
