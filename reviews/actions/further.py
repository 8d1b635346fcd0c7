"""One more expert where reports diverge (R56): the portal proposes the best fit, an officer asks them or sets the proposal aside."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Step, move, need_reason, portal_only, steps

from .. import permissions, staffing
from ..models import Assignment, Discussion, FurtherExpert
from .assignment import assign
from .locks import lock_rows


def _answers(user: Any, further: FurtherExpert) -> bool:
    return permissions.can_assign(user)


FURTHER_STEPS = steps(
    "furtherexpert",
    FurtherExpert,
    [
        Step("propose", ("",), "proposed", portal_only, gettext_lazy("Proposer un expert de plus")),
        Step("accept", ("proposed",), "accepted", _answers, gettext_lazy("Confier le dossier à cette personne")),
        Step("dismiss", ("proposed",), "dismissed", _answers, gettext_lazy("Écarter la proposition"), reason=True),
    ],
)


def propose_further(discussion: Discussion, at: datetime) -> FurtherExpert | None:
    """Inside the verb that opens the discussion, under the lock of its dossier, before its event. None when nobody has room, skills
    declared and no link."""
    best = next(iter(staffing.replacements(discussion.application, clock.civil(at), 1)), None)
    if best is None:
        return None
    further = FurtherExpert(
        discussion=discussion,
        expert=best.person,
        met=best.met,
        load=best.load,
        capacity=best.person.profile.capacity,
        state="",
        proposed_at=at,
    )
    move(further, "propose", None)
    further.save(force_insert=True)
    return further


@transaction.atomic
def accept_further(further: FurtherExpert, *, by: Any, at: datetime | None = None) -> Assignment:
    """Asks them, with all that asking needs: a link found since refuses, or waits for the chair."""
    discussion = further.discussion
    at = lock_rows(discussion.application, at, discussion, further)
    move(further, "accept", by)
    assignment = assign(discussion.application, further.expert, by=by, at=at)
    _answer(further, by, at)
    record(
        "further.accepted", discussion, by=by, at=at, application=discussion.application_id, assignment=assignment.pk
    )
    return assignment


@transaction.atomic
def dismiss_further(further: FurtherExpert, reason: str, *, by: Any, at: datetime | None = None) -> None:
    discussion = further.discussion
    at = lock_rows(discussion.application, at, discussion, further)
    move(further, "dismiss", by)
    further.reason = need_reason(reason)
    _answer(further, by, at)
    record("further.dismissed", discussion, by=by, at=at, application=discussion.application_id)


def _answer(further: FurtherExpert, by: Any, at: datetime) -> None:
    further.answered_by, further.answered_at = by, at
    further.save(update_fields=["state", "answered_by", "answered_at", "reason"])
