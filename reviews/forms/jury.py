"""What the jury decides in session."""

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

from .fields import AREA
from .lists import PlacesForm


class VoteForm(PlacesForm):
    """The order of dossiers that nothing parts: always reasoned."""

    reason = forms.CharField(label=_("Motif du vote"), max_length=2000, widget=forms.Textarea(attrs=AREA))


class MinutesForm(Form):
    minutes = forms.CharField(
        label=_("Relevé de délibération"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Indiquez les présents, les déports, les débats et les conclusions. Ce relevé est conservé avec la liste."
        ),
    )
