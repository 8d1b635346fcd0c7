"""Forms of a function at its levels, and of the governance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..content.fields import SECTIONS, Field, Several
from ..content.fields.controls import control
from ..models import Application
from ..shapes.expectations import TO_JOIN
from ..shapes.mesh import Function, Level
from .dossier import Written, form_of

PLACEMENT = SECTIONS["functions"]


class FunctionForm(Written):
    """One function: for each level, the nodes that do it there, why there, and why not closer to the data."""

    def __init__(self, *args: Any, application: Application, function: Function, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # asked once for three fields
        self.nodes = {str(node.pk): node for node in application.warehouses.order_by("pk")}
        for level in Level:
            for name in (f"{level}-warehouses", f"{level}-reason", f"{level}-why_not_lower"):
                self.fields[name] = self._control(name, PLACEMENT.fields[name])
        del self.fields[f"{Level.LOCAL}-why_not_lower"]  # nothing is closer to the data
        self.asked_later = tuple(self.fields)

    def _control(self, name: str, field: Field) -> forms.Field:
        if not isinstance(field, Several):
            return control(field)
        return forms.TypedMultipleChoiceField(
            label=field.label,
            choices=[(key, node.name) for key, node in self.nodes.items()],
            coerce=self.nodes.__getitem__,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def levels(self) -> list[dict[str, Any]]:
        """Each level with its bound fields and the warehouses ticked there, for the page; open where there is something to read."""
        return [self._level(level, [self[n] for n in self.fields if n.startswith(f"{level}-")]) for level in Level]

    def _level(self, level: Level, bound: list[Any]) -> dict[str, Any]:
        ticked = {str(pk) for pk in self[f"{level}-warehouses"].value() or ()}
        return {
            "label": level.label,
            "fields": bound,
            "nodes": [node.name for pk, node in self.nodes.items() if pk in ticked],
            "open": any(field.value() or field.errors for field in bound),
        }


class GovernanceForm(form_of(SECTIONS["governance"])):  # type: ignore[misc]  # the class is made at import
    """Each fact, followed by the piece that shows it."""

    def __init__(self, *args: Any, pieces: list[tuple[str, str]], **kwargs: Any) -> None:
        """`pieces`: (code, title) of those joined to the dossier."""
        super().__init__(*args, **kwargs)
        offered = [("", _("Non renseigné")), *pieces, (TO_JOIN, _("À joindre"))]
        for name, field in self.section.fields.items():
            if name.endswith("_evidence"):
                self.fields[name] = forms.ChoiceField(label=field.label, choices=offered, required=False)

    def parts(self) -> list[list[Any]]:
        """The bound fields of each expectation, its evidence last."""
        parts: list[list[Any]] = [[]]
        for name in self.section.fields:
            parts[-1].append(self[name])
            if name.endswith("_evidence"):
                parts.append([])
        return parts[:-1]
