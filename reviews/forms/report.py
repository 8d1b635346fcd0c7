"""The report of an expert: a mark and a comment for each criterion, and their notes."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import CallSettings, Criterion
from edsh_portal.forms import Form, Over

from .. import sheet
from ..actions.cells import JURY, MOST_COMMENT, key_of
from ..models import Review
from .fields import AREA, mark_field

NOTES = {
    "jury": (
        sheet.NOTES["jury"],
        _(
            "La présidence du jury et les services instructeurs la lisent une fois l’évaluation verrouillée ; jamais les établissements."
        ),
    ),
    "private": (sheet.NOTES["private"], _("Vous seul les lisez : ni le jury, ni les services instructeurs.")),
}


def jury_text(review: Review) -> str:
    return next((row.text for row in review.last_texts if row.key == JURY and not row.aside), "")


def private_text(review: Review) -> str:
    return review.private_note.text if hasattr(review, "private_note") else ""


class GridForm(Over, Form):
    """One mark and one comment per criterion; any of them may wait."""

    def __init__(
        self, data: Any = None, *, review: Review, settings: CallSettings, criteria: Sequence[Criterion]
    ) -> None:
        super().__init__(data)
        self.criteria = criteria
        kept = {score.criterion_id: score for score in review.scores.all()}
        for criterion in criteria:
            number, score = criterion.number, kept.get(criterion.pk)
            self.fields[f"value_{number}"] = mark_field(settings.scale_max, _("Note de 0 à %(most)s"))
            self.fields[f"comment_{number}"] = forms.CharField(
                label=_("Commentaire (%(least)s caractères au moins)") % {"least": settings.min_comment_chars},
                required=False,
                max_length=MOST_COMMENT,
                widget=forms.Textarea(attrs=AREA),
            )
            if score is not None:
                self.initial.update({f"value_{number}": score.value, f"comment_{number}": score.comment})
        for which, (label, hint) in NOTES.items():
            area = forms.Textarea(attrs={"rows": 2})
            self.fields[f"notes_{which}"] = forms.CharField(
                label=label, help_text=hint, required=False, max_length=MOST_COMMENT, widget=area
            )
        self.initial.update({"notes_jury": jury_text(review), "notes_private": private_text(review)})
        self.asked_later = tuple(
            name
            for name in self.fields
            if name.startswith("value_") or (settings.min_comment_chars and name.startswith("comment_"))
        )

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        numbers = [(criterion, criterion.number) for criterion in self.criteria]
        return [{"criterion": one, "value": self[f"value_{n}"], "comment": self[f"comment_{n}"]} for one, n in numbers]

    @property
    def notes(self) -> list[Any]:
        return [self[f"notes_{which}"] for which in NOTES]

    def keys(self) -> dict[str, str]:
        """{field: the key of its cell}"""
        return {name: key_of(name) for name in self.fields}

    def carry(self, versions: Mapping[str, int]) -> None:
        """`versions` {key: version in place}, for the engine that saves each cell as it is typed."""
        for name, key in self.keys().items():
            self.fields[name].widget.attrs |= {"data-key": key, "data-version": str(versions.get(key, 0))}

    def held(self) -> str:
        """For a form that comes back refused: {key: what is saved}, as JSON."""
        texts = {key: self.initial.get(name) for name, key in self.keys().items()}
        return json.dumps({key: "" if held is None else str(held) for key, held in texts.items()})
