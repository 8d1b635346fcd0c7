"""Forms of what happens to a wave."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

from .forms import long

TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]


def instant(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, input_formats=TYPED, widget=widget)


def why() -> forms.CharField:
    return forms.CharField(
        label=_("Motif"), required=False, widget=long(4, 2000), help_text=_("Il est public, sur la page de l’appel.")
    )


class PostponeForm(Form):
    asked_later = ("reason",)
    closes_at = instant(_("Nouvelle clôture, heure de Paris"))
    reason = why()


class DelayForm(Form):
    asked_later = ("reason",)
    opens_at = instant(_("Nouvelle ouverture, heure de Paris"))
    reason = why()
