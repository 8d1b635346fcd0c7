"""The verbs by which a partner gives its mandate, on the amounts that were read, and takes it back: who represents it (R04)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused, need_reason

from .. import permissions
from ..models import Mandate, MandateWithdrawal, Membership, pledged, with_pledges
from ..rules import Pledge, in_words
from .locks import lock_for_edit


@transaction.atomic
def give_mandate(membership: Membership, *, read: Pledge, by: Any, at: datetime | None = None) -> Mandate:
    """A partner gives mandate to deposit the common dossier, on the amounts `read`, which must still be those of its budget.

    The same again answers the mandate that stands. After the cut-off, only where its budget is reopened.
    """
    application = membership.application
    at = lock_for_edit(application, at, by, permissions.can_give_mandate, membership, key=f"budget.{membership.pk}")
    now = pledged(with_pledges(Membership.objects.all()).get(pk=membership.pk))
    if read != now:
        raise Refused(
            _(
                "Le budget a changé pendant votre lecture : il est maintenant de %(now)s. Relisez-le, puis donnez le mandat."
            )
            % {"now": in_words(now)},
            code="R04",
        )
    held = _find_mandate(membership)
    return held if held is not None and held.pledge == now else write_mandate(membership, now, by, at)


def _find_mandate(membership: Membership) -> Mandate | None:
    """The mandate that stands, whether or not it still covers the budget."""
    last = membership.mandates.select_related("withdrawal").order_by("-pk").first()
    return last if last is not None and last.stands else None


@transaction.atomic
def withdraw_mandate(membership: Membership, *, reason: str, by: Any, at: datetime | None = None) -> MandateWithdrawal:
    """A partner takes its mandate back: the dossier is not deposited again without another. Versions deposited do not change.

    After the cut-off, only where its budget is reopened. Refused: R04 when none stands.
    """
    application = membership.application
    at = lock_for_edit(application, at, by, permissions.can_give_mandate, membership, key=f"budget.{membership.pk}")
    reason = need_reason(reason)
    held = _find_mandate(membership)
    if held is None:
        raise Refused(_("Aucun mandat n’est en vigueur : il n’y a rien à retirer."), code="R04")
    withdrawn = MandateWithdrawal.objects.create(mandate=held, reason=reason, by=by, at=at)
    record(
        "mandate.withdrawn",
        withdrawn,
        by=by,
        at=at,
        application=application.pk,
        membership=membership.pk,
        mandate=held.pk,
    )
    return withdrawn


def write_mandate(membership: Membership, pledge: Pledge, by: Any, at: datetime) -> Mandate:
    """Inside a verb that holds the dossier and has asked its gate."""
    application = membership.application
    act = permissions.signing(by, application, membership.pk)
    given = Mandate.objects.create(
        membership=membership,
        **vars(pledge),
        given_by=by,
        given_at=at,
        delegation_id=act.delegation if act else None,
    )
    record(
        "mandate.given",
        given,
        by=by,
        at=at,
        application=application.pk,
        membership=membership.pk,
        delegation=given.delegation_id,
        **vars(pledge),
    )
    return given
