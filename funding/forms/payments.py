"""An instalment: planned, its conditions met, confirmed with others; the filters of their page."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form

from ..models import Claim, Condition, Convention, Instalment, Line

YEARS = range(2022, 2033)


class PaymentsForm(Form):
    """Filters of the payments page."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    source = forms.ChoiceField(label=_("Source"), required=False)
    year = forms.TypedChoiceField(
        label=_("Exercice"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Tous")), *((y, y) for y in YEARS)],
    )
    kind = forms.ChoiceField(label=_("Nature"), required=False, choices=[("", _("Toutes")), *Instalment.Kind.choices])
    state = forms.ChoiceField(label=_("État"), required=False, choices=[("", _("Tous")), *Instalment.State.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Line.objects.order_by("code").values_list("code", "label").distinct()
        self.fields["source"].choices = [("", _("Toutes")), *codes]

    def filters(self) -> dict[str, Any]:
        """What is asked; a value that is not among the choices asks for nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlanForm(Form):
    kind = forms.ChoiceField(label=_("Nature"), choices=Instalment.Kind.choices, widget=forms.RadioSelect)
    cents = CentsField(label=_("Montant (€)"))
    year = forms.TypedChoiceField(label=_("Exercice"), coerce=int, choices=[(y, y) for y in YEARS])
    evidence = forms.CharField(
        label=_("Justification"), max_length=300,
        help_text=_("Pièce qui ouvre droit au versement : notification, état des dépenses certifié, rapport final…"),
    )  # fmt: skip
    conditions = forms.MultipleChoiceField(
        label=_("Conditions, en plus de celles de la règle"), required=False, choices=Condition.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Un acompte attend toujours un jalon, le rapport annuel et des dépenses certifiées ; un solde, le rapport "
        "final et les dépenses définitives."),
    )  # fmt: skip
    claim = forms.ModelChoiceField(
        Claim.objects.none(), label=_("État des dépenses"), required=False, empty_label=_("Aucun"),
        help_text=_("Pour un acompte : l’état accepté qui le justifie. Le solde suit toujours l’état final."),
    )  # fmt: skip

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claim"].queryset = convention.claims.accepted().order_by("number")
        self.fields["claim"].label_from_instance = _numbered


def _numbered(claim: Claim) -> str:
    return gettext("n° %(number)s") % {"number": claim.number}


class BatchForm(Form):
    """The payments that are confirmed together."""

    paid = forms.ModelMultipleChoiceField(Instalment.objects.none())

    def __init__(self, *args: Any, rows: QuerySet[Instalment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid"].queryset = rows


class ConditionForm(Form):
    evidence = forms.CharField(
        label=_("Pièce vue, et sa date"), max_length=300,
        help_text=_("Par exemple « Rapport annuel du 12/03/2024, déposé dans le portail »."),
    )  # fmt: skip


class ExpensesForm(ConditionForm):
    """Of a payment whose plan named no statement."""

    claim = forms.ModelChoiceField(
        Claim.objects.none(), label=_("État des dépenses accepté"), empty_label=_("Choisissez"),
        help_text=_("Le versement repose sur cet état. La liste est vide tant qu’aucun état de la convention n’est accepté."),
    )  # fmt: skip

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claim"].queryset = convention.claims.accepted().order_by("number")
        self.fields["claim"].label_from_instance = _numbered
