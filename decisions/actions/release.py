"""The release of sealed decisions: at once, or at an hour that the direction sets, moves and cancels (the embargo)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from edsh_portal import events
from edsh_portal.events import instant, record
from edsh_portal.models import Delivery
from edsh_portal.workflow import Refused, move, need_step

from ..models import Decision
from .decision import lock_decision


@transaction.atomic
def release(decisions: Iterable[Decision], *, by: Any, at: datetime | None = None) -> int:
    """The direction publishes sealed decisions: each is then notified as an obligation. How many were released."""
    released = 0
    for decision in _in_order(decisions):
        application = lock_decision(decision)
        need_step(decision, "release", by)
        if decision.release_at is not None:
            raise Refused(
                _("Une heure de publication est fixée pour la décision %(number)s : annulez-la d’abord.")
                % {"number": decision},
                code="N03",
                field="decisions",
            )
        _release(decision, application, by, at)
        released += 1
    _need_some(released)
    return released


@transaction.atomic
def release_planned(decision: Decision, due: datetime, *, at: datetime | None = None) -> bool:
    """The hour that was set has come: published in the name of who set it, when it is still that hour. Whether it was."""
    application = lock_decision(decision)
    if decision.state != Decision.State.RENDERED or decision.release_at != due:
        return False
    _release(decision, application, decision.release_planned_by, at)
    return True


def _release(decision: Decision, application: Application, by: Any, at: datetime | None) -> None:
    move(decision, "release", by)
    if application.state == Application.State.WITHDRAWN:
        raise Refused(
            _("Le dossier de la décision %(number)s a été retiré : retirez la décision au lieu de la publier.")
            % {"number": decision},
            code="N02",
            field="decisions",
        )
    decision.released_by, decision.released_at = by, instant(at, decision)
    decision.save(update_fields=["state", "released_by", "released_at"])
    record("decision.released", decision, by=by, at=decision.released_at, state=decision.state)


@transaction.atomic
def plan_release(decisions: Iterable[Decision], due: datetime, *, by: Any, at: datetime | None = None) -> int:
    """Sets the hour of their publication, or moves it: each is an obligation of that hour. How many.

    N04: an hour that has passed.
    """
    planned = 0
    for decision in _in_order(decisions):
        lock_decision(decision)
        need_step(decision, "release", by)
        now = instant(at, decision)
        if due <= now:
            raise Refused(
                _("Cette heure est déjà passée : choisissez-en une à venir, ou publiez maintenant."),
                code="N04",
                field="due",
            )
        decision.release_at, decision.release_planned_by = due, by
        decision.save(update_fields=["release_at", "release_planned_by"])
        told = {"state": decision.state, "release_at": due.isoformat()}
        record("decision.release_planned", decision, by=by, at=now, **told)
        planned += 1
    _need_some(planned)
    return planned


@transaction.atomic
def cancel_release(decisions: Iterable[Decision], *, by: Any, at: datetime | None = None) -> int:
    """No hour is set any more. How many."""
    cancelled = 0
    for decision in _in_order(decisions):
        lock_decision(decision)
        need_step(decision, "release", by)
        if decision.release_at is None:
            continue
        now = instant(at, decision)
        decision.release_at = decision.release_planned_by = None
        decision.save(update_fields=["release_at", "release_planned_by"])
        record("decision.release_cancelled", decision, by=by, at=now, state=decision.state)
        cancelled += 1
    _need_some(cancelled)
    return cancelled


@transaction.atomic
def restart(blocked: Iterable[Delivery], *, by: Any) -> int:
    """One more round of tries for what is blocked of the decisions. How many."""
    found = list(blocked)
    for delivery in found:
        events.unblock(delivery, by=by)
    return len(found)


def _in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """That in which dossiers are locked."""
    return sorted(decisions, key=lambda d: (d.application_id, d.pk))


def _need_some(count: int) -> None:
    if not count:
        raise Refused(_("Choisissez au moins une décision scellée à publier."), code="N01", field="decisions")
