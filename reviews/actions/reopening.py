"""The chair's verb on a locked report: its lock is undone, with a reason; what it said stays."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_reason

from .. import permissions
from ..models import Assignment, Discussion, JuryNote, Reopening, Review, Session, in_words
from .locks import lock_rows, need_in_review


@transaction.atomic
def reopen_review(review: Review, reason: str, *, by: Any, at: datetime | None = None) -> Reopening:
    """Its expert may change it again, then locks it anew. Meanwhile it counts nowhere: ranking and consensus are out of date until
    their own verbs are asked again."""
    assignment, application = review.assignment, review.assignment.application
    at = lock_rows(application, at, assignment, review)
    review.assignment = assignment
    locked_at = review.locked_at
    move(review, "reopen", by)
    assert locked_at is not None  # it was locked
    _need_open(assignment, by, at)
    note = JuryNote.objects.filter(review=review).first()
    held = review.scores.order_by("criterion__number").values_list("criterion__number", "value", "comment")
    reopening = Reopening.objects.create(
        review=review,
        locked_at=locked_at,
        scores={str(number): [value, comment] for number, value, comment in held},
        jury_note=note.text if note else "",
        reason=need_reason(reason),
        by=by,
        at=at,
    )
    review.locked_at, review.reopened_at = None, at
    review.save(update_fields=["state", "locked_at", "reopened_at"])
    if note:
        note.delete()
    Discussion.objects.filter(application=application).update(reopened_at=at)
    record(
        "review.reopened", review, by=by, at=at, state=review.state, application=application.pk, reopening=reopening.pk
    )
    return reopening


def _need_open(assignment: Assignment, by: Any, at: datetime) -> None:
    """A report that counts, of a dossier to which the chair has no link (R50), while the session is not closed."""
    application = assignment.application
    Session.objects.select_for_update(no_key=True).filter(wave=application.wave_id).first()  # close_session() waits
    need_in_review(application, at)
    if assignment.state != Assignment.State.DECLARED:
        raise Refused(_("Cette évaluation n’est plus comptée : son expert n’a plus ce dossier."), code="R55")
    fact = permissions.conflict(by, application)
    if fact:
        raise Refused(
            _("Vous êtes en conflit d’intérêts avec %(dossier)s (%(fact)s) : une autre présidence doit en décider.")
            % {"dossier": application.reference, "fact": in_words(fact)},
            code="R50",
            fact=fact,
        )
