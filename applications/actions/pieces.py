"""Verbs of the pieces: join, replace, remove. The kind of a file is what its bytes are, never what its name says."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import documents, sheets
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import annex, permissions, uploads
from ..models import Application, Membership, Piece
from .hold import hold_for_edit


@transaction.atomic
def add_piece(
    application: Application,
    code: str,
    content: bytes,
    *,
    name: str,
    membership: Membership | None = None,
    by: Any,
    at: datetime | None = None,
) -> Piece:
    """Joins a file under a requirement (of one member where the call asks one of each), dating the one it replaces."""
    kind = uploads.recognise(content)  # before the lock: reading a file takes time
    reading = _annex(content) if code == annex.CODE else None
    documents.keep(content)
    if membership is not None and membership.application_id != application.pk:
        raise Refused(_("Ce membre n’est pas du dossier."), code="R10", field="membership")
    gate, thing = (permissions.can_edit_member, membership) if membership is not None else (permissions.can_edit, None)
    at = hold_for_edit(application, at, by, gate, thing)
    asked = application.wave.settings.pieces.filter(code=code).first()
    if asked is None:
        raise Refused(_("L’appel ne demande pas cette pièce."), code="R10", field="code")
    if asked.per_member != (membership is not None):
        raise Refused(
            _("« %(title)s » est demandée pour chaque membre.") % {"title": asked.title}
            if asked.per_member
            else _("« %(title)s » est demandée pour le dossier entier.") % {"title": asked.title},
            code="R10",
            field="membership",
        )
    document = documents.store(
        content, name=uploads.named(name, kind), media_type=kind.media_type, kind="piece", by=by, at=at
    )
    application.pieces.filter(code=code, membership=membership, replaced_at__isnull=True).update(replaced_at=at)
    piece = Piece.objects.create(
        application=application,
        code=code,
        membership=membership,
        document=document,
        added_by=by,
        added_at=at,
        annex=reading,
    )
    record(
        "piece.added",
        application,
        by=by,
        at=at,
        piece=piece.pk,
        code=code,
        document=str(document.pk),
        sha256=document.sha256,
        membership=membership.pk if membership else None,
    )
    return piece


def _annex(content: bytes) -> dict[str, Any]:
    """What R40 will compare with the form; nothing when the file is no workbook, or one of another layout."""
    try:
        return annex.kept(annex.read(sheets.read(content)))
    except Refused:
        return annex.kept([])


@transaction.atomic
def remove_piece(piece: Piece, *, by: Any, at: datetime | None = None) -> None:
    """Takes the file out of the live dossier; versions already deposited keep it."""
    application = piece.application
    at = hold_for_edit(application, at, by, permissions.can_edit_piece, piece)
    if piece.replaced_at is not None:
        raise Refused(_("Cette pièce a déjà été remplacée : rechargez la page."), code="W01")
    piece.replaced_at = at
    piece.save(update_fields=["replaced_at"])
    record("piece.removed", application, by=by, at=at, piece=piece.pk, code=piece.code)
