"""Who signs by delegation, and what the letters bear."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.actions import names_of
from calls.models.letters import SIGNING, TERMS
from directory.models import User
from edsh_portal.forms import Form, Over

from .fields import DAY


class DelegationForm(Form):
    """A published text that lets a validator sign for the director general."""

    holder = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Personne qui signera"),
        empty_label=_("Choisissez"),
        help_text=_("Une personne qui a le rôle Validation."),
    )
    quality = forms.CharField(
        label=_("Sa qualité"),
        max_length=160,
        help_text=_("Par exemple : « sous-directrice du pilotage de la performance ». Les décisions la portent."),
    )
    source = forms.CharField(
        label=_("Texte publié"),
        max_length=200,
        help_text=_("Par exemple : « arrêté du 2 mai 2022, JORF n° 0103 du 4 mai 2022 ». Les décisions le citeront."),
    )
    first_on = forms.DateField(label=_("Premier jour"), widget=DAY)
    last_on = forms.DateField(label=_("Dernier jour, inclus"), widget=DAY)

    def __init__(self, *args: Any, proposer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        validators = User.objects.filter(groups__name="validator", is_active=True).exclude(pk=proposer.pk)
        self.fields["holder"].queryset = validators.order_by("full_name", "pk")


LONG_TERMS = ("specifications", "reports", "publicity")


class LetterTermsForm(Over, Form):
    """What the letters bear: a field a term, and those of the budget of each source."""

    def __init__(self, *args: Any, sources: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in names_of(sources).items():
            control = forms.Textarea(attrs={"rows": 3}) if name in LONG_TERMS else None
            field = forms.CharField(label=label, max_length=400, required=False, widget=control)
            if name in TERMS and name != "specifications":
                field.required = True
            self.fields[name] = field
        self.fields["signing"] = forms.ChoiceField(
            label=TERMS["signing"][0], choices=list(SIGNING.items()), widget=forms.RadioSelect
        )
