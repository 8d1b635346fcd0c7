"""A contradictory procedure: opened, observed, answered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form

from ..actions.procedure import GROUNDS as PROCEDURE_GROUNDS
from ..models import LEAST_DAYS, Procedure
from .fields import DAY


class OpenProcedureForm(Form):
    """A measure that is envisaged: why, and how long its addressee has to answer."""

    ground = forms.ChoiceField(
        label=_("Motif juridique"),
        widget=forms.RadioSelect,
        choices=list(PROCEDURE_GROUNDS[Procedure.Kind.REVOCATION].items()),
    )
    motives = forms.CharField(
        label=_("Faits et raisons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000}),
        help_text=_("La personne concernée lit ce texte : il lui permet de répondre."),
    )
    days = forms.IntegerField(
        label=_("Délai pour répondre, en jours"), min_value=LEAST_DAYS, max_value=90, initial=LEAST_DAYS
    )


class OpenExclusionForm(OpenProcedureForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = list(PROCEDURE_GROUNDS[Procedure.Kind.EXCLUSION].items())


class OpenRecoveryForm(OpenProcedureForm):
    cents = CentsField(label=_("Montant à reverser, au plus (€)"))
    field_order = ["cents"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = list(PROCEDURE_GROUNDS[Procedure.Kind.RECOVERY].items())


class ObserveForm(Form):
    observations = forms.CharField(
        label=_("Vos observations"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": 8000}),
    )
    file = forms.FileField(label=_("Pièce jointe"), required=False, help_text=_("Un seul fichier."))
    asks_hearing = forms.BooleanField(label=_("Je demande à être entendu de vive voix"), required=False)


class AnswerForm(Form):
    answer = forms.CharField(
        label=_("Votre réponse"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000})
    )
    heard_on = forms.DateField(
        label=_("Entendu le"),
        required=False,
        widget=DAY,
        help_text=_(
            "Si une audition a été demandée. Laissez vide pour une demande abusive, et expliquez-le ci-dessus."
        ),
    )
