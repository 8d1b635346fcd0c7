"""The verb that changes marks of a locked report after its dossier was heard: each with its reason, what it was being kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions, schedules
from ..models import Review, Revision
from .cells import columns
from .locks import lock_rows, need_in_review


@transaction.atomic
def revise_marks(
    review: Review, marks: Mapping[int, tuple[int | None, str]], *, by: Any, at: datetime | None = None
) -> list[Revision]:
    """`marks`: {number of a criterion: (mark, reason)}; those that are as they were are left alone. The ranking takes them in when it is
    computed again, which the closing of the session asks for."""
    application = review.assignment.application
    at = lock_rows(application, at, review.assignment, review)
    if not permissions.can_revise(by, review):
        raise PermissionDenied
    need_in_review(application, at)
    heard = schedules.heard(application)
    if heard is None or not schedules.is_over(heard, at):
        raise Refused(
            _("L’audition de ce dossier n’a pas encore eu lieu : vos notes restent verrouillées."), code="R55"
        )
    scores = {score.criterion.number: score for score in review.scores.select_related("criterion")}
    made = []
    for number, (value, reason) in sorted(marks.items()):
        score = scores.get(number)
        if score is None or value == score.value:
            continue
        columns(application.wave.settings)["value"].check(value, f"value_{number}")
        if value is None:
            raise Refused(
                _("Donnez la note du critère %(number)s.") % {"number": number}, code="R54", field=f"value_{number}"
            )
        if not reason.strip():
            said = _("Dites pourquoi la note du critère %(number)s change.") % {"number": number}
            raise Refused(said, code="R55", field=f"reason_{number}")
        row = Revision.objects.create(
            score=score, before=score.value or 0, after=value, reason=reason.strip(), summons=heard, at=at
        )
        score.value = value
        score.save(update_fields=["value"])
        made.append(row)
    if not made:
        raise Refused(_("Aucune note n’a changé."), code="R55")
    changed = [row.score.criterion.number for row in made]
    record("review.revised", review, by=by, at=at, application=application.pk, criteria=changed, hearing=heard.pk)
    return made
