"""What the experts of a dossier say to each other, and their consensus."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Criterion
from edsh_portal.forms import Form

from .fields import AREA, mark_field


class RemarkForm(Form):
    text = forms.CharField(label=_("Votre message"), max_length=4000, widget=forms.Textarea(attrs=AREA))


class RapporteurForm(Form):
    rapporteur = forms.TypedChoiceField(label=_("Rapporteur"), coerce=int)

    def __init__(self, data: Any = None, *, experts: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        self.fields["rapporteur"].choices = list(experts)


class ConsensusForm(Form):
    """One mark a criterion, and what the experts agree on."""

    text = forms.CharField(label=_("Synthèse"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, data: Any = None, *, criteria: Sequence[Criterion], scale_max: int) -> None:
        super().__init__(data)
        self.criteria = criteria
        for criterion in criteria:
            field = mark_field(scale_max, _("Note de 0 à %(most)s"))
            field.label = f"{criterion}, {field.label}"
            self.fields[f"value_{criterion.number}"] = field
        self.asked_later = tuple(
            f"value_{criterion.number}" for criterion in criteria
        )  # the verb says which is missing
        self.order_fields([*self.asked_later, "text"])

    def marks(self) -> dict[int, int | None]:
        return {one.number: self.cleaned_data[f"value_{one.number}"] for one in self.criteria}


class PositionForm(Form):
    agrees = forms.ChoiceField(
        label=_("Ce rapport de consensus"),
        choices=[("yes", _("Je suis d’accord")), ("no", _("Je ne suis pas d’accord"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire en cas de désaccord."),
    )
