"""What the forms of decisions share."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

MOTIVE = forms.Textarea(attrs={"rows": 5, "maxlength": 3000})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def typed(request: HttpRequest) -> Any:
    """What a POST holds, even nothing; None for a page that is only shown."""
    return request.POST if request.method == "POST" else None


class ReasonForm(Form):
    reason = forms.CharField(
        label=_("Motif"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )
