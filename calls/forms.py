"""Forms of the call: its settings, its waves and what happens to them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.forms import BaseFormSet, formset_factory
from django.utils.functional import lazy
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from directory.models import Establishment
from edsh_portal import money
from edsh_portal.forms import CentsField, Form, ModelForm, Over, Refusals, long

from .models import AidRate, CallSettings, LinkRule
from .models.call import BOUNDS

NUMBER = {"class": "w-4", "inputmode": "numeric"}
LARGEST_SMALL, LARGEST = 32_767, 2_147_483_647  # of the columns
WHOLE = 10_000  # basis points


class PercentField(forms.Field):
    """A share typed in per cent (« 12,5 ») that is basis points once cleaned; two decimals at most."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "w-10", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            basis_points = money.parse(str(value).strip().removesuffix("%"))
        except ValueError:
            basis_points = WHOLE + 1
        if basis_points > WHOLE:
            raise ValidationError(_("Écrivez un pourcentage de 0 à 100, par exemple 12,5."), code="percent")
        return basis_points

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value) if isinstance(value, int) else value


class CallForm(Form):
    slug = forms.SlugField(
        label=_("Identifiant dans les adresses"), max_length=50, help_text=_("Par exemple edsh-2022.")
    )
    title = forms.CharField(label=_("Intitulé"), max_length=200)
    purpose = forms.CharField(
        label=_("À quoi sert l’appel"), widget=forms.Textarea(attrs={"rows": 10}), max_length=6000
    )


def _bound(column: models.Field, **given: Any) -> forms.Field | None:
    """The control of a bound, by its kind; its words are the column's."""
    label = format_lazy(
        "{}, {}", lazy(capfirst, str)(column.verbose_name), _("en %") if column.name.endswith("_bp") else _("en euros")
    )
    if column.name.endswith("_cents"):
        return CentsField(label=label, max_cents=10**14)
    if column.name.endswith("_bp"):
        return PercentField(label=label)
    field = column.formfield(**given)
    if isinstance(field, forms.IntegerField):
        large = isinstance(column, models.PositiveIntegerField)
        field.validators.append(MaxValueValidator(LARGEST if large else LARGEST_SMALL))
        field.widget = forms.TextInput(attrs=NUMBER | {"class": "w-10" if large else "w-4"})
    return field


class BoundsForm(Over, ModelForm):
    """The limits and the service in charge. A ModelForm for its labels; the verb validates and writes."""

    class Meta:
        model = CallSettings
        fields = tuple(name for name in BOUNDS if name != "assumed")
        formfield_callback = _bound

    def _post_clean(self) -> None:
        """The rules between fields belong to the verb, which says them in sentences."""


class CriterionForm(Over, Form):
    number = forms.IntegerField(label=_("N°"), min_value=1, max_value=99, widget=forms.TextInput(attrs=NUMBER))
    title = forms.CharField(label=_("Intitulé"), max_length=160)
    guidance = forms.CharField(label=_("Repères de notation"), required=False, max_length=2000)
    weight = forms.IntegerField(label=_("Poids"), min_value=1, max_value=100, widget=forms.TextInput(attrs=NUMBER))
    floor = forms.IntegerField(
        label=_("Seuil"), min_value=0, max_value=LARGEST_SMALL, required=False, widget=forms.TextInput(attrs=NUMBER)
    )


class PieceForm(Over, Form):
    order = forms.IntegerField(label=_("Rang"), min_value=0, max_value=999, widget=forms.TextInput(attrs=NUMBER))
    code = forms.SlugField(label=_("Code"), max_length=40)
    title = forms.CharField(label=_("Intitulé"), max_length=160)
    per_member = forms.BooleanField(label=_("Une par membre"), required=False)
    required = forms.BooleanField(label=_("Exigée"), required=False)


class RateForm(Over, Form):
    kind = forms.ChoiceField(
        label=_("Nature du membre"),
        choices=[
            (kind.value, kind.label)
            for kind in (Establishment.Kind.PUBLIC, Establishment.Kind.PRIVATE, Establishment.Kind.GCS)
        ],
    )
    regime = forms.ChoiceField(
        label=_("Régime d’aide"), choices=[("", _("Tous")), *AidRate.Regime.choices], required=False
    )
    rate_bp = PercentField(label=_("Taux, en %"))


class SkillForm(Over, Form):
    order = forms.IntegerField(label=_("Rang"), min_value=0, max_value=999, widget=forms.TextInput(attrs=NUMBER))
    code = forms.SlugField(label=_("Code"), max_length=40)
    title = forms.CharField(label=_("Intitulé"), max_length=160)


class LinkForm(Over, Form):
    kind = forms.ChoiceField(label=_("Lien"), choices=[("", "—"), *LinkRule.Kind.choices])
    strong = forms.BooleanField(label=_("Interdit d’évaluer, sans arbitrage"), required=False)
    years = forms.IntegerField(
        label=_("Années après sa fin"), min_value=0, max_value=20, widget=forms.TextInput(attrs=NUMBER)
    )


class Rows(BaseFormSet):
    """A whole list at once; `refused` is what the verb said of it."""

    refused: Any = None

    def rows(self) -> list[dict[str, Any]]:
        """What was typed, without the empty lines and those to remove."""
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        rows = [form.read() | form.typed() for form in kept]
        return [{name: value for name, value in row.items() if name != "DELETE"} for row in rows]

    def read(self) -> list[dict[str, Any]] | None:
        """The rows as the page had shown them; None when it does not say."""
        shown = [form.read() for form in self.forms]
        return [row for row in shown if any(row.values())] if any(shown) else None

    def meet(self, met: dict[Any, Any], named: tuple[str, ...]) -> None:
        """{(key of a row, column): what it holds now}, or {(key, None): the row now, none when it was taken out}: beside the line
        that has met it."""
        for (key, column), held in met.items():
            for form in self.forms:
                shown, typed = (tuple(row.get(part) for part in named) for row in (form.read(), form.cleaned_data))
                if key == (shown if any(shown) else typed):
                    whole = held or dict.fromkeys(form.fields)
                    form.meet({column: held} if column else {n: whole.get(n) for n in form.fields if n != "DELETE"})


def _rows_of(form: type[Refusals]) -> type[BaseFormSet]:
    return formset_factory(form, formset=Rows, extra=2, can_delete=True, max_num=60, absolute_max=60)


PART_FORMS = {
    "criteria": _rows_of(CriterionForm),
    "pieces": _rows_of(PieceForm),
    "rates": _rows_of(RateForm),
    "skills": _rows_of(SkillForm),
    "links": _rows_of(LinkForm),
}


class WaveForm(Form):
    number = forms.IntegerField(label=_("Numéro"), min_value=1, max_value=99, widget=forms.TextInput(attrs=NUMBER))
    settings = forms.ModelChoiceField(CallSettings.objects.none(), label=_("Réglages"), empty_label=None)
    opens_at = forms.DateTimeField(label=_("Ouverture, heure de Paris"))
    closes_at = forms.DateTimeField(
        label=_("Clôture, heure de Paris"), help_text=_("À cet instant exactement, le dépôt n’est plus possible.")
    )

    def __init__(self, *args: Any, call: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["settings"].queryset = call.settings.order_by("-version")
        self.fields["settings"].label_from_instance = lambda held: _("version %(n)s") % {"n": held.version}
        for name in ("opens_at", "closes_at"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            self.fields[name].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]


TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"]


def instant(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, input_formats=TYPED, widget=widget, **more)


def why() -> forms.CharField:
    return forms.CharField(
        label=_("Motif"), required=False, widget=long(4, 2000), help_text=_("Il est public, sur la page de l’appel.")
    )


class PostponeForm(Form):
    asked_later = ("reason",)
    closes_at = instant(_("Nouvelle clôture, heure de Paris"))
    reason = why()


class DelayForm(Form):
    asked_later = ("reason",)
    opens_at = instant(_("Nouvelle ouverture, heure de Paris"))
    reason = why()
