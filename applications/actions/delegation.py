"""Verbs of the delegations of signature: given by who represents the establishment, revoked before their last day."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Affiliation, Establishment
from edsh_portal import clock, documents
from edsh_portal.events import instant, record
from edsh_portal.intake import desk, examination, quarantine
from edsh_portal.workflow import STATES, Refused

from .. import permissions
from ..models import Delegation

# No machine here: what is, has dates; these are the words of where they stand today.
STATES["delegation"] = {
    "coming": (gettext_lazy("À venir"), "waiting"),
    "running": (gettext_lazy("En cours"), "ok"),
    "past": (gettext_lazy("Échue"), "closed"),
    "revoked": (gettext_lazy("Révoquée"), "closed"),
    "void": (gettext_lazy("Sans effet : son auteur ne représente plus l’établissement"), "warn"),
}


@transaction.atomic
def delegate_signature(
    establishment: Establishment,
    delegate: Any,
    *,
    first_on: date,
    last_on: date,
    content: bytes,
    name: str,
    by: Any,
    at: datetime | None = None,
) -> Delegation:
    """From the first day to the last, both included, this writer signs the establishment's dossiers; `content` is the act.

    Refused: G01 not a writer of the establishment, G02 days out of order or past, G03 days another delegation has,
    R05 an act that is no PDF.
    """
    kind, name = desk.taken_in(content, name)
    if kind != desk.PDF:
        raise Refused(_("L’acte de délégation signé se joint en PDF."), code="R05", field="file")
    kept = quarantine.take_in(content)
    establishment = Establishment.objects.select_for_update(no_key=True, of=("self",)).get(pk=establishment.pk)
    if not permissions.can_delegate(by, establishment):
        raise PermissionDenied
    at = instant(at, "directory")
    _need_delegate(establishment, delegate)
    _need_days(establishment, delegate, first_on, last_on, at)
    document = documents.store(kept, name=name, media_type=kind.media_type, kind="delegation", by=by, at=at)
    given = Delegation.objects.create(
        establishment=establishment,
        delegate=delegate,
        document=document,
        first_on=first_on,
        last_on=last_on,
        given_by=by,
        given_at=at,
    )
    record(
        "delegation.given",
        given,
        by=by,
        at=at,
        establishment=establishment.pk,
        delegate=delegate.pk,
        document=str(document.pk),
        first_on=first_on.isoformat(),
        last_on=last_on.isoformat(),
    )
    return given


def _need_delegate(establishment: Establishment, delegate: Any) -> None:
    kinds = set(
        Affiliation.objects.filter(
            user=delegate, user__is_active=True, establishment=establishment, ended_at=None
        ).values_list("kind", flat=True)
    )
    if Affiliation.Kind.SIGNATORY in kinds:
        raise Refused(
            _("Cette personne représente déjà l’établissement : elle signe sans délégation."),
            code="G01",
            field="delegate",
        )
    if Affiliation.Kind.WRITER not in kinds:
        raise Refused(
            _("Choisissez une personne qui écrit les dossiers de l’établissement."), code="G01", field="delegate"
        )


def _need_days(establishment: Establishment, delegate: Any, first_on: date, last_on: date, at: datetime) -> None:
    if last_on < first_on:
        raise Refused(_("Le dernier jour précède le premier : corrigez l’un des deux."), code="G02", field="last_on")
    if last_on < at.astimezone(clock.PARIS).date():
        raise Refused(
            _("Le dernier jour est passé : une délégation ne vaut que pour l’avenir."), code="G02", field="last_on"
        )
    same = Delegation.objects.filter(
        establishment=establishment, delegate=delegate, ended_at=None, first_on__lte=last_on, last_on__gte=first_on
    )
    if same.exists():
        raise Refused(
            _(
                "Cette personne a déjà une délégation certains de ces jours : révoquez-la, ou choisissez d’autres jours."
            ),
            code="G03",
            field="first_on",
        )


@transaction.atomic
def revoke_delegation(delegation: Delegation, *, by: Any, at: datetime | None = None) -> None:
    """The delegate signs no more from now on; what they signed stays signed."""
    _lock(delegation)
    if not permissions.can_revoke_delegation(by, delegation):
        raise PermissionDenied
    if delegation.ended_at is not None:
        raise Refused(_("Cette délégation est déjà révoquée."), code="W01")
    _end(delegation, by, instant(at, delegation))


@transaction.atomic
def note_act_examined(delegation: Delegation, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of the act found, once; an act that is not kept ends its delegation. In the portal's own name."""
    _lock(delegation)
    at = instant(at, delegation)
    if examination.note(delegation.document, found, at) and not found.good and delegation.ended_at is None:
        _end(delegation, None, at)


def _lock(delegation: Delegation) -> None:
    delegation.refresh_from_db(from_queryset=Delegation.objects.select_for_update(no_key=True, of=("self",)))


def _end(delegation: Delegation, by: Any, at: datetime) -> None:
    delegation.ended_by, delegation.ended_at = by, at
    delegation.save(update_fields=["ended_by", "ended_at"])
    record(
        "delegation.revoked",
        delegation,
        by=by,
        at=at,
        establishment=delegation.establishment_id,
        delegate=delegation.delegate_id,
    )
