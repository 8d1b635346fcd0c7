"""The form of a member's budget: one amount a cell of the grid, then the four of the funding plan."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form
from edsh_portal.intake.desk import too_heavy

from ..models import BudgetLine
from ..shapes import grid
from .dossier import Written


class BudgetForm(Written):
    """Fields are named as grid.field() says. `packages` are {number: title}; `before`, the amounts to compare with, by field."""

    asked_later = ("aid_cents",)

    def __init__(
        self,
        *args: Any,
        years: list[int],
        packages: Mapping[int, str],
        before: Mapping[str, int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.years, self.before = years, before
        self.packages: dict[int, Any] = {
            number: _now("Lot %(n)s. %(title)s") % {"n": number, "title": title} for number, title in packages.items()
        }
        self.packages[grid.UNALLOTTED] = _now("Non réparti par lot") if packages else _now("Dépenses")
        words = {category: str(label) for category, label in BudgetLine.Category.choices}
        for place in self._places():
            package, category, year = place
            label = f"{self.packages[package]}, {words[category]}, {year}"
            self.fields[grid.field(place)] = CentsField(required=False, label=label)
        for name, label in grid.labels().items():
            self.fields[name] = CentsField(required=False, label=label)

    def _places(self) -> list[grid.Key]:
        return [(p, c, y) for p in self.packages for c in BudgetLine.Category.values for y in self.years]

    def cells(self) -> dict[grid.Key, int]:
        """{key: cents} of what was typed, or of what is shown."""
        return {place: self._value(grid.field(place)) for place in self._places()}

    def plan(self) -> dict[str, int]:
        return {name: self._value(name) for name in grid.PLAN}

    def groups(self) -> list[dict[str, Any]]:
        """The grid for the template: one group a work package, one row a category, each with its totals in cents. Those in which
        there is something to read are open; the first one when there is nothing yet."""
        groups = [self._group(number, label) for number, label in self.packages.items()]
        groups[0]["open"] = groups[0]["open"] or not any(group["open"] for group in groups)
        return groups

    def _group(self, number: int, label: str) -> dict[str, Any]:
        sums = self.totals()
        rows = [
            {
                "category": category,
                "label": words,
                "cells": [self._cell((number, category, year)) for year in self.years],
                "total": sums[number, category, None],
            }
            for category, words in BudgetLine.Category.choices
        ]
        cells = (cell for row in rows for cell in row["cells"])
        return {
            "number": number,
            "label": label,
            "rows": rows,
            "years": [(year, sums[number, None, year]) for year in self.years],
            "total": sums[number, None, None],
            "open": any(cell["value"] or cell["errors"] or cell["changed"] for cell in cells),
        }

    def _cell(self, place: grid.Key) -> dict[str, Any]:
        package, category, year = place
        named = f"p{package} r{package}-{category} y{year}"  # the heads of its group, its row and its column
        return self._amount(grid.field(place)) | {"named": named}

    def _amount(self, name: str) -> dict[str, Any]:
        """What templatetags/dossier.py `amounts` draws; `was` is None when there is nothing to compare with."""
        cents, typed = self._value(name), self.data.get(name) if self.is_bound else self.initial.get(name)
        was = None if self.before is None else self.before.get(name, 0)
        return {
            "name": name,
            "value": self.fields[name].prepare_value(typed) or "",
            "cents": cents,
            "errors": self.errors.get(name, []),
            "was": was,
            "changed": was is not None and was != cents,
        }

    def plan_rows(self) -> list[dict[str, Any]]:
        return [{"name": name, "label": label, "cells": [self._amount(name)]} for name, label in grid.labels().items()]

    def totals(self) -> Any:
        if not hasattr(self, "_totals"):
            self._totals = grid.totals(self.cells())
        return self._totals

    def year_totals(self) -> list[tuple[int, int]]:
        return [(year, self.totals()[None, None, year]) for year in self.years]

    def total(self) -> int:
        return self.totals()[None, None, None]

    def plan_aid(self) -> int:
        return self._value("aid_cents")

    def public_aid(self) -> int:
        return self._value("aid_cents") + self._value("public_cents")

    def resources(self) -> int:
        return sum(self.plan().values())

    def balance(self) -> int:
        """Resources less expenses, cents."""
        return self.resources() - self.total()

    def changes(self) -> int:
        """How many amounts differ from those to compare with, what is no longer on the grid included."""
        shown = {grid.field(place): cents for place, cents in self.cells().items()} | self.plan()
        before = self.before or {}
        return sum(1 for name in {*shown, *before} if shown.get(name, 0) != before.get(name, 0))

    def _value(self, name: str) -> int:
        held = getattr(self, "cleaned_data", {}) if self.is_bound else self.initial
        return held.get(name) or 0


class SheetForm(Form):
    """The filled template, coming back."""

    file = forms.FileField(
        label=_("Tableur rempli"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods"}),
        help_text=_("Le modèle de ce membre, en XLSX ou en ODS. Vous relirez les montants avant de les enregistrer."),
    )

    def clean_file(self) -> Any:
        """The size is refused before the bytes are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(too_heavy(file.size), code="R05")
        return file
