"""The registered letter, for who has not agreed to electronic notification (CRPA R112-17 to R112-20): posted, then received."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Decision, Notification, RegisteredLetter
from .decision import lock_decision, notified


@transaction.atomic
def post_letter(
    decision: Decision, number: str, posted_on: date, *, by: Any, at: datetime | None = None
) -> RegisteredLetter:
    """The sealed decision, printed, is sent. `number`: of the post.

    N05 without a number of its own, N06 a day that cannot be, N07 already sent.
    """
    _lock(decision, by)
    at = instant(at, decision)
    number = " ".join(number.split())
    if not number or RegisteredLetter.objects.filter(number=number).exclude(decision=decision).exists():
        raise Refused(
            _("Indiquez le numéro de cet envoi : il est imprimé sur l’avis de réception et n’a servi à aucun autre."),
            code="N05",
            field="number",
        )
    assert decision.released_at is not None
    _need_day(posted_on, clock.civil(decision.released_at), clock.civil(at), "posted_on")
    if RegisteredLetter.objects.filter(decision=decision).exists():
        raise Refused(_("L’envoi de cette décision est déjà enregistré : rechargez la page."), code="N07")
    letter = RegisteredLetter.objects.create(
        decision=decision, number=number, posted_on=posted_on, posted_by=by, recorded_at=at
    )
    record("decision.posted", decision, by=by, at=at, state=decision.state, letter=letter.pk)
    return letter


@transaction.atomic
def receive_letter(decision: Decision, received_on: date, *, by: Any, at: datetime | None = None) -> Notification:
    """It came back signed, or unclaimed with the day it was presented: the decision is notified from that day, the award engaged."""
    _lock(decision, by)
    letter = RegisteredLetter.objects.select_for_update(no_key=True).get(decision=decision)
    at = instant(at, decision)
    _need_day(received_on, letter.posted_on, clock.civil(at), "received_on")
    letter.received_on, letter.received_by = received_on, by
    letter.save(update_fields=["received_on", "received_by"])
    return notified(decision, by=by, at=at)


def _lock(decision: Decision, by: Any) -> None:
    lock_decision(decision)
    if not permissions.can_post(by, decision):
        raise PermissionDenied("post_letter")


def _need_day(day: date, first: date, last: date, field: str) -> None:
    if not first <= day <= last:
        raise Refused(
            _("Indiquez un jour compris entre le %(first)s et aujourd’hui.") % {"first": f"{first:%d/%m/%Y}"},
            code="N06",
            field=field,
        )
