"""Verbs of the consortium: invite, accept, decline, remove; associated partners. Link rows live and die here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from directory.actions import ask_account
from directory.models import Establishment
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_reason

from ..models import Application, ApplicationGroupPermission, AssociatedPartner, Membership
from ..rules import REGISTER_KINDS
from .locks import lock_dossier, lock_for_edit, need_editable


def link(membership: Membership) -> None:
    """Lets the establishment's people see the dossier, for as long as the membership stands."""
    view = Permission.objects.get(content_type__app_label="applications", codename="view_application")
    ApplicationGroupPermission.objects.create(
        content_object=membership.application,
        group_id=membership.establishment.group_id,
        permission=view,
        membership=membership,
    )


def unlink(membership: Membership) -> None:
    membership.links.all().delete()


@transaction.atomic
def invite_partner(
    application: Application,
    establishment: Establishment,
    *,
    person: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime | None = None,
) -> Membership:
    """Asks an establishment to be a project partner; it counts in the limit at once (R12) and answers for itself.

    `person`: where nobody has an account there, for whom one is asked (directory.actions.ask_account).
    """
    at = lock_for_edit(application, at, by, key="consortium")
    membership = Membership(
        application=application, establishment=establishment, role="partner", invited_at=at, state=""
    )
    move(membership, "invite", by)
    most = application.wave.settings.max_members
    if establishment.kind not in REGISTER_KINDS:
        raise Refused(
            _("%(name)s n’est ni un établissement de santé ni un GCS : inscrivez-le comme partenaire associé.")
            % {"name": establishment.name},
            code="R13",
            field="establishment",
        )
    live = application.memberships.live()
    if live.filter(establishment=establishment).exists():
        raise Refused(
            _("%(name)s est déjà dans le consortium.") % {"name": establishment.name}, code="R12", field="establishment"
        )
    if live.count() >= most:
        raise Refused(
            _(
                "Le consortium compte déjà %(most)s membres, coordinateur compris : retirez-en un, ou inscrivez un partenaire associé."
            )
            % {"most": most},
            code="R12",
            field="establishment",
            most=most,
        )
    membership.save()
    record(
        "membership.invited",
        membership,
        by=by,
        at=at,
        state=membership.state,
        application=application.pk,
        establishment=establishment.pk,
    )
    if person is not None:
        ask_account(**person, establishment=establishment, by=by)
    return membership


def _answer(membership: Membership, step: str, by: Any, at: datetime | None) -> None:
    application = membership.application
    at = lock_dossier(application, at)
    membership.refresh_from_db()
    membership.application = application
    move(membership, step, by)
    need_editable(application, "consortium", at)
    membership.answered_at, membership.answered_by = at, by
    membership.save(update_fields=["state", "answered_at", "answered_by"])
    if step == "accept":
        link(membership)
    record(
        f"membership.{membership.state}",
        membership,
        by=by,
        at=at,
        state=membership.state,
        application=application.pk,
        establishment=membership.establishment_id,
    )


@transaction.atomic
def accept_membership(membership: Membership, *, by: Any, at: datetime | None = None) -> None:
    """The establishment joins: its people now see the dossier and fill their part. Its mandate is another act (mandate.py)."""
    _answer(membership, "accept", by, at)


@transaction.atomic
def decline_membership(membership: Membership, *, by: Any, at: datetime | None = None) -> None:
    _answer(membership, "decline", by, at)


@transaction.atomic
def remove_member(membership: Membership, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Takes a partner out: its link goes, its part stays in the past versions only."""
    application = membership.application
    at = lock_dossier(application, at)
    membership.refresh_from_db()
    membership.application = application
    reason = need_reason(reason)
    move(membership, "remove", by)
    need_editable(application, "consortium", at)
    membership.answered_at, membership.answered_by, membership.reason = at, by, reason
    membership.save(update_fields=["state", "answered_at", "answered_by", "reason"])
    unlink(membership)
    record(
        "membership.removed",
        membership,
        by=by,
        at=at,
        state=membership.state,
        application=application.pk,
        establishment=membership.establishment_id,
    )


@transaction.atomic
def add_associated(
    application: Application,
    *,
    name: str = "",
    kind: str = "",
    siren: str = "",
    establishment: Establishment | None = None,
    by: Any,
    at: datetime | None = None,
) -> AssociatedPartner:
    """An associated partner: free text with its SIREN, or a body of the register, whose name and kind are then its own."""
    at = lock_for_edit(application, at, by, key="consortium")
    if establishment is not None:
        name, kind, siren = establishment.name, establishment.kind, establishment.siren
    name, siren = name.strip(), "".join(siren.split())
    if not 1 <= len(name) <= 160:
        raise Refused(_("Indiquez la dénomination du partenaire, en 160 caractères au plus."), code="E01", field="name")
    if kind not in Establishment.Kind.values:
        raise Refused(_("Choisissez la nature du partenaire."), code="E01", field="kind")
    if siren and establishment is None and not siren_number.is_valid(siren):
        raise Refused(
            _("Ce SIREN n’est pas valable : neuf chiffres, dont une clé de contrôle."), code="E04", field="siren"
        )
    same = application.associated.filter(siren=siren) if siren else application.associated.filter(name__iexact=name)
    if same.exists():
        raise Refused(_("Ce partenaire est déjà inscrit."), code="E03", field="name")
    partner = application.associated.create(name=name, kind=kind, siren=siren, establishment=establishment)
    record("associated.added", application, by=by, at=at, associated=partner.pk)
    return partner


@transaction.atomic
def remove_associated(partner: AssociatedPartner, *, by: Any, at: datetime | None = None) -> None:
    application = partner.application
    at = lock_for_edit(application, at, by, key="consortium")
    number = partner.pk
    application.associated.filter(pk=number).delete()
    record("associated.removed", application, by=by, at=at, associated=number)
