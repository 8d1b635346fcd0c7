"""The expert's verb on a mark, over a later version of the dossier: kept as it is, or changed and why."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Criterion
from edsh_portal.events import record
from edsh_portal.workflow import Refused, need_reason
from edsh_portal.writing import Save

from .. import versions
from ..models import Confirmation, Review
from .cells import Cell, Pen, columns, lock_draft


@transaction.atomic
def confirm_mark(
    review: Review,
    criterion: Criterion,
    value: int,
    reason: str = "",
    *,
    shown: int,
    by: Any,
    at: datetime | None = None,
) -> Confirmation:
    """`shown`: the mark that its page had shown; another `value` changes it, with a reason."""
    at = lock_draft(review, by, at)
    found = versions.later(review)
    if found is None or criterion.number not in found.waiting:
        raise Refused(_("Aucun changement du dossier n’attend votre confirmation sur ce critère."), code="R55")
    pen, cell = Pen(review, at), Cell(criterion, "value")
    before = pen.value(cell)
    if before is None or before != shown:
        raise Refused(_("Votre note a changé entre-temps : relisez-la, puis confirmez."), code="W04", field="value")
    columns(review.assignment.application.wave.settings)["value"].check(value, "value")
    reason = reason.strip() if value == before else need_reason(reason)
    pen.put(Save(cell.key, str(value)))
    pen.write()
    confirmation = Confirmation.objects.create(
        review=review, criterion=criterion, version=found.version, before=before, value=value, reason=reason, at=at
    )
    record(
        "review.confirmed",
        review,
        by=by,
        at=at,
        application=review.assignment.application_id,
        version=found.version.pk,
        criterion=criterion.number,
    )
    return confirmation


def need_confirmed(review: Review) -> None:
    """Before a report is locked: nothing of a later version waits."""
    found = versions.later(review)
    if found and found.waiting:
        numbers = ", ".join(map(str, found.waiting))
        raise Refused(
            _("Le dossier a une nouvelle version : confirmez ou changez d’abord vos notes (critères : %(numbers)s).")
            % {"numbers": numbers},
            code="R55",
            field="later",
            waiting=found.waiting,
        )
