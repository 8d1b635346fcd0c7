"""What people fill in during the evaluation."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import CallSettings, Criterion
from edsh_portal.clock import PARIS
from edsh_portal.forms import CentsField, Form, Over
from edsh_portal.workflow import Refused

from .actions.cells import JURY, MOST_COMMENT, key_of
from .models import Assignment, Ballot, Profile, RankingLine, Review, Tie

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


def mark_field(most: int, words: Any) -> forms.IntegerField:
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
        self.fields["value"] = mark_field(scale_max, _("Note indicative, de 0 à %(most)s"))
        self.order_fields(["value", "text"])


def _as_named(refused: Refused, name: Callable[[int, str], str]) -> Refused:
    """What a verb of the lists refuses of a line, under the name that the form gives to its field."""
    told, line = refused.facts, refused.facts.get("line")
    field = name(line, refused.field) if refused.field and line else refused.field
    met = {name(*of): value for of, value in told.get("met", {}).items()}
    return Refused(refused.message, code=refused.code, field=field, **told | {"met": met})


class ListForm(Over, Form):
    list = forms.ChoiceField(label=_("Liste"), choices=RankingLine.List.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire lorsqu’un dossier moins bien classé est sur une meilleure liste."),
    )

    def refuse(self, refused: Refused) -> None:
        super().refuse(_as_named(refused, lambda _line, name: name))


class ListsForm(Over, Form):
    """The lists and reasons of a page of the ranking, in one form. Its fields stand in the rows, written there (`onto`): a widget for
    each would cost more than all the rest of the page."""

    def __init__(self, data: Any = None, *, lines: Sequence[Any]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            words = {"reference": line.application.reference}
            self.fields[f"list_{line.pk}"] = forms.ChoiceField(
                label=_("Liste de %(reference)s") % words,
                choices=[("", _("À classer")), *RankingLine.List.choices],
                required=False,
                initial=line.list,
            )
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                label=_("Motif de %(reference)s") % words, required=False, max_length=2000, initial=line.reason
            )

    def refuse(self, refused: Refused) -> None:
        super().refuse(_as_named(refused, lambda line, name: f"{name}_{line}"))

    def wanted(self) -> dict[int, dict[str, Any]]:
        """{line: {list, reason}} as typed; a dossier that waits for its list, and was shown so, is asked nothing."""
        typed = {name: value for name, value in self.typed().items() if value or self.data.get(f"initial-{name}")}
        return self._by_line(typed)

    def shown(self) -> dict[int, dict[str, Any]]:
        return self._by_line(self.read())

    def _by_line(self, values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for name, value in values.items():
            of, pk = name.split("_")
            found.setdefault(int(pk), {})[of] = value
        return found

    def onto(self, keeps_lists: bool = True) -> None:
        """Leaves on each line what its row shows: what was typed, over what, and what is wrong with it. A list that was refused as soon
        as it was pressed is not shown as chosen (`keeps_lists` false)."""
        for line in self.lines:
            own = {of: self[f"{of}_{line.pk}"] for of in ("list", "reason")}
            line.fields = own
            line.chosen = line.list if not keeps_lists else own["list"].value()
            line.written = own["reason"].value()
            line.over = {of: self.data.get(f"initial-{of}_{line.pk}", getattr(line, of)) for of in own}
            if not keeps_lists:
                line.over["list"] = line.list
            line.wrong = [error for one in own.values() for error in one.errors] if self.is_bound else []


class RemarkForm(Form):
    text = forms.CharField(label=_("Votre message"), max_length=4000, widget=forms.Textarea(attrs=AREA))


class RapporteurForm(Form):
    rapporteur = forms.TypedChoiceField(label=_("Rapporteur"), coerce=int)

    def __init__(self, data: Any = None, *, experts: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["rapporteur"].choices = list(experts)


class ConsensusForm(Form):
    """One mark a criterion, and what the experts agree on."""

    text = forms.CharField(label=_("Synthèse"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, data: Any = None, *, criteria: Sequence[Criterion], scale_max: int) -> None:
        super().__init__(data)
        self.criteria = criteria
        for criterion in criteria:
            field = mark_field(scale_max, _("Note de 0 à %(most)s"))
            field.label = f"{criterion}, {field.label}"
            self.fields[f"value_{criterion.number}"] = field
        self.asked_later = tuple(
            f"value_{criterion.number}" for criterion in criteria
        )  # the verb says which is missing
        self.order_fields([*self.asked_later, "text"])

    def marks(self) -> dict[int, int | None]:
        return {one.number: self.cleaned_data[f"value_{one.number}"] for one in self.criteria}


class PositionForm(Form):
    agrees = forms.ChoiceField(
        label=_("Ce rapport de consensus"),
        choices=[("yes", _("Je suis d’accord")), ("no", _("Je ne suis pas d’accord"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire en cas de désaccord."),
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


class PlacesForm(Form):
    """An order: one place for each dossier, and its reason."""

    reason = forms.CharField(
        label=_("Motif de l’ordre"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire lorsqu’un dossier passe avant un dossier mieux classé."),
    )

    def __init__(self, data: Any = None, *, lines: Sequence[RankingLine], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
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


class VoteForm(PlacesForm):
    """The order of dossiers that nothing parts: always reasoned."""

    reason = forms.CharField(label=_("Motif du vote"), max_length=2000, widget=forms.Textarea(attrs=AREA))


class SeatForm(Form):
    person = forms.EmailField(label=_("Adresse électronique de la personne"))


class WithdrawForm(Form):
    reason = forms.CharField(label=_("Motif du déport"), max_length=2000)


class MotionForm(Form):
    text = forms.CharField(label=_("Proposition"), max_length=400)
    cents = CentsField(label=_("Montant proposé"), required=False)


class VoiceForm(Form):
    voice = forms.ChoiceField(label=_("Voix"), choices=Ballot.Voice.choices)
