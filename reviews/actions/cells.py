"""The cells of a report, a mark or a comment each: what one accepts, and how it is written over what was read, every text kept."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.content.fields import Field, Text
from applications.content.fields.kinds import Number
from calls.models import CallSettings, Criterion
from edsh_portal.workflow import Refused
from edsh_portal.writing import Save, fate

from .. import permissions
from ..models import Review, Score, ScoreVersion
from .hold import hold, need_in_review

KEY = re.compile(r"scores\.([0-9]{1,4})\.(value|comment)")
MOST_COMMENT = 4000


class Cell(NamedTuple):
    """`column` of a criterion: « value » or « comment »."""

    criterion: Criterion
    column: str

    @property
    def key(self) -> str:
        return f"scores.{self.criterion.number}.{self.column}"

    @property
    def name(self) -> str:
        """As the grid names its field."""
        return f"{self.column}_{self.criterion.number}"


def columns(settings: CallSettings) -> dict[str, Field]:
    """What a mark and a comment accept."""
    scale = _("Donnez une note entière de 0 à %(most)s.") % {"most": settings.scale_max}
    return {
        "value": Number(words=_("Note"), most=settings.scale_max, code="R54", sentence=scale),
        "comment": Text(words=_("Commentaire"), most=MOST_COMMENT, rows=3),
    }


def cell_of(grid: dict[int, Criterion], key: str) -> Cell:
    """Refused when no criterion of this grid has it."""
    found = KEY.fullmatch(key)
    criterion = grid.get(int(found[1])) if found else None
    if found is None or criterion is None:
        number = found[1] if found else key
        raise Refused(_("Le critère %(number)s n’est pas dans la grille.") % {"number": number}, code="R54")
    return Cell(criterion, found[2])


def hold_draft(review: Review, by: Any, at: datetime | None) -> datetime:
    """Locks dossier, assignment, report; the gate; then what a change of a report needs."""
    assignment = review.assignment
    at = hold(assignment.application, at, assignment, review)
    review.assignment = assignment
    if not permissions.can_write(by, review):
        raise PermissionDenied
    if review.state == "locked":
        raise Refused(_("L’évaluation est verrouillée : elle ne change plus."), code="R55")
    need_in_review(assignment.application, at)
    return at


@transaction.atomic
def save_cells(
    review: Review, saves: Sequence[Save], *, by: Any, at: datetime | None = None
) -> list[ScoreVersion | None]:
    """Several cells as they are typed, all or none, each over the version that was read (no event: the rows say who and when).
    Answers the row of each, which may be kept aside; None for what was and stays empty."""
    at = hold_draft(review, by, at)
    pen = Pen(review, at, saves)
    became = [pen.put(save) for save in saves]
    pen.write()
    return became


class Pen:
    """Writes cells of a report that is held: what is in place is read once, and what was put is stored at the end."""

    def __init__(self, review: Review, at: datetime, saves: Sequence[Save] = ()) -> None:
        settings = review.assignment.application.wave.settings
        self.review, self.at, self.columns = review, at, columns(settings)
        self.grid = {criterion.number: criterion for criterion in settings.criteria.all()}
        self.scores = {score.criterion_id: score for score in review.scores.all()}
        ids = [save.save_id for save in saves if save.save_id]
        self.sent = {row.save_id: row for row in review.texts.filter(save_id__in=ids)} if ids else {}
        self.current: dict[str, ScoreVersion] = {}
        self.last: dict[str, ScoreVersion] = {}
        for row in review.texts.last_of_each():
            self._note(row)
        self.fresh: list[ScoreVersion] = []
        self.changed: set[Criterion] = set()

    def _note(self, row: ScoreVersion) -> None:
        if not row.aside:
            self.current[row.key] = row
        if row.key not in self.last or row.version > self.last[row.key].version:
            self.last[row.key] = row

    def value(self, cell: Cell) -> Any:
        score = self.scores.get(cell.criterion.pk)
        return getattr(score, cell.column) if score else {"value": None, "comment": ""}[cell.column]

    def put(self, save: Save) -> ScoreVersion | None:
        cell = cell_of(self.grid, save.key)
        if save.save_id in self.sent:
            return self.sent[save.save_id]
        field, current = self.columns[cell.column], self.current.get(cell.key)
        value = field.read(save.said, cell.name)
        version, text, in_place = current.version if current else 0, field.text(value), field.text(self.value(cell))
        goes_on = current is not None and current.save_id in save.after
        seen = version if save.read_version is None or goes_on else save.read_version

        def shown(read: int) -> str:
            held = self.review.texts.filter(key=cell.key, version=read).values_list("text", flat=True).first()
            return held or ""

        waits = current is not None and self.last[cell.key].aside
        match fate(text, in_place, version=version, seen=seen, shown=shown):
            case "aside":
                return self._next(cell, text, seen, save.save_id, aside=True)
            case "same" if not (waits and seen == version):  # else: the one in place is chosen
                return current
            case "left":
                return current
        if current is None and in_place:  # what was written before texts were kept
            self._next(cell, in_place, 0, None)
        self.scores.setdefault(cell.criterion.pk, Score(review=self.review, criterion=cell.criterion))
        setattr(self.scores[cell.criterion.pk], cell.column, value)
        self.changed.add(cell.criterion)
        return self._next(cell, text, seen, save.save_id)

    def _next(self, cell: Cell, text: str, seen: int, save_id: UUID | None, aside: bool = False) -> ScoreVersion:
        """The next row of the history of a cell, not stored yet."""
        last = self.last[cell.key].version if cell.key in self.last else 0
        row = ScoreVersion(review=self.review, key=cell.key, version=last + 1, text=text, aside=aside, at=self.at)
        row.read_version, row.save_id = min(seen, last), save_id
        self.fresh.append(row)
        self._note(row)
        return row

    def write(self) -> None:
        """Stores the texts, and the marks and comments that changed."""
        if not self.fresh:
            return
        ScoreVersion.objects.bulk_create(self.fresh)
        rows = [self.scores[criterion.pk] for criterion in sorted(self.changed, key=lambda one: one.number)]
        Score.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["review", "criterion"], update_fields=["value", "comment"]
        )
        self.review.saved_at = self.at
        self.review.save(update_fields=["saved_at"])


def settle_cell(
    review: Review, kept: ScoreVersion, text: str, *, over: int, by: Any, at: datetime | None = None
) -> Any:
    """Chooses what stays of a text in place and of the one `kept` aside; `over`: the version in place that was shown."""
    return save_cells(review, [Save(kept.key, text, over)], by=by, at=at)[0]
