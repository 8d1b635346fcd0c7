"""Controls that several forms of the evaluation share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

AREA = {"rows": 3}


def day(label: Any, **told: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **told)


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
