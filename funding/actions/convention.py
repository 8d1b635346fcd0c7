"""Verbs of the convention: one per beneficiary SIRET and source; its bank account by two people; its closing."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import iban as iban_number

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move

from .. import ledger, permissions
from ..models import BankAccount, Convention, GrantShare
from .grant import hold


def hold_convention(convention: Convention) -> Convention:
    """Locks the grant (the one lock of its money), then rereads the convention in place."""
    grant = hold(convention.share.grant)
    convention.refresh_from_db()
    convention.share.grant = grant
    return convention


@transaction.atomic
def prepare_convention(
    share: GrantShare, *, siret: str, months: int, by: Any, at: datetime | None = None
) -> Convention:
    """The convention of one beneficiary, known by its SIRET, once the award is notified (R80)."""
    grant = hold(share.grant)
    at = at or clock.now()
    if grant.state != "engaged":
        raise Refused(_("La convention se prépare après la notification de l’aide."), code="R80")
    if siret != share.establishment.siret or not siret:
        raise Refused(
            _("Ce SIRET n’est pas celui de %(name)s (%(siret)s) : corrigez-le, ou corrigez l’annuaire.")
            % {"name": share.establishment, "siret": share.establishment.siret or "—"},
            code="R80",
            field="siret",
        )
    if not 1 <= months <= 120:
        raise Refused(_("Indiquez une durée de 1 à 120 mois."), code="R82", field="months")
    if Convention.objects.filter(share=share).exists():
        raise Refused(_("La convention de cette part est déjà préparée."), code="R80")
    convention = Convention(share=share, siret=siret, months=months, state="", prepared_by=by, prepared_at=at)
    move(convention, "prepare", by)
    convention.save()
    record("convention.prepared", convention, by=by, at=at, state=convention.state, share=share.pk, cents=share.cents)
    return convention


@transaction.atomic
def sign_convention(convention: Convention, *, by: Any, at: datetime | None = None) -> None:
    """The beneficiary's legal representative signs."""
    hold_convention(convention)
    at = at or clock.now()
    move(convention, "sign", by)
    convention.signed_by, convention.signed_at = by, at
    convention.save(update_fields=["state", "signed_by", "signed_at"])
    record("convention.signed", convention, by=by, at=at, state=convention.state)


@transaction.atomic
def propose_iban(convention: Convention, *, iban: str, holder: str, by: Any, at: datetime | None = None) -> BankAccount:
    """A French IBAN with right keys, in the beneficiary's name; the one before is dated out. Another person validates."""
    hold_convention(convention)
    at = at or clock.now()
    if not permissions.can_propose_iban(by, convention):
        raise PermissionDenied
    number = iban_number.compact(iban).upper()
    if not number.startswith("FR") or not iban_number.is_valid(number):
        raise Refused(
            _("Cet IBAN n’est pas valide : un IBAN français commence par FR et compte 27 caractères, clés comprises."),
            code="R80",
            field="iban",
        )
    if not holder.strip():
        raise Refused(_("Indiquez le titulaire du compte, tel qu’il figure sur le RIB."), code="R80", field="holder")
    convention.accounts.filter(replaced_at__isnull=True).update(replaced_at=at)
    account = BankAccount.objects.create(
        convention=convention, iban=number, holder=holder.strip(), proposed_by=by, proposed_at=at
    )
    record("iban.proposed", account, by=by, at=at, convention=convention.pk)
    return account


@transaction.atomic
def validate_iban(account: BankAccount, *, by: Any, at: datetime | None = None) -> None:
    """A second person has checked the account with the beneficiary (R80, I18)."""
    hold_convention(account.convention)
    at = at or clock.now()
    account.refresh_from_db()
    if not permissions.can_validate_iban(by, account):
        raise PermissionDenied
    if account.replaced_at is not None or account.validated_at is not None:
        raise Refused(_("Ce compte est déjà validé ou remplacé : rechargez la page."), code="R80")
    account.validated_by, account.validated_at = by, at
    account.save(update_fields=["validated_by", "validated_at"])
    record("iban.validated", account, by=by, at=at, convention=account.convention_id)


def close_convention(convention: Convention, *, by: Any, at: datetime) -> None:
    """The balance is paid: what the beneficiary will not receive is withdrawn, the convention closes, then its grant.

    Called by `pay`, in its transaction.
    """
    share = convention.share
    paid = sum(i.cents for i in convention.instalments.filter(state="paid"))
    if share.cents > paid:
        ledger.release(
            share=share, cents=share.cents - paid, reason="balance paid", by=by, at=at, key=f"close:{convention.pk}"
        )
    move(convention, "close", None)
    convention.save(update_fields=["state"])
    record("convention.closed", convention, by=by, at=at, state=convention.state, unused_cents=share.cents - paid)
    grant = share.grant
    if grant.shares.exclude(convention__state="closed").exists():
        return
    move(grant, "close", None)
    grant.save(update_fields=["state"])
    record("grant.closed", grant, by=by, at=at, state=grant.state)
