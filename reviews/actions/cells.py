"""The cells of a report, a mark or a comment each: what one accepts, and how it is written over what was read, every text kept."""

import re
from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
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
from ..models import PrivateNote, Review, Score, ScoreVersion
from .locks import lock_rows, need_in_review

KEY = re.compile(r"scores\.([0-9]{1,4})\.(value|comment)")
JURY, PRIVATE = "notes.jury", "notes.private"
MOST_COMMENT = 4000
BETWEEN = "\n\n"  # two notes to oneself that met


def key_of(name: str) -> str:
    """The key of a field of the grid: « value_3 », « comment_3 », « notes_jury »."""
    column, _dash, which = name.partition("_")
    return f"notes.{which}" if column == "notes" else f"scores.{which}.{column}"


class Cell(NamedTuple):
    """`column` of a criterion, « value » or « comment »; « jury » or « private », a note that is of none."""

    criterion: Criterion | None
    column: str

    @property
    def key(self) -> str:
        return f"scores.{self.criterion.number}.{self.column}" if self.criterion else f"notes.{self.column}"

    @property
    def name(self) -> str:
        """As the grid names its field."""
        return f"{self.column}_{self.criterion.number}" if self.criterion else f"notes_{self.column}"


def columns(settings: CallSettings) -> dict[str, Field]:
    """What a mark, a comment and a note accept."""
    scale = _("Donnez une note entière de 0 à %(most)s.") % {"most": settings.scale_max}
    return {
        "value": Number(words=_("Note"), most=settings.scale_max, code="R54", sentence=scale),
        "comment": Text(words=_("Commentaire"), most=MOST_COMMENT, rows=3),
        "jury": Text(words=_("Note au jury"), most=MOST_COMMENT, rows=3),
        "private": Text(words=_("Note privée"), most=MOST_COMMENT, rows=3),
    }


def cell_of(grid: dict[int, Criterion], key: str) -> Cell:
    """Refused when no criterion of this grid has it."""
    if key in (JURY, PRIVATE):
        return Cell(None, key.removeprefix("notes."))
    found = KEY.fullmatch(key)
    criterion = grid.get(int(found[1])) if found else None
    if found is None or criterion is None:
        number = found[1] if found else key
        raise Refused(_("Le critère %(number)s n’est pas dans la grille.") % {"number": number}, code="R54")
    return Cell(criterion, found[2])


def lock_draft(review: Review, by: Any, at: datetime | None) -> datetime:
    """Locks dossier, assignment, report; the gate; then what a change of a report needs."""
    assignment = review.assignment
    at = lock_rows(assignment.application, at, assignment, review)
    review.assignment = assignment
    if not permissions.can_write(by, review):
        raise PermissionDenied
    if review.state == "locked":
        raise Refused(_("L’évaluation est verrouillée : elle ne change plus."), code="R55")
    need_in_review(assignment.application, at)
    return at


@transaction.atomic
def save_cells(review: Review, saves: Sequence[Save], *, by: Any, at: datetime | None = None) -> list[Any]:
    """Several cells as they are typed, all or none, each over the version that was read (no event: the rows say who and when).
    Answers the row of each, which may be kept aside; None for what was and stays empty."""
    at = lock_draft(review, by, at)
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
        self.note = PrivateNote.objects.filter(review=review).first()
        self.fresh: list[ScoreVersion] = []
        self.changed: set[Criterion] = set()

    def _note(self, row: ScoreVersion) -> None:
        if not row.aside:
            self.current[row.key] = row
        if row.key not in self.last or row.version > self.last[row.key].version:
            self.last[row.key] = row

    def value(self, cell: Cell) -> Any:
        if cell.criterion is None:
            note = self.note if cell.key == PRIVATE else self.current.get(cell.key)
            return note.text if note else ""
        score = self.scores.get(cell.criterion.pk)
        return getattr(score, cell.column) if score else {"value": None, "comment": ""}[cell.column]

    def put(self, save: Save) -> Any:
        """The row of what became of it: its version, whether it is aside, when."""
        cell = cell_of(self.grid, save.key)
        if cell.key == PRIVATE:
            return self._note_to_oneself(cell, save)
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
        if cell.criterion is not None:
            self.scores.setdefault(cell.criterion.pk, Score(review=self.review, criterion=cell.criterion))
            setattr(self.scores[cell.criterion.pk], cell.column, value)
            self.changed.add(cell.criterion)
        return self._next(cell, text, seen, save.save_id)

    def _note_to_oneself(self, cell: Cell, save: Save) -> Any:
        """Put over what was read. What another tab had put there meanwhile is not lost: this comes below it, and is said saved over
        what it had read, so that its page takes both."""
        text, note = self.columns["private"].read(save.said, cell.name), self.note
        if note is None:
            self.note = PrivateNote.objects.create(review=self.review, text=text, version=1, at=self.at)
            return SimpleNamespace(version=1, aside=False, at=self.at)
        seen = note.version if save.read_version is None else save.read_version
        if f"{BETWEEN}{text}{BETWEEN}" not in f"{BETWEEN}{note.text}{BETWEEN}":
            note.text = text if seen == note.version else f"{note.text}{BETWEEN}{text}"
            note.version, note.at = note.version + 1, self.at
            note.save(update_fields=["text", "version", "at"])
        return SimpleNamespace(version=note.version if text == note.text else seen, aside=False, at=self.at)

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
