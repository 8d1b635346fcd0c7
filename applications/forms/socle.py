"""The grid of the common core: two stages an item."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form, Select

from ..models import SocleItem
from ..shapes.socle import Stage
from .dossier import Written

MOST_BYTES = 1_000_000  # a filled grid weighs twelve thousand
COLUMNS = {"now": _("Aujourd’hui"), "target": _("Cible")}


class SocleForm(Written):
    """One field per item and column, named « number-column »."""

    def __init__(self, *args: Any, items: Iterable[SocleItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            for column, label in COLUMNS.items():
                self.fields[f"{item.number}-{column}"] = forms.ChoiceField(
                    choices=[("", _("Non renseigné")), *Stage.choices],
                    required=False,
                    label=f"{item.label}, {label}",
                    widget=Select,
                )

    def domains(self) -> list[dict[str, Any]]:
        """The grid by domain: each item with its two bound fields, each under the name of its column."""
        return [
            {
                "label": domain,
                "rows": [
                    {
                        "item": item,
                        "cells": [(label, self[f"{item.number}-{column}"]) for column, label in COLUMNS.items()],
                    }
                    for item in held
                ],
            }
            for domain, held in groupby(self.items, key=lambda item: item.domain)
        ]


def held_states(states: Iterable[tuple[str, str, str]]) -> Mapping[str, tuple[str, str]]:
    """{number: (now, target)} of rows (number, now, target)."""
    return {number: (now, target) for number, now, target in states}


class SocleFileForm(Form):
    file = forms.FileField(label=_("Tableur rempli"), widget=forms.FileInput(attrs={"accept": ".xlsx,.ods"}))

    def clean_file(self) -> Any:
        """The size is refused before the bytes are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(
                gettext("Ce tableur est anormalement volumineux : repartez de celui du portail."), code="R05"
            )
        return file
