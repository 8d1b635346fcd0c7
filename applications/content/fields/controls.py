"""The control by which a page offers a field: a form's own field, made from what the section says of it."""

from collections.abc import Callable
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, long
from edsh_portal.numbers import figure

from .kinds import TWO_DECIMALS, Amount, Choice, Choices, Day, Field, Figure, Number, One, Several, Text, YesNo

# In which order the rows of a noun are offered, by the dossier's relation that holds them.
ORDERS: dict[str, Callable[[Any], Any]] = {
    "memberships": lambda rows: rows.select_related("establishment").order_by("role", "pk"),
    "packages": lambda rows: rows.order_by("order", "number"),
    "warehouses": lambda rows: rows.order_by("pk"),
    "associated": lambda rows: rows.order_by("pk"),
}


def offered(field: One | Several, application: Any) -> Any:
    """The rows of the dossier that the field may name."""
    narrowed = dict(field.narrowed) if isinstance(field, One) else {}
    return ORDERS[field.among](getattr(application, field.among).filter(**narrowed))


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or nothing said yet: True, False, None."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("Non renseigné")), ("yes", _("Oui")), ("no", _("Non"))]
        super().__init__(choices=choices, coerce=lambda value: value == "yes", empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


class FigureField(forms.DecimalField):
    """A number as people write it, « 1 234,5 »: spaces are let go, a comma is a decimal point."""

    widget = forms.TextInput(attrs={"class": "w-10", "inputmode": "decimal"})
    default_error_messages = dict.fromkeys(
        ("invalid", "max_digits", "max_whole_digits", "max_decimal_places"), TWO_DECIMALS
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python("".join(str(value or "").split()).replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return figure(value) if isinstance(value, Decimal) else value


def control(field: Field) -> forms.Field:
    """The form field of one field; what it says of a value that it cannot read is what the field says."""
    sentence = dict.fromkeys(("invalid", "invalid_choice"), field.sentence)
    return _made(field, label=field.label, help_text=field.help, required=field.needed, error_messages=sentence)


@singledispatch
def _made(field: Any, **told: Any) -> forms.Field:
    raise NotImplementedError(type(field).__name__)


@_made.register
def _text(field: Text, **told: Any) -> forms.Field:
    told.pop("error_messages")
    if field.rows:
        return forms.CharField(widget=long(field.rows, field.most), **told)
    return forms.CharField(
        max_length=field.most, widget=forms.TextInput(attrs={"class": field.width} if field.width else {}), **told
    )


@_made.register
def _number(field: Number, **told: Any) -> forms.Field:
    widget = forms.TextInput(attrs={"class": field.width, "inputmode": "numeric"})
    return forms.IntegerField(widget=widget, **told)


@_made.register
def _day(field: Day, **told: Any) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **told)


@_made.register
def _choice(field: Choice, **told: Any) -> forms.Field:
    if field.radio:
        return forms.ChoiceField(choices=field.choices, widget=forms.RadioSelect, **told)
    return forms.ChoiceField(choices=[("", field.empty), *field.choices], **told)


@_made.register
def _choices(field: Choices, **told: Any) -> forms.Field:
    return forms.MultipleChoiceField(choices=field.choices, widget=forms.CheckboxSelectMultiple, **told)


@_made.register
def _several(field: Several, **told: Any) -> forms.Field:
    told.pop("error_messages")
    return forms.ModelMultipleChoiceField(None, widget=forms.CheckboxSelectMultiple, **told)


@_made.register
def _one(field: One, **told: Any) -> forms.Field:
    return forms.ModelChoiceField(None, empty_label=field.empty, **told)


@_made.register
def _yes_no(field: YesNo, **told: Any) -> forms.Field:
    return YesNoField(**told)


@_made.register
def _figure(field: Figure, **told: Any) -> forms.Field:
    told.pop("error_messages")
    return FigureField(**told)


@_made.register
def _amount(field: Amount, **told: Any) -> forms.Field:
    told.pop("error_messages")
    return CentsField(**told)
