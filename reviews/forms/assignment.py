"""Who judges a dossier: asked, declared, declined, ruled on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.clock import PARIS
from edsh_portal.forms import Form

from ..models import Assignment
from .fields import AREA


class ExpertFilter(Form):
    q = forms.CharField(label=_("Nom ou employeur"), required=False, max_length=100)


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
