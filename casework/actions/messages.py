"""Verbs of the messages: open a thread, write in it, mark it as read, close it. Messages are added, never changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.actions.locks import lock_dossier
from applications.models import Application
from edsh_portal import clock, documents
from edsh_portal.events import deliver, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Message, MessageFile, Reading, Thread

MOST_CHARS, MOST_SUBJECT, MOST_FILES = 6000, 120, 5
EXAMINE = "casework.examine_file"  # the reaction owed for each file of a message
File = tuple[str, bytes]  # its name, its bytes


@transaction.atomic
def open_thread(
    application: Application,
    *,
    subject: str,
    text: str,
    files: Iterable[File] = (),
    by: Any,
    at: datetime | None = None,
) -> Thread:
    """A new subject with its first message, from the consortium to the service or the other way."""
    kept = _kept(files)
    at = lock_dossier(application, at)
    if not permissions.can_write_messages(by, application):
        raise PermissionDenied
    subject = " ".join(subject.split())
    if not 1 <= len(subject) <= MOST_SUBJECT:
        raise Refused(
            _("Indiquez l’objet, en %(most)s caractères au plus.") % {"most": MOST_SUBJECT}, code="M01", field="subject"
        )
    thread = Thread.objects.create(application=application, subject=subject, opened_by=by, opened_at=at)
    _write("thread.opened", thread, text, kept, by, at)
    return thread


@transaction.atomic
def post_message(
    thread: Thread, *, text: str, files: Iterable[File] = (), by: Any, at: datetime | None = None
) -> Message:
    """The next message of an open thread; who writes has read what is above."""
    kept = _kept(files)
    at = _hold_thread(thread, at, by)
    if thread.closed_at is not None:
        raise Refused(_("Cet échange est clos : ouvrez-en un autre."), code="M02")
    return _write("message.posted", thread, text, kept, by, at)


def _write(
    kind: str, thread: Thread, text: str, files: list[tuple[desk.Kind, str, documents.Kept]], by: Any, at: datetime
) -> Message:
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > MOST_CHARS or "\x00" in text:
        raise Refused(
            _("Écrivez votre message, en %(most)s caractères au plus.") % {"most": MOST_CHARS}, code="M03", field="text"
        )
    side = permissions.side(by, thread.application)
    message = Message.objects.create(thread=thread, side=side, text=text, by=by, at=at)
    joined: list[MessageFile] = []
    for found, name, kept in files:
        document = documents.store(kept, name=name, media_type=found.media_type, kind="message", by=by, at=at)
        joined.append(MessageFile.objects.create(message=message, document=document))
    _mark(thread, message.pk, by, at)
    event = record(
        kind,
        thread,
        by=by,
        at=at,
        application=thread.application_id,
        message=message.pk,
        side=str(side),
        files=len(files),
    )
    for file in joined:
        deliver(event, EXAMINE, key=str(file.pk))
    return message


def _kept(files: Iterable[File]) -> list[tuple[desk.Kind, str, documents.Kept]]:
    """Written before the lock: it takes time. Each is examined afterwards."""
    held = list(files)
    if len(held) > MOST_FILES:
        raise Refused(
            _("Un message contient %(most)s fichiers au plus.") % {"most": MOST_FILES}, code="M04", field="file"
        )
    found = [(*desk.taken_in(content, name), content) for name, content in held]
    return [(kind, name, quarantine.take_in(content)) for kind, name, content in found]


@transaction.atomic
def note_file_examined(file: MessageFile, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what its examination found, once; of a file that is not kept, whoever sent it is told. In the portal's own name."""
    thread = file.message.thread
    at = lock_dossier(thread.application, at)
    if examination.note(file.document, found, at) and not found.good:
        data: dict[str, Any] = {"application": thread.application_id, "message": file.message_id, "file": file.pk}
        record("message.file_refused", thread, by=None, at=at, **data, verdict=str(found.state))


@transaction.atomic
def mark_read(thread: Thread, *, upto: int, by: Any, at: datetime | None = None) -> None:
    """This person has read up to that message (no event: a mark is nobody else's)."""
    if not permissions.can_write_messages(by, thread.application):
        raise PermissionDenied
    if not thread.messages.filter(pk=upto).exists():
        raise Refused(_("Ce message n’est pas de cet échange : rechargez la page."), code="M05")
    _mark(thread, upto, by, at or clock.now())


def _mark(thread: Thread, upto: int, by: Any, at: datetime) -> None:
    """Forward only: two tabs open at different messages do not undo each other."""
    mark, made = Reading.objects.select_for_update(no_key=True).get_or_create(
        thread=thread, user=by, defaults={"upto_id": upto, "at": at}
    )
    if not made and mark.upto_id < upto:
        mark.upto_id, mark.at = upto, at
        mark.save(update_fields=["upto", "at"])


@transaction.atomic
def close_thread(thread: Thread, *, by: Any, at: datetime | None = None) -> None:
    """The service closes what is settled; the thread stays readable."""
    at = _hold_thread(thread, at, by)
    if not permissions.can_close_thread(by, thread):
        raise PermissionDenied
    if thread.closed_at is not None:
        raise Refused(_("Cet échange est déjà clos."), code="M02")
    thread.closed_by, thread.closed_at = by, at
    thread.save(update_fields=["closed_by", "closed_at"])
    record("thread.closed", thread, by=by, at=at, application=thread.application_id)


def _hold_thread(thread: Thread, at: datetime | None, by: Any) -> datetime:
    """Locks the dossier, rereads the thread, and asks who may write."""
    application = thread.application
    at = lock_dossier(application, at)
    thread.refresh_from_db()
    thread.application = application
    if not permissions.can_write_messages(by, application):
        raise PermissionDenied
    return at
