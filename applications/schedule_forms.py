"""Forms of the calendar."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import Written
from .models import Application, Deliverable, WorkPackage
from .warehouse_forms import choices, number


class DueForm(Written):
    """What is due in a month of a work package."""

    first = ("work_package", "title")
    asked_later: tuple[str, ...] = ("month",)

    work_package = forms.ModelChoiceField(WorkPackage.objects.none(), label=_("Lot"), empty_label=_("Choisissez"))
    title = forms.CharField(label=_("Titre"), max_length=160)
    month = number(_("Mois du projet"), help_text=_("Le premier mois des travaux est le mois 1."))

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work_package"].queryset = application.packages.order_by("order", "number")


class MilestoneForm(DueForm):
    asked_later = ("month", "evidence")

    evidence = forms.CharField(
        label=_("Preuve"),
        max_length=300,
        required=False,
        help_text=_("Le fait ou le document qui montrera que le jalon est atteint."),
    )


class DeliverableForm(DueForm):
    asked_later = ("month", "kind")

    kind = choices(_("Nature"), Deliverable.Kind)
