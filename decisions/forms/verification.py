"""A file or a fingerprint to be compared with those the portal issued."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

LARGEST_FILE = 10_000_000


class FileForm(Form):
    """A sealed PDF, to be compared with those the portal issued. Nothing of it is kept."""

    file = forms.FileField(
        label=_("Fichier PDF"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        help_text=_("10 Mo au plus. Le fichier est comparé, puis effacé."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(
                _("Ce fichier dépasse 10 Mo : choisissez le PDF tel que le portail l’a remis, plus léger.")
            )
        return file


class FingerprintForm(Form):
    """The SHA-256 of a file; or that of its data, with the number of the act."""

    sha256 = forms.CharField(
        label=_("Empreinte SHA-256"),
        max_length=64,
        help_text=_(
            "64 caractères, de 0 à 9 et de a à f : l’empreinte du fichier, ou celle des données avec le numéro."
        ),
    )
    number = forms.CharField(
        label=_("Numéro de l’acte"), max_length=40, required=False, help_text=_("Par exemple 2021-0001.")
    )

    def clean_sha256(self) -> str:
        held = str(self.cleaned_data["sha256"]).strip().lower()
        if not re.fullmatch("[0-9a-f]{64}", held):
            raise ValidationError(_("Une empreinte SHA-256 a 64 caractères, de 0 à 9 et de a à f."))
        return held
