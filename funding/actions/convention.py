"""Verbs of the convention: one per beneficiary SIRET and source, prepared, sent, laid out again; its closing."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import instant, record
from edsh_portal.models import Document
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused, move, need_reason

from .. import ledger
from ..models import Convention, GrantShare
from .grant import lock_grant


def lock_convention(convention: Convention) -> Convention:
    """Locks the grant (the one lock of its money), then rereads the convention in place."""
    grant = lock_grant(convention.share.grant)
    convention.refresh_from_db()
    convention.share.grant = grant
    return convention


def has_left(convention: Convention) -> bool:
    """Whether its beneficiary is a member no more."""
    share = convention.share
    return share.grant.changes.filter(establishment=share.establishment_id, change="out").exists()


@transaction.atomic
def prepare_convention(
    share: GrantShare, *, siret: str, months: int, by: Any, at: datetime | None = None
) -> Convention:
    """The convention of one beneficiary, known by its SIRET, once the award is notified (R80)."""
    grant = lock_grant(share.grant)
    at = instant(at, grant)
    if grant.state != "engaged":
        raise Refused(_("L’aide n’est pas encore notifiée : préparez la convention après sa notification."), code="R80")
    if siret != share.establishment.siret or not siret:
        raise Refused(
            _("Ce SIRET n’est pas celui %(name)s (%(siret)s) : corrigez-le, ou corrigez l’annuaire.")
            % {"name": de(share.establishment), "siret": share.establishment.siret or "—"},
            code="R80",
            field="siret",
        )
    _need_months(months)
    if Convention.objects.filter(share=share).exists():
        raise Refused(_("Cette convention est déjà préparée : rechargez la page."), code="R80")
    convention = Convention(share=share, siret=siret, months=months, state="", prepared_by=by, prepared_at=at)
    move(convention, "prepare", by)
    convention.save()
    record("convention.prepared", convention, by=by, at=at, state=convention.state, share=share.pk, cents=share.cents)
    return convention


def _need_months(months: int) -> None:
    if not 1 <= months <= 120:
        raise Refused(_("Indiquez une durée de 1 à 120 mois."), code="R82", field="months")


@transaction.atomic
def send_convention(convention: Convention, document: Document, *, at: datetime | None = None) -> None:
    """The portal keeps the sealed PDF and hands it to the beneficiary. Repeatable: what is sent keeps its document."""
    lock_convention(convention)
    if convention.state != "prepared":
        return
    at = instant(at, convention)
    move(convention, "send", None)
    convention.document, convention.sent_at = document, at
    convention.save(update_fields=["state", "document", "sent_at"])
    record("convention.sent", convention, by=None, at=at, state=convention.state, sha256=document.sha256)


@transaction.atomic
def rework_convention(convention: Convention, *, months: int, reason: str, by: Any, at: datetime | None = None) -> None:
    """Before its beneficiary has signed, a convention is laid out again: another duration, a name that the directory has corrected."""
    lock_convention(convention)
    at = instant(at, convention)
    reason = need_reason(reason)
    _need_months(months)
    move(convention, "rework", by)
    if convention.copies.filter(examined_at=None).exists():
        raise Refused(
            _("Le bénéficiaire vient de remettre la convention signée : attendez la fin de son examen."), code="R80"
        )
    convention.months, convention.document, convention.sent_at = months, None, None
    convention.save(update_fields=["state", "months", "document", "sent_at"])
    record("convention.reworked", convention, by=by, at=at, state=convention.state, months=months)


def net_paid(share: GrantShare) -> int:
    """What was paid to the beneficiary and not claimed back, in cents."""
    held = share.accounts.filter(family="ae.paid").values_list("balance__cents", flat=True).first()
    return held or 0


def settle(convention: Convention, *, by: Any, at: datetime) -> None:
    """Closes a convention whose final amount was reached without a balance: paid to the cent, or claimed back down to it.

    Called by what fixes the final amount and by what recovers, in their transaction.
    """
    final = convention.claims.accepted().filter(final=True).first()
    if convention.state != "signed" or final is None or final.final_cents != net_paid(convention.share):
        return
    if not convention.instalments.exclude(state__in=("paid", "cancelled")).exists():
        close_convention(convention, by=by, at=at)


def reopen(convention: Convention, *, by: Any, at: datetime) -> None:
    """A recovery that had closed a convention was reversed: more than the final amount is paid again, and is still to be claimed back.

    Called by the reversal, in its transaction. What the closing withdrew stays withdrawn: nothing more will be paid.
    """
    final = convention.claims.accepted().filter(final=True).first()
    if convention.state != "closed" or final is None or net_paid(convention.share) <= (final.final_cents or 0):
        return
    move(convention, "reopen", None)
    convention.save(update_fields=["state"])
    record("convention.reopened", convention, by=by, at=at, state=convention.state)
    grant = convention.share.grant
    if grant.state == "closed":
        move(grant, "reopen", None)
        grant.save(update_fields=["state"])
        record("grant.reopened", grant, by=by, at=at, state=grant.state)


def close_convention(convention: Convention, *, by: Any, at: datetime) -> None:
    """What the beneficiary will not receive is withdrawn, the convention closes, then its grant.

    Called once nothing more will be paid, in the transaction of what says so.
    """
    share = convention.share
    unused = share.accounts.filter(family="ae.engaged").values_list("balance__cents", flat=True).first() or 0
    if unused:
        ledger.release(shares={share: unused}, reason="balance paid", by=by, at=at, key=f"close:{convention.pk}")
    move(convention, "close", None)
    convention.save(update_fields=["state"])
    record("convention.closed", convention, by=by, at=at, state=convention.state, unused_cents=unused)
    grant = share.grant
    if grant.shares.exclude(convention__state="closed").exists():
        return
    move(grant, "close", None)
    grant.save(update_fields=["state"])
    record("grant.closed", grant, by=by, at=at, state=grant.state)
