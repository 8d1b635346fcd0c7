"""What people fill in during the evaluation."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import CallSettings, Criterion
from edsh_portal.clock import PARIS
from edsh_portal.forms import Form, Over

from .models import Assignment, Profile, RankingLine, Review, Tie

AREA = {"rows": 3}


def _day(label: Any, **told: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **told)


class ProfileForm(Form):
    skills = forms.MultipleChoiceField(label=_("Vos compétences"), widget=forms.CheckboxSelectMultiple)
    capacity = forms.IntegerField(
        label=_("Dossiers au plus par relève"),
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number", "autocomplete": "off"}),
    )
    available_from = _day(_("Disponible à partir du"), help_text=_("Vide : dès maintenant."))
    available_until = _day(_("Disponible jusqu’au"), help_text=_("Vide : sans limite."))
    languages = forms.MultipleChoiceField(
        label=_("Langues dans lesquelles vous évaluez"),
        choices=Profile.Language.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    civility = forms.ChoiceField(
        label=_("Civilité"),
        choices=[("", _("Je préfère ne pas le dire")), *Profile.Civility.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Elle ne sert qu’à compter la parité de l’ensemble : personne ne la lit à votre nom."),
    )

    def __init__(self, data: Any = None, *, skills: Sequence[tuple[str, str]], profile: Profile | None) -> None:
        names = ("skills", "capacity", "available_from", "available_until", "languages", "civility")
        held = {name: getattr(profile, name) for name in names} if profile else {"languages": ["fr"]}
        super().__init__(data, initial=held)
        self.fields["skills"].choices = skills


class TieForm(Form):
    kind = forms.ChoiceField(label=_("Nature du lien"), choices=Tie.Kind.choices, widget=forms.RadioSelect)
    body = forms.CharField(label=_("Organisme"), max_length=200)
    siren = forms.CharField(
        label=_("SIREN"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-10"}),
        help_text=_("Neuf chiffres ; il évite de confondre deux organismes du même nom."),
    )
    since_on = _day(_("Depuis le"))
    until_on = _day(_("Jusqu’au"), help_text=_("Vide : ce lien dure encore."))


class ExpertsFilter(Form):
    q = forms.CharField(label=_("Nom ou employeur"), required=False, max_length=100)
    skill = forms.ChoiceField(label=_("Compétence"), required=False)

    def __init__(self, data: Any = None, *, skills: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["skill"].choices = [("", _("Toutes")), *skills]


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
    cause = forms.ChoiceField(label=_("Pourquoi"), choices=Assignment.Cause.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motif"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Indispensable pour un lien d’intérêts ou une autre raison."),
    )
    suggested = forms.CharField(
        label=_("Une personne qui pourrait évaluer ce dossier"),
        max_length=160,
        required=False,
        help_text=_("Son nom et son établissement ; le service instructeur reste libre de son choix."),
    )


class RulingForm(Form):
    allowed = forms.TypedChoiceField(
        label=_("Votre décision"),
        choices=[("yes", _("Cette personne peut évaluer le dossier")), ("no", _("Elle en est écartée"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
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
                max_length=4000,
                widget=forms.Textarea(attrs=AREA),
            )
            if score is not None:
                self.initial.update({f"value_{number}": score.value, f"comment_{number}": score.comment})
        self.asked_later = tuple(
            name for name in self.fields if settings.min_comment_chars or name.startswith("value_")
        )

    def rows(self) -> Iterator[dict[str, Any]]:
        for criterion in self.criteria:
            n = criterion.number
            yield {"criterion": criterion, "value": self[f"value_{n}"], "comment": self[f"comment_{n}"]}


class ExpertFilter(Form):
    q = forms.CharField(label=_("Nom ou employeur"), required=False, max_length=100)


class AllocationForm(Form):
    k = forms.IntegerField(
        label=_("Experts par dossier"),
        min_value=1,
        max_value=9,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Demandez de 1 à 9 experts par dossier.")
        ),
    )


class DueForm(Form):
    due_on = forms.DateField(
        label=_("Évaluation attendue le"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d"),
    )

    def due_at(self) -> datetime:
        """The end of that day in Paris."""
        return datetime.combine(self.cleaned_data["due_on"], time(23, 59, 59), tzinfo=PARIS)


class AssignForm(DueForm):
    """The expert is chosen among rows drawn by the page: those tied to the dossier are shown, greyed, with the fact."""

    expert = forms.TypedChoiceField(label=_("Personne"), coerce=int)

    def __init__(
        self, data: Any = None, *, experts: Sequence[Any], linked: Mapping[int, Any], today: date, days: int
    ) -> None:
        super().__init__(data, initial={"due_on": today + timedelta(days=days)})
        self.order_fields(["expert", "due_on"])
        self.fields["expert"].choices = [(e.pk, e.full_name) for e in experts]
        self.linked = linked


class SendForm(DueForm):
    def __init__(self, data: Any = None, *, today: date, days: int) -> None:
        super().__init__(data, initial={"due_on": today + timedelta(days=days)})


class NeedForm(Form):
    skills = forms.MultipleChoiceField(
        label=_("Compétences demandées aux experts"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, skills: Sequence[tuple[str, str]], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["skills"].choices = skills


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
