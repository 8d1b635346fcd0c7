"""Verb of a member's declaration: VAT, regime of State aid, de minimis aid already received."""

from datetime import datetime
from typing import Any

from django.db import transaction

from edsh_portal.events import record

from .. import permissions
from ..models import Membership
from .hold import hold_for_edit
from .rows import Reads, save_row


@transaction.atomic
def declare_regime(
    membership: Membership,
    *,
    vat: str,
    regime: str,
    de_minimis_received_cents: int,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> None:
    """Says under which terms a member's amounts stand (R37, R38); each may be left empty until it is known.

    `vat`: FundingPlan.Vat or «  » · `regime`: FundingPlan.Regime or «  » · de minimis aid of the last three years, cents.
    """
    application = membership.application
    at = hold_for_edit(application, at, by, permissions.can_edit_member, membership, f"budget.{membership.pk}")
    declared: dict[str, Any] = {"vat": vat, "regime": regime, "de_minimis_received_cents": de_minimis_received_cents}
    save_row(application, "budget", membership.pk, declared, read, by, at)
    record("application.edited", application, by=by, at=at, section="regime", membership=membership.pk, **declared)
