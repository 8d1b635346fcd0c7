"""What is said in the jury room."""

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form

from ..models import Ballot


class SeatForm(Form):
    person = forms.EmailField(label=_("Adresse électronique de la personne"))


class WithdrawForm(Form):
    reason = forms.CharField(label=_("Motif du déport"), max_length=2000)


class MotionForm(Form):
    text = forms.CharField(label=_("Proposition"), max_length=400)
    cents = CentsField(label=_("Montant proposé"), required=False)


class VoiceForm(Form):
    voice = forms.ChoiceField(label=_("Voix"), choices=Ballot.Voice.choices)
