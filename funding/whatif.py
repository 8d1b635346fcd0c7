"""What is supposed of the payments to come, and which of them are listed: forms that live in the address and write nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField

from .forecasting import Row, Supposed, month_of
from .forecasts import Forecast
from .forms.books import AsOf
from .forms.payments import YEARS
from .models import Line


class MonthField(forms.DateField):
    """A month, as its first day."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
        super().__init__(required=False, input_formats=["%Y-%m"], widget=widget, **more)


class ForecastForm(AsOf):
    """What would change of the forecast, in the address and nowhere else; nothing of it is written."""

    CHANGES = (("", _("Aucun changement")), ("add", _("Ajouter")), ("remove", _("Retirer")), ("move", _("Déplacer vers l’exercice")))  # fmt: skip
    shift = forms.IntegerField(
        label=_("Tous les versements, décalés de (mois)"), required=False, min_value=-12, max_value=36
    )
    late_percent = forms.IntegerField(
        label=_("Part des jalons et rapports en retard (%)"), required=False, min_value=0, max_value=100
    )
    late_months = forms.IntegerField(label=_("Retard de ces jalons (mois)"), required=False, min_value=1, max_value=36)
    change = forms.ChoiceField(label=_("Crédits de paiement"), required=False, choices=CHANGES)
    cents = CentsField(label=_("Montant"), required=False)
    source = forms.TypedChoiceField(label=_("Source concernée"), required=False, coerce=int, empty_value=None)
    year = forms.TypedChoiceField(
        label=_("Exercice concerné"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((y, y) for y in YEARS)],
    )  # fmt: skip
    to_year = forms.TypedChoiceField(
        label=_("Vers l’exercice"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((y, y) for y in YEARS)],
    )  # fmt: skip
    of = forms.CharField(label=_("Dossier ou convention (référence)"), required=False, max_length=40)
    put_off = forms.IntegerField(label=_("Ses versements, décalés de (mois)"), required=False, min_value=-12, max_value=36)  # fmt: skip
    left_out = forms.BooleanField(label=_("Sans ses versements"), required=False)
    step = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: Iterable[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].label = _("Prévision arrêtée au")
        self.sources = [(line.pk, line.label) for line in lines]
        self.fields["source"].choices = [("", "–"), *self.sources]

    def clean(self) -> dict[str, Any]:
        """What is half said supposes nothing: it is told beside its field."""
        said = super().clean() or {}
        change = said.get("change")
        if change:
            for name in ("cents", "source", "year", *(("to_year",) if change == "move" else ())):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("Indiquez-le aussi : ce changement de crédits en a besoin."))
        if bool(said.get("late_percent")) != bool(said.get("late_months")) and not self.errors:
            missing = "late_months" if said.get("late_percent") else "late_percent"
            self.add_error(missing, _("Indiquez la part en retard et le nombre de mois de retard."))
        if (said.get("put_off") or said.get("left_out")) and not said.get("of"):
            self.add_error("of", _("Indiquez la référence du dossier ou de la convention."))
        return said

    def supposed(self, forecast: Forecast) -> Supposed | None:
        """None when nothing is supposed, or when what is supposed cannot be read."""
        if not self.is_valid():
            return None
        said = self.cleaned_data
        shares = forecast.shares_of(said["of"]) if said["of"] else frozenset()
        if said["of"] and not shares:
            self.add_error("of", _("Aucun versement à venir ne porte cette référence : vérifiez-la."))
            return None
        sign = -1 if said["change"] == "remove" else 1
        what = Supposed(
            shift=said["shift"] or 0,
            late_percent=said["late_percent"] or 0,
            late_months=said["late_months"] or 0,
            line=said["source"] if said["change"] else None,
            year=said["year"] if said["change"] else None,
            cents=sign * said["cents"] if said["change"] else 0,
            to_year=said["to_year"] if said["change"] == "move" else None,
            shares=shares,
            put_off=said["put_off"] or 0,
            left_out=said["left_out"],
        )
        return what if what != Supposed(shares=shares) else None


class ForecastRowsForm(ForecastForm):
    """The same, and which of the payments to come are listed."""

    line = forms.TypedChoiceField(label=_("Source"), required=False, coerce=int, empty_value=None)
    first, last = MonthField(label=_("Du mois")), MonthField(label=_("Au mois"))
    text = forms.CharField(label=_("Dossier ou convention (référence)"), required=False, max_length=40)
    HIDDEN = ("of", "as_of", "shift", "late_percent", "late_months", "change", "cents", "source", "year", "to_year", "put_off", "left_out")  # fmt: skip
    field_order = ("line", "first", "last", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [("", _("Toutes")), *self.sources]
        for name in self.HIDDEN:
            self.fields[name].widget = self.fields[name].hidden_widget()

    def among(self, rows: Iterable[Row], found: Forecast) -> list[Row]:
        """Those of this source, of these months, of the dossier or convention that is named."""
        self.is_valid()
        said = self.cleaned_data
        first, last = (of and month_of(of.year, of.month) for of in (said.get("first"), said.get("last")))
        text = said.get("text") or ""
        named = found.shares_of(text)
        return [
            row
            for row in rows
            if (not text or row.share in named)
            and (not said.get("line") or row.line == said["line"])
            and (first is None or row.month >= first)
            and (last is None or row.month <= last)
        ]
