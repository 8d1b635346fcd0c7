"""A remedy: lodged or registered, answered, ended; the filters of their register."""

from typing import Any

from django import forms
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from directory.models import Establishment
from edsh_portal.forms import Form

from ..models import Decision, Remedy
from .fields import DAY

ADMINISTRATIVE = [one for one in Remedy.Kind.choices if one[0] != Remedy.Kind.LITIGATION]


class LodgeForm(Form):
    """A remedy to the administration, by who represents a member of the dossier."""

    kind = forms.ChoiceField(
        label=_("Nature du recours"),
        widget=forms.RadioSelect,
        choices=ADMINISTRATIVE,
        help_text=_("Gracieux : à l’auteur de la décision. Hiérarchique : au ministre."),
    )
    text = forms.CharField(
        label=_("Votre recours"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8, "maxlength": 8000})
    )
    file = forms.FileField(label=_("Pièce jointe"), required=False, help_text=_("Un seul fichier."))


class RegisterForm(LodgeForm):
    """What came by post, or from a court."""

    received_on = forms.DateField(label=_("Reçu le"), widget=DAY)
    establishment = forms.ModelChoiceField(
        Establishment.objects.none(),
        label=_("Membre du dossier"),
        required=False,
        empty_label=_("Un tiers"),
        help_text=_("Il verra ce recours dans son espace."),
    )
    author = forms.CharField(label=_("Auteur"), max_length=160, help_text=_("Nom et qualité du signataire."))
    reference = forms.CharField(label=_("Numéro du courrier ou de l’affaire"), max_length=60, required=False)
    court = forms.CharField(label=_("Tribunal, pour un recours contentieux"), max_length=120, required=False)
    field_order = ["kind", "received_on", "establishment", "author", "reference", "court", "text", "file"]

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices, self.fields["kind"].help_text = Remedy.Kind.choices, ""
        self.fields["text"].label = _("Demande de l’auteur")
        members = decision.application.memberships.filter(state="accepted")
        self.fields["establishment"].queryset = Establishment.objects.filter(pk__in=members.values("establishment"))


class AnswerRemedyForm(Form):
    outcome = forms.ChoiceField(
        label=_("Suite donnée"),
        widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in (Remedy.State.ACCEPTED, Remedy.State.REJECTED)],
    )
    motives = forms.CharField(
        label=_("Motifs"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000})
    )


class EndRemedyForm(Form):
    outcome = forms.ChoiceField(label=_("Issue"), widget=forms.RadioSelect)
    ended_on = forms.DateField(label=_("Le"), widget=DAY)
    motives = forms.CharField(
        label=_("En résumé"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000})
    )

    def __init__(self, *args: Any, remedy: Remedy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ends = [one for one in Remedy.State.choices if one[0] != Remedy.State.RECEIVED]
        self.fields["outcome"].choices = ends if remedy.kind == Remedy.Kind.LITIGATION else ends[-1:]


class RemediesForm(Form):
    kind = forms.ChoiceField(label=_("Nature"), required=False, choices=[("", _("Toutes")), *Remedy.Kind.choices])
    state = forms.ChoiceField(label=_("État"), required=False, choices=[("", _("Tous")), *Remedy.State.choices])

    def rows(self, user: Any) -> Any:
        """Of the register, those asked for: what waits first, the oldest first."""
        waits = Case(When(state=Remedy.State.RECEIVED, then=0), default=1)
        rows = Remedy.objects.visible_to(user).order_by(waits, "received_on", "pk")
        return (
            rows.filter(**{name: value for name, value in self.cleaned_data.items() if value})
            if self.is_valid()
            else rows
        )
