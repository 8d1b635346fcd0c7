"""The draft of who judges what."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

from .assignment import DueForm


class MatrixFilter(Form):
    """Of a table that holds a page of dossiers and a few people; it stays in the wave that is shown."""

    q = forms.CharField(label=_("Dossier"), required=False, max_length=100)
    personne = forms.CharField(label=_("Personne"), required=False, max_length=100)
    releve = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    pile = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)


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
