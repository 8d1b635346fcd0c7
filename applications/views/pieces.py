"""The pieces: what the call asks, what is joined; a file nobody scanned opens after a warning, where that is allowed."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import PieceRequirement
from edsh_portal import admission, documents
from edsh_portal.forms import carried
from edsh_portal.models import Document

from .. import actions, permissions
from ..content import annex
from ..forms.dossier import PieceForm
from ..models import Application, Membership
from .found import the_dossier
from .rows import POSTED, removal

Found = Callable[..., Application]
RESUMABLE_FROM = 5_000_000  # bytes: a larger file is sent in parts where scripts run


@require_safe
def pieces(request: HttpRequest, reference: str) -> HttpResponse:
    """Each requirement, for the dossier or for each member, with the file joined."""
    application = the_dossier(request, reference, permissions.can_read_draft)
    members = list(
        application.memberships.filter(state="accepted").select_related("establishment").order_by("role", "pk")
    )
    not_kept = Q(document__scan_result__verdict__in=(Document.Scan.INFECTED, Document.Scan.REFUSED))
    shown = Q(replaced_at__isnull=True) | not_kept
    pieces = list(application.pieces.filter(shown).select_related("document__scan_result").order_by("-pk"))
    joined = {(piece.code, piece.membership_id): piece for piece in pieces if piece.replaced_at is None}
    rows = []
    for asked in application.wave.settings.pieces.order_by("order", "code"):
        for member in members if asked.per_member else [None]:
            key = f"pieces.{asked.code}.{member.pk}" if member else f"pieces.{asked.code}"
            rows.append(
                {
                    "asked": asked,
                    "member": member,
                    "made": asked.code == annex.CODE,
                    "piece": joined.get((asked.code, member.pk if member else None)),
                    "may": _may_join(request, application, member)
                    and permissions.is_open(application, key, application.now),
                }
            )
    held = {
        "count": len(joined),
        "size": sum(piece.document.size for piece in joined.values()),
        "most_pieces": settings.DOSSIER_MOST_PIECES,
        "most_bytes": settings.DOSSIER_MOST_BYTES,
    }
    context = {
        "application": application,
        "rows": rows,
        "held": held,
        "not_kept": [piece for piece in pieces if piece.replaced_at is not None],
        "examining": any(piece.document.scan_state == Document.Scan.EXAMINING for piece in joined.values()),
    }
    return render(request, "applications/pieces.html", context)


def _may_join(request: HttpRequest, application: Application, member: Membership | None) -> bool:
    if member is None:
        return permissions.can_edit(request.user, application)
    member.application = application
    return permissions.can_edit_member(request.user, member)


def wanted(
    request: HttpRequest, reference: str, code: str, member: int | None, found: Found = the_dossier
) -> tuple[Application, PieceRequirement, Membership | None]:
    """The dossier, the requirement and the member that a file is sent for, behind the gate of whoever may join it."""
    application = found(request, reference, permissions.can_read_draft)
    asked = get_object_or_404(application.wave.settings.pieces, code=code, per_member=member is not None)
    membership = (
        get_object_or_404(application.memberships.select_related("establishment"), pk=member) if member else None
    )
    if not _may_join(request, application, membership):
        raise PermissionDenied
    return application, asked, membership


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(POSTED)
def add_piece(request: HttpRequest, reference: str, code: str, member: int | None = None) -> HttpResponse:
    application, asked, membership = wanted(request, reference, code, member)
    form = PieceForm(request.POST, request.FILES) if request.method == "POST" else PieceForm()

    def join(data: dict) -> None:
        file = data["file"]
        actions.add_piece(application, code, file.read(), name=file.name, membership=membership, by=request.user)

    if request.method == "POST" and carried(form, join):
        messages.success(
            request, _("« %(title)s » est jointe ; le fichier est en cours d’examen.") % {"title": asked.title}
        )
        return redirect("applications:pieces", reference)
    context = {
        "application": application,
        "asked": asked,
        "membership": membership,
        "form": form,
        "resumable_from": RESUMABLE_FROM,
    }
    return render(request, "applications/add_piece.html", context, status=422 if form.errors else 200)


@require_safe
def piece(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The file of the live dossier, for those who write it and the auditor; the State reads those of the version."""
    application = the_dossier(request, reference)
    if not permissions.can_read_draft(request.user, application):
        raise Http404
    held = get_object_or_404(application.pieces.select_related("document__scan_result"), pk=pk)
    return opened(request, application, held.document)


CLOSED = {
    Document.Scan.INFECTED: gettext_lazy("Fichier malveillant"),
    Document.Scan.REFUSED: gettext_lazy("Fichier refusé"),
    Document.Scan.EXAMINING: gettext_lazy("Fichier en cours d’examen"),
    Document.Scan.NOT_SCANNED: gettext_lazy("Fichier non analysé"),
}


def opened(request: HttpRequest, application: Application, document: Document) -> HttpResponse:
    """The attachment, behind its scan state: refused, or shown only after the warning was read."""
    may = permissions.can_open_document(document)
    state = document.scan_state
    if not may or (state == Document.Scan.NOT_SCANNED and "ouvrir" not in request.GET):
        context = {"application": application, "document": document, "may": may, "title": CLOSED[state]}
        return render(request, "applications/unscanned.html", context, status=200 if may else 403)
    return documents.response(document)


@require_http_methods(POSTED)
def remove_piece(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_read_draft)
    held = get_object_or_404(
        application.pieces.select_related("membership__application", "application", "document"), pk=pk
    )
    if not permissions.can_edit_piece(request.user, held):
        raise PermissionDenied
    return removal(
        request,
        application,
        held,
        actions.remove_piece,
        title=_("Retirer la pièce « %(name)s »") % {"name": held.document.name},
        undo=_("Vous pourrez joindre le fichier de nouveau. Les versions déjà déposées le gardent."),
        back="pieces",
        back_label=_("Pièces"),
        done=_("Pièce retirée."),
    )
