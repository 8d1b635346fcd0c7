"""The opinion of the Health Data Hub."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

from .fields import mark_field


class OpinionForm(Form):
    text = forms.CharField(
        label=_("Avis sur la pertinence des données partagées"),
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, data: Any = None, *, scale_max: int) -> None:
        super().__init__(data)
        self.fields["value"] = mark_field(scale_max, _("Note indicative, de 0 à %(most)s"))
        self.order_fields(["value", "text"])
