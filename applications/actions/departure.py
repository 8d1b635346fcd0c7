"""Verbs of a dossier that goes away and comes back: abandon and resume a draft, withdraw and reinstate a deposit."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_reason, need_step

from .. import permissions
from ..models import Application, Departure
from .locks import lock_dossier
from .openings import close_parts


@transaction.atomic
def abandon(application: Application, reason: str = "", *, by: Any, at: datetime | None = None) -> Departure:
    """Takes a draft out of everybody's sight, until it is resumed or purged. With a reason where others wrote in it."""
    at = lock_dossier(application, at)
    need_step(application, "abandon", by)
    if permissions.shared(application, by):
        reason = need_reason(reason)
    move(application, "abandon", by)
    application.abandoned_at = at
    application.save(update_fields=["state", "abandoned_at"])
    left = _leave(application, Departure.Kind.ABANDONED, reason, by, at)
    record("application.abandoned", application, by=by, at=at, **_facts(application, left))
    return left


@transaction.atomic
def resume(application: Application, *, by: Any, at: datetime | None = None) -> None:
    """Brings an abandoned draft back as it was, within thirty days; the cut-off of its wave is what it is."""
    at = lock_dossier(application, at)
    need_step(application, "resume", by)
    assert application.abandoned_at is not None  # of an abandoned one
    until = clock.days_from(application.abandoned_at, Application.RESTORABLE_DAYS)
    if at >= until:
        raise Refused(
            _("Ce brouillon ne peut plus être repris : le délai est passé depuis le %(until)s.")
            % {"until": clock.paris(until)},
            code="D02",
        )
    move(application, "resume", by)
    application.abandoned_at = None
    application.save(update_fields=["state", "abandoned_at"])
    left = _return(application, "", by, at)
    record("application.resumed", application, by=by, at=at, **_facts(application, left))


@transaction.atomic
def withdraw(application: Application, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """The coordinator's legal representative takes the dossier back; what was deposited stays readable."""
    at = lock_dossier(application, at)
    if not permissions.can_withdraw(by, application):
        raise PermissionDenied
    reason = need_reason(reason)
    move(application, "withdraw", by)
    application.withdrawn_at = at
    application.save(update_fields=["state", "withdrawn_at"])
    close_parts(application)
    left = _leave(application, Departure.Kind.WITHDRAWN, reason, by, at)
    record("application.withdrawn", application, by=by, at=at, **_facts(application, left))


@transaction.atomic
def reinstate(application: Application, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Takes a withdrawal back, before the cut-off: the version deposited counts again, at the instant of its deposit."""
    at = lock_dossier(application, at)
    need_step(application, "reinstate", by)
    if at >= application.wave.closes_at:
        raise Refused(
            _("La relève est close depuis le %(cutoff)s, heure de Paris : le retrait est définitif.")
            % {"cutoff": clock.paris(application.wave.closes_at)},
            code="R01",
        )
    reason = need_reason(reason)
    move(application, "reinstate", by)
    application.withdrawn_at = None
    application.save(update_fields=["state", "withdrawn_at"])
    left = _return(application, reason, by, at)
    record("application.reinstated", application, by=by, at=at, **_facts(application, left))


def _leave(application: Application, kind: Departure.Kind, reason: str, by: Any, at: datetime) -> Departure:
    return Departure.objects.create(application=application, kind=kind, reason=reason.strip(), left_by=by, left_at=at)


def _return(application: Application, reason: str, by: Any, at: datetime) -> Departure:
    left = application.departures.get(returned_at=None)
    left.returned_by, left.returned_at, left.returned_reason = by, at, reason
    left.save(update_fields=["returned_by", "returned_at", "returned_reason"])
    return left


def _facts(application: Application, left: Departure) -> dict[str, Any]:
    return {"state": application.state, "departure": left.pk, "version": application.version_id}
