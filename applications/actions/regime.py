"""Verb of a member's declaration: VAT, regime of State aid, de minimis aid already received."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.money import LARGEST
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import FundingPlan, Membership
from .hold import hold_for_edit


@transaction.atomic
def declare_regime(
    membership: Membership,
    *,
    vat: str,
    regime: str,
    de_minimis_received_cents: int,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Says under which terms a member's amounts stand (R37, R38); each may be left empty until it is known.

    `vat`: FundingPlan.Vat or «  » · `regime`: FundingPlan.Regime or «  » · de minimis aid of the last three years, cents.
    """
    application = membership.application
    at = hold_for_edit(application, at, by, permissions.can_edit_member, membership, f"budget.{membership.pk}")
    if vat and vat not in FundingPlan.Vat.values:
        raise Refused(_("Choisissez hors taxes ou toutes taxes comprises."), code="R37", field="vat")
    if regime and regime not in FundingPlan.Regime.values:
        raise Refused(_("Choisissez un régime d’aide de la liste."), code="R38", field="regime")
    if not 0 <= de_minimis_received_cents < LARGEST:
        raise Refused(
            _("Le montant des aides déjà reçues ne peut pas être négatif."),
            code="R30",
            field="de_minimis_received_cents",
        )
    declared = {"vat": vat, "regime": regime, "de_minimis_received_cents": de_minimis_received_cents}
    FundingPlan.objects.update_or_create(membership=membership, defaults=declared)
    record("application.edited", application, by=by, at=at, section="regime", membership=membership.pk, **declared)
