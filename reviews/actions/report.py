"""Verbs of the report and of the Health Data Hub's opinion: save, lock, advise."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application
from calls.models import Criterion
from edsh_portal.changes import over
from edsh_portal.events import record
from edsh_portal.workflow import Refused, Step, move, steps
from edsh_portal.writing import Save

from .. import permissions
from ..models import JuryNote, Opinion, PrivateNote, Review, Score, Session
from .cells import JURY, Pen, cell_of, columns, key_of, lock_draft
from .confirmation import need_confirmed
from .locks import lock_rows, need_in_review

Marks = Mapping[Criterion | int, tuple[int | None, str]]  # {criterion or its number: (mark or None, comment)}
Cells = dict[str, int | str | None]  # {« value_3 » or « comment_3 »: what it holds}: as the grid names its fields
HDH_CRITERION = 12  # « pertinence des données partagées avec le HDH »: the only one it advises on (CALL.md §1.5)


def _declares(user: Any, review: Review) -> bool:
    return permissions.is_theirs(user, review.assignment)


REVIEW_STEPS = steps(
    "review",
    Review,
    [
        Step("open", ("",), "draft", _declares, gettext_lazy("Ouvrir l’évaluation")),
        Step("lock", ("draft",), "locked", permissions.can_write, gettext_lazy("Verrouiller l’évaluation")),
        Step("reopen", ("locked",), "draft", permissions.can_reopen, gettext_lazy("Rouvrir l’évaluation"), reason=True),
    ],
)


def cells(marks: Marks) -> Cells:
    found: Cells = {}
    for key, (value, comment) in marks.items():
        number = key.number if isinstance(key, Criterion) else key
        found |= {f"value_{number}": value, f"comment_{number}": comment.strip()}
    return found


@transaction.atomic
def save_review(
    review: Review, marks: Marks | Cells, *, read: Cells | None = None, by: Any, at: datetime | None = None
) -> None:
    """Keeps marks and comments as they stand, complete or not: whole criteria, or cells of the grid over what the page had shown of
    them, `read` (W04 when one was changed meanwhile: the same expert, in another tab)."""
    at = lock_draft(review, by, at)
    pen = Pen(review, at)
    typed: Cells = marks if all(isinstance(name, str) for name in marks) else cells(marks)  # type: ignore[assignment, arg-type]  # told apart by its keys, which are all of one kind
    found = {name: cell_of(pen.grid, key_of(name)) for name in typed}
    current = {name: pen.value(cell) for name, cell in found.items()}
    for name, value in over(current, typed, read).items():
        pen.put(Save(found[name].key, value))
    pen.write()
    review.saved_at = at
    review.save(update_fields=["saved_at"])
    _saved(pen, by)


def _saved(pen: Pen, by: Any) -> None:
    given = pen.review.scores.filter(value__isnull=False).count()
    application = pen.review.assignment.application_id
    record("review.saved", pen.review, by=by, at=pen.at, application=application, given=given, of=len(pen.grid))


@transaction.atomic
def take_sheets(saves: Mapping[Review, Sequence[Save]], *, by: Any, at: datetime | None = None) -> list[Review]:
    """What sheets filled away from the portal say of several reports, all or none, each cell over the version that its sheet was
    written from: what was typed here since is kept beside. Answers the reports where two texts wait for a choice."""
    waiting = []
    for review in sorted(saves, key=lambda one: one.assignment.application_id):
        at = lock_draft(review, by, at)
        pen = Pen(review, at, saves[review])
        noted = pen.note and pen.note.version
        for save in saves[review]:
            pen.put(save)
        pen.write()
        if pen.fresh or (pen.note and pen.note.version) != noted:
            _saved(pen, by)
        if any(save.key in pen.last and pen.last[save.key].aside for save in saves[review]):
            waiting.append(review)
    return waiting


@transaction.atomic
def lock_review(review: Review, *, by: Any, at: datetime | None = None) -> None:
    """Ends the report: every criterion marked and commented (R54); nothing of it changes after (R55)."""
    at = lock_draft(review, by, at)
    settings = review.assignment.application.wave.settings
    scores = {score.criterion_id: score for score in review.scores.all()}
    for criterion in settings.criteria.order_by("number"):
        _need_complete(criterion, scores.get(criterion.pk), settings.min_comment_chars)
    need_confirmed(review)
    note = review.texts.filter(key=JURY, aside=False).order_by("-version").first()
    if note is not None and note.text:
        JuryNote.objects.create(review=review, text=note.text)
    move(review, "lock", by)
    review.locked_at = at
    review.save(update_fields=["state", "locked_at"])
    record("review.locked", review, by=by, at=at, state=review.state, application=review.assignment.application_id)


def purge_private_notes(session: Session) -> int:
    """The session of the jury is closed: what experts wrote for themselves goes, unless the call keeps it."""
    wave = session.wave
    if wave.settings.keep_private_notes:
        return 0
    return PrivateNote.objects.filter(review__assignment__application__wave=wave).delete()[0]


def _need_complete(criterion: Criterion, score: Score | None, least: int) -> None:
    if score is None or score.value is None:
        raise Refused(
            _("Donnez la note du critère %(number)s.") % {"number": criterion.number},
            code="R54",
            field=f"value_{criterion.number}",
            criterion=criterion.number,
        )
    if len(score.comment) < least:
        raise Refused(
            ngettext(
                "Le commentaire du critère %(number)s compte %(count)s caractère : il en faut au moins %(least)s.",
                "Le commentaire du critère %(number)s compte %(count)s caractères : il en faut au moins %(least)s.",
                len(score.comment),
            )
            % {"number": criterion.number, "count": len(score.comment), "least": least},
            code="R54",
            field=f"comment_{criterion.number}",
            criterion=criterion.number,
        )


@transaction.atomic
def give_opinion(
    application: Application, value: int | None, text: str, *, by: Any, at: datetime | None = None
) -> Opinion:
    """The Health Data Hub's advice on criterion 12, until the session closes; a new one follows the last."""
    at = lock_rows(application, at)
    if not permissions.can_give_opinion(by, application):
        raise PermissionDenied
    need_in_review(application, at)
    criterion = application.wave.settings.criteria.filter(number=HDH_CRITERION).first()
    if criterion is None:
        raise Refused(_("La grille de cette relève n’a pas de critère 12."), code="R54")
    if not text.strip():
        raise Refused(_("Rédigez l’avis : la note doit être motivée."), code="R54", field="text")
    columns(application.wave.settings)["value"].check(value, "value")
    opinion = Opinion.objects.create(
        application=application,
        criterion=criterion,
        version=application.opinions.count() + 1,
        value=value,
        text=text.strip(),
        by=by,
        at=at,
    )
    record("opinion.given", opinion, by=by, at=at, application=application.pk, version=opinion.version)
    return opinion
