"""The beginning of a project, and its reprieve."""

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form, ReasonForm


class StartForm(Form):
    started_on = forms.DateField(
        label=_("Le projet a commencé le"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Le jour du premier acte qui engage la dépense : commande, recrutement, marché."),
    )  # fmt: skip


class ExtensionForm(ReasonForm):
    until = forms.DateField(label=_("À commencer au plus tard le"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("until", "reason")
