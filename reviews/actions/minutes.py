"""Verbs of the minutes: the chair signs what the events tell, the portal seals it; a closed session is taken up again for a reason."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import instant, record
from edsh_portal.models import Document
from edsh_portal.workflow import Refused, move, need_reason

from .. import minutes, permissions
from ..models import Minutes, Session, SessionReopening


def _hold_closed(session: Session, by: Any, at: datetime | None) -> datetime:
    """Locks the session; only a chair, only once it is closed."""
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_chair(by, session):
        raise PermissionDenied
    if session.state != "closed":
        raise Refused(_("La session est ouverte : closez-la d’abord."), code="R59")
    if permissions.tied(by, session.lines.values_list("application", flat=True)):
        raise Refused(
            _("Vous êtes en déport sur un dossier de cette session : une autre présidence doit faire cet acte."),
            code="R50",
        )
    return instant(at, session)


@transaction.atomic
def sign_minutes(session: Session, read: str, *, by: Any, at: datetime | None = None) -> Minutes:
    """The chair signs the minutes of the last closing, as the page had shown them (`read`: their SHA-256); a worker then seals them."""
    at = _hold_closed(session, by, at)
    closed_at = session.closed_at or at
    if session.signed_minutes.filter(closed_at=closed_at).exists():
        raise Refused(_("Le procès-verbal de cette clôture est déjà signé."), code="R59")
    version = session.signed_minutes.count() + 1
    told = minutes.told(session, version)
    if minutes.sha256(told) != read:
        raise Refused(
            _("Le procès-verbal a changé depuis que cette page l’a montré : relisez-le, puis signez."), code="W04"
        )
    row = Minutes.objects.create(
        session=session,
        version=version,
        closed_at=closed_at,
        told=told,
        told_sha256=read,
        signed_by=by,
        signed_at=at,
    )
    record("minutes.signed", row, by=by, at=at, version=version, sha256=read)
    return row


@transaction.atomic
def keep_minutes(row: Minutes, document: Document, *, at: datetime | None = None) -> None:
    """The portal keeps the sealed file. Repeatable: what is sealed keeps its first one."""
    row.refresh_from_db(from_queryset=Minutes.objects.select_for_update(no_key=True, of=("self",)))
    if row.document_id is not None:
        return
    at = instant(at, row)
    row.document, row.sha256, row.sealed_at = document, document.sha256, at
    row.save(update_fields=["document", "sha256", "sealed_at"])
    record("minutes.sealed", row, by=None, at=at, version=row.version, sha256=row.sha256)


@transaction.atomic
def reopen_session(session: Session, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Takes a closed session up again. What was signed stays; refused once a decision rests on its lists (R59)."""
    at = _hold_closed(session, by, at)
    reason = need_reason(reason)
    decided = minutes.derived(session).decided
    if decided:
        raise Refused(
            _("Des décisions reposent sur cette liste : %(listed)s. Retirez-les avant de rouvrir la session.")
            % {"listed": ", ".join(decided)},
            code="R59",
        )
    row = SessionReopening.objects.create(
        session=session, closed_at=session.closed_at or at, reason=reason, by=by, at=at
    )
    move(session, "reopen", by)
    session.closed_at = None
    session.save(update_fields=["state", "closed_at"])
    record("session.reopened", row, by=by, at=at, stream=f"session:{session.pk}", state=session.state)
