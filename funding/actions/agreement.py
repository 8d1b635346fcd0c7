"""Verbs of the consortium's agreement: filed by its coordinator, validated or returned by the instruction (R80)."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from edsh_portal import clock, documents
from edsh_portal.events import instant, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.models import Document
from edsh_portal.workflow import Refused, move, need_reason

from .. import permissions
from ..models import Agreement, Grant
from ..models.consortium import members_of
from .grant import lock_grant


def needs_agreement(grant: Grant) -> bool:
    """Whether the award is shared work: two members at least (R80)."""
    return len(members_of(grant)) > 1


def lock_agreement(agreement: Agreement) -> Agreement:
    """Locks the grant, then rereads the agreement in place."""
    grant = lock_grant(agreement.grant)
    agreement.refresh_from_db()
    agreement.grant = grant
    return agreement


@transaction.atomic
def file_agreement(
    grant: Grant, *, signed_on: date, content: bytes, name: str, by: Any, at: datetime | None = None
) -> Agreement:
    """The agreement that every member has signed, as one PDF; `signed_on`: the day of the last signature. R80, R05."""
    if not permissions.can_file_agreement(by, grant):
        raise PermissionDenied
    kind, name = desk.taken_in(content, name)
    if kind != desk.PDF:
        raise Refused(
            _("Déposez l’accord de consortium en un seul PDF, signé de tous les membres."), code="R05", field="file"
        )
    kept = quarantine.take_in(content)  # before the lock: writing takes time
    lock_grant(grant)
    at = instant(at, grant)
    _need_place(grant, signed_on, at)
    document = documents.store(kept, name=name, media_type=kind.media_type, kind="agreement", by=by, at=at)
    agreement = Agreement(grant=grant, document=document, signed_on=signed_on, state="", filed_by=by, filed_at=at)
    move(agreement, "file", by)
    agreement.save()
    record("agreement.filed", agreement, by=by, at=at, grant=grant.pk, state=agreement.state, document=str(document.pk))
    return agreement


def _need_place(grant: Grant, signed_on: date, at: datetime) -> None:
    if grant.state != "engaged":
        raise Refused(_("Déposez l’accord entre la notification de l’aide et son solde."), code="R80", field="file")
    if not needs_agreement(grant):
        raise Refused(_("Ce dossier n’a qu’un membre : aucun accord n’est demandé."), code="R80", field="file")
    if grant.agreements.filter(state__in=("filed", "validated")).exists():
        raise Refused(
            _("Un accord est déjà déposé : le service instructeur le valide ou le renvoie."), code="R80", field="file"
        )
    if signed_on > at.astimezone(clock.PARIS).date():
        raise Refused(
            _("La dernière signature ne peut pas être à venir : corrigez sa date."), code="R80", field="signed_on"
        )


@transaction.atomic
def validate_agreement(agreement: Agreement, *, by: Any, at: datetime | None = None) -> None:
    """Read and found complete: with every convention signed, payments may begin."""
    lock_agreement(agreement)
    at = instant(at, agreement)
    if agreement.document.scan_state == Document.Scan.EXAMINING:
        raise Refused(_("L’accord est en cours d’examen : validez-le dans un instant."), code="R80")
    move(agreement, "validate", by)
    agreement.decided_by, agreement.decided_at = by, at
    agreement.save(update_fields=["state", "decided_by", "decided_at"])
    record("agreement.validated", agreement, by=by, at=at, grant=agreement.grant_id, state=agreement.state)


@transaction.atomic
def return_agreement(agreement: Agreement, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Sent back with what is missing: the coordinator files another."""
    lock_agreement(agreement)
    at = instant(at, agreement)
    _give_back(agreement, need_reason(reason), by, at)


def _give_back(agreement: Agreement, reason: str, by: Any, at: datetime) -> None:
    move(agreement, "return", by)
    agreement.decided_by, agreement.decided_at, agreement.reason = by, at, reason
    agreement.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record("agreement.returned", agreement, by=by, at=at, grant=agreement.grant_id, state=agreement.state)


@transaction.atomic
def note_agreement_examined(agreement: Agreement, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of its file found, once; an agreement whose file is not kept is returned.

    In the portal's own name.
    """
    lock_agreement(agreement)
    at = instant(at, agreement)
    if examination.note(agreement.document, found, at) and not found.good and agreement.state == "filed":
        with override("fr"):
            reason = _("Le fichier n’a pas été conservé : déposez-en un autre.")
        _give_back(agreement, reason, None, at)
