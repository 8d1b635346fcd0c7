"""Verbs that hand the coordination of a dossier over to an accepted partner: two signatories, one after the other.

The reference stays. What was deposited always names the coordinator of the dossier: accepting on a deposited dossier
deposits it again, under the new signatory's name, or changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal.events import record
from edsh_portal.workflow import STATES, Refused, Step, move, need_reason, steps

from .. import permissions
from ..models import Application, Handover, Membership, pledged, with_pledges
from ..rules import REGISTER_KINDS
from .deposit import submit
from .locks import lock_for_edit, need_open
from .mandate import write_mandate

HANDOVER_STEPS = steps(
    "handover",
    Handover,
    [
        Step("propose", ("",), "proposed", permissions.can_propose_handover, gettext_lazy("Proposer la coordination")),
        Step("accept", ("proposed",), "accepted", permissions.can_answer_handover, gettext_lazy("Accepter")),
        Step("decline", ("proposed",), "declined", permissions.can_answer_handover, gettext_lazy("Décliner")),
        Step("cancel", ("proposed",), "cancelled", permissions.can_propose_handover, gettext_lazy("Annuler")),
    ],
)
STATES["handover"] = {
    "proposed": (gettext_lazy("Proposée"), "waiting"),
    "accepted": (gettext_lazy("Acceptée"), "ok"),
    "declined": (gettext_lazy("Déclinée"), "closed"),
    "cancelled": (gettext_lazy("Annulée"), "closed"),
}


@transaction.atomic
def hand_over_coordination(
    application: Application, membership: Membership, *, reason: str, by: Any, at: datetime | None = None
) -> Handover:
    """The coordinator's signatory proposes an accepted partner as coordinator; nothing changes until its own accepts."""
    at = lock_for_edit(application, at, by, permissions.can_hand_over)
    need_open(application.wave, at)  # what a request for complements reopens is not who answers for the dossier
    membership.refresh_from_db()
    proposed = Handover(
        application=application, membership=membership, state="", reason=reason, proposed_by=by, proposed_at=at
    )
    move(proposed, "propose", by)
    if membership.application_id != application.pk or (membership.role, membership.state) != ("partner", "accepted"):
        raise Refused(
            _("La coordination se transmet à un partenaire du dossier qui a accepté d’en être membre."),
            code="R12",
            field="membership",
        )
    if membership.establishment.kind not in REGISTER_KINDS:
        raise Refused(
            _("Le coordinateur doit être un établissement de santé public ou privé, ou un GCS."),
            code="R11",
            field="membership",
        )
    if application.handovers.filter(state="proposed").exists():
        raise Refused(
            _("Une transmission attend déjà une réponse : annulez-la avant d’en proposer une autre."), code="W01"
        )
    proposed.reason = need_reason(reason)
    proposed.save()
    # The one who steps down becomes a partner: its mandate is this proposal.
    mine = with_pledges(application.memberships.all()).get(role="coordinator", state="accepted")
    mine.application = application
    write_mandate(mine, pledged(mine), by, at)
    _record(proposed, by, at)
    return proposed


@transaction.atomic
def accept_handover(handover: Handover, *, by: Any, at: datetime | None = None) -> None:
    """The partner's signatory accepts: the roles are exchanged, and a deposited dossier is deposited again."""
    at = _answer(handover, "accept", by, at)
    application, heir = handover.application, handover.membership
    # One coordinator at any instant: the old one steps down before the new one stands.
    application.memberships.filter(role="coordinator", state="accepted").update(role=Membership.Role.PARTNER)
    heir.role = Membership.Role.COORDINATOR
    heir.save(update_fields=["role"])
    before, application.coordinator = application.coordinator_id, heir.establishment
    application.save(update_fields=["coordinator"])
    _record(handover, by, at, coordinator=heir.establishment_id, before=before)
    if application.state == Application.State.SUBMITTED:
        submit(application, by=by, at=at)


@transaction.atomic
def decline_handover(handover: Handover, *, by: Any, at: datetime | None = None) -> None:
    at = _answer(handover, "decline", by, at)
    _record(handover, by, at)


@transaction.atomic
def cancel_handover(handover: Handover, *, by: Any, at: datetime | None = None) -> None:
    at = _answer(handover, "cancel", by, at)
    _record(handover, by, at)


def _answer(handover: Handover, step: str, by: Any, at: datetime | None) -> datetime:
    """The dossier's lock, the gate, the cut-off, then the step on the row as it now stands."""
    application = handover.application
    gate = permissions.can_propose_handover if step == "cancel" else permissions.can_answer_handover
    at = lock_for_edit(application, at, by, gate, handover)
    need_open(application.wave, at)
    handover.membership.refresh_from_db()
    move(handover, step, by)
    handover.answered_at, handover.answered_by = at, by
    handover.save(update_fields=["state", "answered_at", "answered_by"])
    return at


def _record(handover: Handover, by: Any, at: datetime, **more: Any) -> None:
    record(
        f"handover.{handover.state}",
        handover,
        by=by,
        at=at,
        state=handover.state,
        application=handover.application_id,
        membership=handover.membership_id,
        **more,
    )
