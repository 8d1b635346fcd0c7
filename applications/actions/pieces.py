"""Verbs of the pieces: join, replace, remove. The kind of a file is what its bytes are, never what its name says."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from edsh_portal import documents
from edsh_portal.events import record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Document
from edsh_portal.workflow import Refused

from .. import permissions
from ..content import annex
from ..models import Application, Membership, Piece
from .locks import lock_dossier, lock_for_edit


def _key(code: str, membership: int | None) -> str:
    return f"pieces.{code}.{membership}" if membership else f"pieces.{code}"


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
    """Joins a file under a requirement (of one member where the call asks one of each), dating the one it replaces.

    It is in the dossier at once and may be deposited; note_examined() says later whether it is kept.
    """
    kind, name = desk.taken_in(content, name)
    kept = quarantine.take_in(content)  # before the lock: writing takes time
    at = lock_for_piece(application, code, membership, by, at)
    need_room(application, code, membership, kept.size)
    document = documents.store(kept, name=name, media_type=kind.media_type, kind="piece", by=by, at=at)
    application.pieces.filter(code=code, membership=membership, replaced_at__isnull=True).update(replaced_at=at)
    piece = Piece.objects.create(
        application=application,
        code=code,
        membership=membership,
        document=document,
        added_by=by,
        added_at=at,
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


def lock_for_piece(
    application: Application, code: str, membership: Membership | None, by: Any, at: datetime | None
) -> datetime:
    """The lock, the gate and the cut-off for a file under this requirement, which the call asks of one member or of the whole."""
    if membership is not None and membership.application_id != application.pk:
        raise Refused(_("Ce membre n’est pas du dossier."), code="R10", field="membership")
    gate, thing = (permissions.can_edit_member, membership) if membership is not None else (permissions.can_edit, None)
    at = lock_for_edit(application, at, by, gate, thing, _key(code, membership.pk if membership else None))
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
    return at


def need_room(application: Application, code: str, membership: Membership | None, size: int) -> None:
    """R05: what the dossier would hold with this file in the place of the one it replaces."""
    others = application.pieces.filter(replaced_at__isnull=True).exclude(code=code, membership=membership)
    held = others.aggregate(count=Count("pk"), size=Coalesce(Sum("document__size"), 0))
    if held["count"] >= settings.DOSSIER_MOST_PIECES:
        raise Refused(
            _("Le dossier compte déjà %(most)s pièces, le plus qu’il puisse en compter : réunissez-en plusieurs.")
            % {"most": settings.DOSSIER_MOST_PIECES},
            code="R05",
            field="file",
        )
    if held["size"] + size > settings.DOSSIER_MOST_BYTES:
        raise Refused(
            _("Avec ce fichier, les pièces du dossier pèseraient %(size)s Mo : %(most)s Mo au plus. Allégez-les.")
            % {
                "size": -(-(held["size"] + size) // 1_000_000),
                "most": settings.DOSSIER_MOST_BYTES // 1_000_000,
            },
            code="R05",
            field="file",
        )


def read_annex(piece: Piece) -> dict[str, Any]:
    """What R40 will compare with the form; nothing when the file is no workbook, or one of another layout. Asks the cage."""
    try:
        return annex.kept(desk.workbook(quarantine.received(piece.document_id, piece.document.sha256)))
    except (Refused, desk.GaveUp):
        return annex.kept()


@transaction.atomic
def remove_piece(piece: Piece, *, by: Any, at: datetime | None = None) -> None:
    """Takes the file out of the live dossier; versions already deposited keep it."""
    application = piece.application
    key = _key(piece.code, piece.membership_id)
    at = lock_for_edit(application, at, by, permissions.can_edit_piece, piece, key)
    if piece.replaced_at is not None:
        raise Refused(_("Cette pièce a déjà été remplacée : rechargez la page."), code="W01")
    piece.replaced_at = at
    piece.save(update_fields=["replaced_at"])
    record("piece.removed", application, by=by, at=at, piece=piece.pk, code=piece.code)


@transaction.atomic
def note_examined(
    piece: Piece, found: examination.Found, *, reading: dict[str, Any] | None = None, at: datetime | None = None
) -> None:
    """Keeps what its examination found, once; `reading` is what an annex says. One that is not kept leaves the live dossier,
    whatever its state, nobody opens it, and the one it had replaced comes back.

    In the portal's own name. A good file is its row; another is an event as well, for people to be told.
    """
    application = piece.application
    at = lock_dossier(application, at)
    if not examination.note(piece.document, found, at):
        return
    if found.good:
        application.pieces.filter(pk=piece.pk).update(annex=reading)
        return
    left = application.pieces.filter(pk=piece.pk, replaced_at__isnull=True).update(replaced_at=at)
    back = _back(piece) if left else None
    data: dict[str, Any] = {"piece": piece.pk, "code": piece.code, "name": found.name, "back": back}
    record(f"piece.{found.state}", application, by=None, at=at, **data)


def _back(piece: Piece) -> int | None:
    """The piece that this one had replaced is joined again, unless it was not kept either."""
    others = piece.application.pieces.filter(code=piece.code, membership=piece.membership_id).exclude(pk=piece.pk)
    before = others.filter(replaced_at=piece.added_at).select_related("document__scan_result").first()
    if before is None or before.document.scan_state in (Document.Scan.INFECTED, Document.Scan.REFUSED):
        return None
    before.replaced_at = None
    before.save(update_fields=["replaced_at"])
    return before.pk
