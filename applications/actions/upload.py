"""Verbs of a resumable upload: begin, append, finish, discard, sweep. What has arrived is no piece until add_piece takes it whole."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.documents import clean_name
from edsh_portal.intake import quarantine
from edsh_portal.intake.desk import too_heavy
from edsh_portal.workflow import Refused

from ..models import Application, Membership, Piece, Upload
from .pieces import add_piece, lock_for_piece, need_room

LASTS = timedelta(hours=24)
MOST_RUNNING = 10  # of one person in one dossier


class Moved(Exception):
    """The bytes do not follow those that have arrived: `offset` is where they should."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Altered(Exception):
    """The bytes are not those whose SHA-256 was announced."""


@transaction.atomic
def begin_upload(
    application: Application,
    code: str,
    *,
    name: str,
    length: int,
    membership: Membership | None = None,
    by: Any,
    at: datetime | None = None,
) -> Upload:
    """Reserves room for `length` bytes under a requirement, for a day. Refused as add_piece would, before a byte is sent.

    It writes no event: nothing is joined yet.
    """
    at = lock_for_piece(application, code, membership, by, at)
    if not 0 < length <= settings.UPLOAD_MAX_BYTES:
        raise Refused(
            too_heavy(length),
            code="R05",
            field="file",
        )
    need_room(application, code, membership, length)
    running = Upload.objects.running(at)
    if running.filter(application=application, by=by).count() >= MOST_RUNNING:
        raise Refused(
            _("Vous avez déjà %(most)s envois en cours sur ce dossier : terminez-en un.") % {"most": MOST_RUNNING},
            code="R05",
            field="file",
        )
    if (running.aggregate(size=Sum("length"))["size"] or 0) + length > settings.QUARANTINE_MOST_BYTES:
        raise Refused(
            _("Trop de fichiers sont en cours d’envoi sur le portail : réessayez dans quelques minutes."),
            code="R05",
            field="file",
        )
    return Upload.objects.create(
        application=application,
        code=code,
        membership=membership,
        by=by,
        name=clean_name(name),
        length=length,
        created_at=at,
        expires_at=at + LASTS,
    )


@transaction.atomic
def append_upload(upload: Upload, offset: int, part: bytes, *, sha256: bytes | None = None) -> Upload:
    """Adds the next bytes. Moved when they are not the next, Altered when they are not those announced; nothing changes then."""
    held = Upload.objects.select_for_update(no_key=True, of=("self",)).filter(pk=upload.pk).first()
    if held is None:  # ended, given up or expired since it was read
        raise Moved(0)
    if offset != held.offset or offset + len(part) > held.length:
        raise Moved(held.offset)
    if sha256 is not None and hashlib.sha256(part).digest() != sha256:
        raise Altered
    if part:
        quarantine.append(held.pk, offset, part)
        held.offset += len(part)
        held.save(update_fields=["offset"])
    return held


def finish_upload(upload: Upload, *, by: Any, at: datetime | None = None) -> Piece:
    """Joins what has arrived, as though it had been sent at once; accepted or refused, the upload is no more."""
    try:
        return add_piece(
            upload.application,
            upload.code,
            quarantine.read(upload.pk),
            name=upload.name,
            membership=upload.membership,
            by=by,
            at=at,
        )
    finally:
        discard_upload(upload)


def discard_upload(upload: Upload) -> None:
    """The row, then the bytes: a file that has no row is swept."""
    Upload.objects.filter(pk=upload.pk).delete()
    quarantine.drop(upload.pk)


def expire_uploads(*, at: datetime | None = None) -> None:
    """What nobody ended in time, and the files of what is no more. Run by the clock."""
    Upload.objects.filter(expires_at__lte=at or clock.now()).delete()
    kept = quarantine.keys()  # before the rows are read: a file that comes later has a row that is not seen here
    for key in kept - set(Upload.objects.filter(pk__in=kept).values_list("pk", flat=True)):
        quarantine.drop(key)
