"""What people fill in during the evaluation."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import CallSettings, Criterion
from edsh_portal.clock import PARIS
from edsh_portal.forms import Form, Over

from .actions.cells import JURY, MOST_COMMENT, key_of
from .models import RankingLine, Review

AREA = {"rows": 3}


class DeclarationForm(Form):
    conflict = forms.ChoiceField(
        label=_("Vos liens avec les établissements et les personnes de ce dossier"),
        choices=[("no", _("Je n’ai aucun lien d’intérêts")), ("yes", _("J’ai un lien d’intérêts : je me déporte"))],
        widget=forms.RadioSelect,
    )
    statement = forms.CharField(
        label=_("Déclaration"),
        max_length=4000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_(
            "Indiquez votre employeur, vos collaborations des cinq dernières années, vos liens "
            "familiaux ou financiers, ou l’absence de tout lien."
        ),
    )
    confidentiality = forms.BooleanField(
        label=_("Je m’engage à garder ce dossier confidentiel et à n’en confier aucun contenu à un service extérieur"),
        required=False,
    )


class RecusalForm(Form):
    reason = forms.CharField(label=_("Motif"), max_length=2000, widget=forms.Textarea(attrs=AREA))


def _mark(most: int, words: Any) -> forms.IntegerField:
    wrong = _("Donnez une note entière de 0 à %(most)s.") % {"most": most}
    return forms.IntegerField(
        label=words % {"most": most},
        required=False,
        min_value=0,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )


NOTES = {
    "jury": (
        _("Note confidentielle au jury"),
        _(
            "La présidence du jury et les services instructeurs la lisent une fois l’évaluation verrouillée ; jamais les établissements."
        ),
    ),
    "private": (_("Notes privées"), _("Vous seul les lisez : ni le jury, ni les services instructeurs.")),
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
            self.fields[f"value_{number}"] = _mark(settings.scale_max, _("Note de 0 à %(most)s"))
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


class ExpertFilter(Form):
    q = forms.CharField(label=_("Nom ou employeur"), required=False, max_length=100)


class AssignForm(Form):
    """The expert is chosen among rows drawn by the page: those tied to the dossier are shown, greyed, with the fact."""

    expert = forms.TypedChoiceField(label=_("Personne"), coerce=int)
    due_on = forms.DateField(
        label=_("Évaluation attendue le"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: Any = None, *, experts: Sequence[Any], linked: Mapping[int, str], today: date, days: int
    ) -> None:
        super().__init__(data, initial={"due_on": today + timedelta(days=days)})
        self.fields["expert"].choices = [(e.pk, e.full_name) for e in experts]
        self.linked = linked

    def due_at(self) -> datetime:
        """The end of that day in Paris."""
        return datetime.combine(self.cleaned_data["due_on"], time(23, 59, 59), tzinfo=PARIS)


class OpinionForm(Form):
    text = forms.CharField(
        label=_("Avis sur la pertinence des données partagées"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, data: Any = None, *, scale_max: int) -> None:
        super().__init__(data)
        self.fields["value"] = _mark(scale_max, _("Note indicative, de 0 à %(most)s"))
        self.order_fields(["value", "text"])


class ListForm(Over, Form):
    list = forms.ChoiceField(label=_("Liste"), choices=RankingLine.List.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire lorsqu’un dossier moins bien classé est sur une meilleure liste."),
    )


class MinutesForm(Form):
    minutes = forms.CharField(
        label=_("Relevé de délibération"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Indiquez les présents, les déports, les débats et les conclusions. Ce relevé est conservé avec la liste."
        ),
    )


class VoteForm(Form):
    """The order of dossiers that nothing parts: one place each, and the reason of the vote."""

    reason = forms.CharField(label=_("Motif du vote"), max_length=2000, widget=forms.Textarea(attrs=AREA))

    def __init__(self, data: Any = None, *, lines: Sequence[RankingLine]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            self.fields[f"place_{line.pk}"] = forms.IntegerField(
                label=str(line.application),
                min_value=1,
                max_value=len(lines),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number"}),
            )
        self.order_fields([f"place_{line.pk}" for line in lines])

    def clean(self) -> dict[str, Any]:
        places = [self.cleaned_data.get(f"place_{line.pk}") for line in self.lines]
        if None not in places and len(set(places)) != len(places):
            raise forms.ValidationError(_("Donnez une place différente à chaque dossier."))
        return self.cleaned_data

    def in_order(self) -> list[RankingLine]:
        return sorted(self.lines, key=lambda line: self.cleaned_data[f"place_{line.pk}"])
