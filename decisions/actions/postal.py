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
from ..models import Decision, Procedure, RegisteredLetter
from .decision import lock_decision, notified
from .procedure import lock_procedure, received

Posted = Decision | Procedure


@transaction.atomic
def post_letter(of: Posted, number: str, posted_on: date, *, by: Any, at: datetime | None = None) -> RegisteredLetter:
    """The sealed decision, or the letter of a procedure, printed, is sent. `number`: of the post.

    N05 without a number of its own, N06 a day that cannot be, N07 already sent.
    """
    _lock(of, by)
    at = instant(at, of)
    number = " ".join(number.split())
    mine = {"decision": of} if isinstance(of, Decision) else {"procedure": of}
    if not number or RegisteredLetter.objects.filter(number=number).exclude(**mine).exists():
        raise Refused(
            _("Indiquez le numéro de cet envoi : il est imprimé sur l’avis de réception et n’a servi à aucun autre."),
            code="N05",
            field="number",
        )
    _need_day(posted_on, clock.civil(_ready_at(of)), clock.civil(at), "posted_on")
    if RegisteredLetter.objects.filter(**mine).exists():
        raise Refused(_("L’envoi de cette lettre est déjà enregistré : rechargez la page."), code="N07")
    letter = RegisteredLetter.objects.create(**mine, number=number, posted_on=posted_on, posted_by=by, recorded_at=at)
    told = {"by": by, "at": at, "state": of.state, "letter": letter.pk}
    record("decision.posted" if isinstance(of, Decision) else "procedure.posted", of, **told)
    return letter


@transaction.atomic
def receive_letter(of: Posted, received_on: date, *, by: Any, at: datetime | None = None) -> None:
    """It came back signed, or unclaimed with the day it was presented. A decision is notified from that day, the award engaged; the days
    to answer a procedure are counted from it."""
    _lock(of, by)
    mine = {"decision": of} if isinstance(of, Decision) else {"procedure": of}
    letter = RegisteredLetter.objects.select_for_update(no_key=True).get(**mine)
    at = instant(at, of)
    _need_day(received_on, letter.posted_on, clock.civil(at), "received_on")
    letter.received_on, letter.received_by = received_on, by
    letter.save(update_fields=["received_on", "received_by"])
    if isinstance(of, Decision):
        notified(of, by=by, at=at)
    else:
        received(of, received_on, by=by, at=at)


def _ready_at(of: Posted) -> datetime:
    """Since when there is something to post."""
    at = of.released_at if isinstance(of, Decision) else of.opened_at
    assert at is not None
    return at


def _lock(of: Posted, by: Any) -> None:
    if isinstance(of, Decision):
        lock_decision(of)
    else:
        lock_procedure(of)
    if not permissions.can_post(by, of):
        raise PermissionDenied("post_letter")


def _need_day(day: date, first: date, last: date, field: str) -> None:
    if not first <= day <= last:
        raise Refused(
            _("Indiquez un jour compris entre le %(first)s et aujourd’hui.") % {"first": f"{first:%d/%m/%Y}"},
            code="N06",
            field=field,
        )
