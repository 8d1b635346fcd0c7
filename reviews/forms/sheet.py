"""Sheets filled away from the portal: the file, and what was read of it, carried by the page that shows it again."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.forms.budget import SheetForm
from edsh_portal.forms import Form
from edsh_portal.writing import Save

NOT_OURS = _("Le portail n’a pas compris cet envoi : déposez de nouveau le tableur.")


class GridSheetForm(SheetForm):
    file = forms.FileField(
        label=_("Tableur rempli"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods"}),
        help_text=_("En XLSX ou en ODS. Vous relirez les changements avant de les enregistrer."),
    )


class ChangesForm(Form):
    """{assignment: what its sheet changes}, as the page that shows it wrote it."""

    changes = forms.CharField(widget=forms.HiddenInput)

    @staticmethod
    def written(changes: Mapping[int, Sequence[Save]]) -> str:
        return json.dumps(
            {pk: [[one.key, one.said, one.read_version] for one in saves] for pk, saves in changes.items()}
        )

    def clean_changes(self) -> dict[int, list[Save]]:
        try:
            told = json.loads(self.cleaned_data["changes"])
            return {int(pk): [_save(*one) for one in saves] for pk, saves in told.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise ValidationError(NOT_OURS) from None


def _save(key: Any, said: Any, read: Any) -> Save:
    if not (isinstance(key, str) and isinstance(said, str) and isinstance(read, int) and 0 <= read < 2**31):
        raise TypeError
    return Save(key, said, read)
