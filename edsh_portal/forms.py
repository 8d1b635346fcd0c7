"""Forms that keep what was typed, carry a refusal beside its field and draw themselves through components/field.html."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.forms.utils import flatatt
from django.http import QueryDict
from django.template import loader
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from edsh_portal import glyphs, money, once
from edsh_portal.workflow import Refused


class Renderer(BaseRenderer):
    """The portal's components first, Django's own widget templates for the rest."""

    form_template_name = "components/form_fields.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        return _widget(template_name) if template_name.startswith("django/") else loader.get_template(template_name)


@cache
def _widget(template_name: str) -> Any:
    """One of Django's own templates, read once: a grid of a hundred lists asks for it a hundred times."""
    return DjangoTemplates().get_template(template_name)


class Select(forms.Select):
    """A list of one level, written straight: a grid holds a hundred of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((held, mark_safe(" selected") if str(held) in chosen else "", label) for held, label in self.choices),
        )
        own = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", own, options)


# What is said of each kind of field, in the words of the house; a form may still say better. applications/content/fields/kinds.py says the same.
CHOOSE = _("Choisissez une des valeurs proposées.")
SAID: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {
        "required": _("Remplissez ce champ : il est obligatoire."),
        "null_characters_not_allowed": _(
            "Ce texte contient un caractère invisible que le portail ne sait pas garder : effacez-le, ou recopiez-le sans mise en forme."
        ),
    },
    forms.CharField: {
        "max_length": _("Ce texte compte %(show_value)s caractères : %(limit_value)s au plus. Raccourcissez-le."),
        "min_length": _(
            "Ce texte compte %(show_value)s caractères : il en faut au moins %(limit_value)s. Complétez-le."
        ),
    },
    forms.EmailField: {
        "required": _("Indiquez une adresse électronique."),
        "invalid": _("Cette adresse électronique n’a pas la bonne forme : nom@domaine."),
    },
    forms.SlugField: {"invalid": _("N’utilisez ici que des lettres sans accent, des chiffres et des traits d’union.")},
    forms.IntegerField: {
        "required": _("Indiquez un nombre."),
        "invalid": _("Indiquez un nombre entier, en chiffres."),
        "min_value": _("Indiquez un nombre d’au moins %(limit_value)s."),
        "max_value": _("Indiquez un nombre d’au plus %(limit_value)s."),
    },
    forms.DecimalField: {
        "invalid": _("Indiquez un nombre, par exemple 12,5."),
        "max_digits": _("Indiquez un nombre d’au plus %(max)s chiffres."),
        "max_whole_digits": _("Indiquez un nombre d’au plus %(max)s chiffres avant la virgule."),
        "max_decimal_places": _("Indiquez un nombre d’au plus %(max)s chiffres après la virgule."),
    },
    forms.DateField: {"required": _("Indiquez un jour."), "invalid": _("Indiquez un jour qui existe.")},
    forms.DateTimeField: {
        "required": _("Indiquez un jour et une heure."),
        "invalid": _("Indiquez un jour et une heure qui existent."),
    },
    forms.BooleanField: {"required": _("Cochez cette case pour continuer.")},
    forms.ChoiceField: {"required": _("Choisissez une réponse."), "invalid_choice": CHOOSE},
    forms.MultipleChoiceField: {"required": _("Choisissez au moins une réponse."), "invalid_list": CHOOSE},
    forms.ModelMultipleChoiceField: {
        "required": _("Choisissez au moins une réponse."),
        "invalid_list": CHOOSE,
        "invalid_pk_value": CHOOSE,
    },
    forms.FileField: {
        "required": _("Choisissez un fichier."),
        "invalid": _("Le fichier n’est pas arrivé : choisissez-le de nouveau."),
        "missing": _("Le fichier n’est pas arrivé : choisissez-le de nouveau."),
        "empty": _("Ce fichier est vide : choisissez-en un autre."),
        "max_length": _("Le nom de ce fichier compte %(length)s caractères : %(max)s au plus. Renommez-le."),
    },
}


# Said of a text that an act could not print; applications/content/fields/kinds.py says it too.
UNPRINTABLE = _("Les documents officiels ne peuvent pas imprimer : %(signs)s. Remplacez ces caractères.")
MOST_SIGNS = 5


def unprintable(text: str) -> dict[str, str]:
    """What fills UNPRINTABLE, nothing when every character has a drawing."""
    signs = glyphs.unprintable(text)
    return {"signs": " ".join(signs[:MOST_SIGNS]) + (" …" if len(signs) > MOST_SIGNS else "")} if signs else {}


def _printable(text: Any) -> None:
    if isinstance(text, str) and (signs := unprintable(text)):
        raise ValidationError(UNPRINTABLE, code="unprintable", params=signs)


@cache
def _said(kind: type[forms.Field]) -> list[tuple[str, Any, Any]]:
    """(code, Django's own sentence or None, ours) of a kind of field, from those it is made of."""
    stock: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        own = vars(one).get("default_error_messages", {})
        stock |= own
        if not one.__module__.startswith("django."):
            ours = {code: sentence for code, sentence in ours.items() if code not in own}
        ours |= SAID.get(one, {})
    return [(code, stock.get(code), sentence) for code, sentence in ours.items()]


def _in_our_words(field: forms.Field) -> None:
    kind: Any = type(field)
    for code, stock, sentence in _said(kind):
        if field.error_messages.get(code) is stock:
            field.error_messages[code] = sentence


class Refusals(forms.BaseForm):
    """What every form of the portal does, a plain one or one made from a model."""

    data: Any
    fields: dict[str, Any]  # whoever declares a field knows its kind
    default_renderer = Renderer
    required_css_class = "required"
    error_css_class = "error"
    # What may be left empty for the form, but not for the verb or the deposit: never called optional.
    asked_later: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(_one_line_end(data), *args, **kwargs)
        self.use_required_attribute = False  # the browser's own bubbles say less, and not to everyone
        for field in self.fields.values():
            _count_instead_of_cutting(field)

    def full_clean(self) -> None:
        for field in self.fields.values():
            _in_our_words(field)
            _only_what_prints(field)
        super().full_clean()
        if self.is_bound and (refusal := once.refusal()):
            self.add_error(None, ValidationError(refusal, code="W05"))

    def refuse(self, refused: Refused) -> None:
        """Puts a rule's refusal beside the field it names, or above the form when it names none that is here."""
        field = refused.field if refused.field in self.fields else None
        self.errors  # noqa: B018 - the form is cleaned before an error can be added to it
        self.add_error(field, ValidationError(refused.message, code=refused.code))


def _only_what_prints(field: forms.Field) -> None:
    """What is typed may end in an act; a password never does."""
    secret = isinstance(field.widget, forms.PasswordInput)
    if isinstance(field, forms.CharField) and not secret and _printable not in field.validators:
        field.validators.append(_printable)


def _one_line_end(data: Any) -> Any:
    """A line end travels as two characters and is counted once, as the counter beside the field does."""
    if not isinstance(data, QueryDict):
        return data
    held = data.copy()
    for name, values in held.lists():
        held.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return held


def _count_instead_of_cutting(field: forms.Field) -> None:
    """`maxlength` cuts a pasted text without a word; a counter says by how much it is too long, and the server refuses."""
    limit = field.widget.attrs.pop("maxlength", None)
    if limit and isinstance(field.widget, forms.Textarea):
        field.widget.attrs["data-limit"] = str(limit)


class Over(Refusals):
    """A form over what is there, for a verb that asks changes.over(): each field carries what the page had shown of it (Django's
    hidden initial), so that only what its author changes is written. What others have changed meanwhile comes back beside what was
    typed; the page then shows what is there, and saving again puts the one kept.
    """

    def __getitem__(self, name: str) -> Any:
        self.fields[name].show_hidden_initial = True
        return super().__getitem__(name)

    def typed(self) -> dict[str, Any]:
        """{field: value} of the fields that were sent, but for those that the button « garder » leaves as they are."""
        kept = self.data.getlist("keep") if isinstance(self.data, QueryDict) else []
        return {name: value for name, value in self.cleaned_data.items() if self._is_sent(name, kept)}

    def _is_sent(self, name: str, kept: list[str]) -> bool:
        bound: Any = self[name]
        omitted = bound.field.widget.value_omitted_from_data
        return bound.html_name not in kept and not omitted(self.data, self.files, bound.html_name)

    def read(self) -> dict[str, Any]:
        """{field: value} that the page had shown, where it says so."""
        return {name: shown for name in self.fields if (shown := self._shown(name)) is not UNSAID}

    def _shown(self, name: str) -> Any:
        bound: Any = self[name]
        if bound.html_initial_name not in self.data:
            return UNSAID
        told = bound.field.hidden_widget().value_from_datadict(self.data, {}, bound.html_initial_name)
        try:
            return bound.field.to_python(told)
        except ValidationError:
            return UNSAID

    def refuse(self, refused: Refused) -> None:
        met = {name: value for name, value in refused.facts.get("met", {}).items() if name in self.fields}
        if not met:
            return super().refuse(refused)
        self.meet(met)

    def meet(self, met: dict[str, Any]) -> None:
        """The page that comes back: what each of these fields holds now beside what was typed, which saving again puts there."""
        self.errors  # noqa: B018 - the form is cleaned before an error can be added to it
        held = self.data.copy()
        for name, value in met.items():
            bound: Any = self[name]
            now = bound.field.prepare_value(value)
            held[bound.html_initial_name] = "" if now is None else str(now)
            bound.field.met = _in_words(bound.field, now)
            self.add_error(name, ValidationError(MET, code="W04"))
        self.data = held


def _in_words(field: forms.Field, drawn: Any) -> Any:
    """A value as a person reads it: the word of a list, yes or no, « (vide) »."""
    if isinstance(drawn, bool):
        return _("oui") if drawn else _("non")
    return str(dict(getattr(field, "choices", ())).get(drawn, drawn)) if drawn not in (None, "") else _("(vide)")


UNSAID = object()
MET = _(
    "Ce champ a changé pendant que vous écriviez : les deux valeurs sont ici. Enregistrez de nouveau pour garder la vôtre."
)


class Form(Refusals, forms.Form):
    """The base of every form."""


class ModelForm(Refusals, forms.ModelForm):
    """For reading a model's fields; verbs still do the writing, so it is never saved."""

    def save(self, commit: bool = True) -> Any:
        raise NotImplementedError("a verb writes: pass cleaned_data to it")


class CentsField(forms.Field):
    """An amount typed in euros (« 1 234,56 ») that is integer cents once cleaned; None when left empty."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "amount", "autocomplete": "off"})
    default_error_messages = {
        "required": _("Indiquez un montant, par exemple 1 234,56."),
        "max_cents": _("Le montant ne peut pas dépasser %(limit)s."),
    }

    def __init__(self, *, max_cents: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_cents = max_cents

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            return money.parse(str(value))
        except ValueError as wrong:
            raise ValidationError(str(wrong), code="amount") from wrong

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and self.max_cents is not None and value > self.max_cents:
            limit = money.display(self.max_cents)
            raise ValidationError(self.error_messages["max_cents"], code="max_cents", params={"limit": limit})

    def prepare_value(self, value: Any) -> Any:
        return money.plain(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


def carried(form: Refusals, verb: Callable[[dict[str, Any]], Any]) -> bool:
    """Runs the verb with the cleaned form; True when it went through, False with what is wrong put on the form."""
    if not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


def long(rows: int, limit: int) -> forms.Textarea:
    """A long text whose limit is counted, never cut (the verb refuses what is too long)."""
    return forms.Textarea(attrs={"rows": rows, "maxlength": limit})


class ReasonForm(Form):
    asked_later = ("reason",)
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        widget=long(4, 2000),
        help_text=_("Il est enregistré avec votre nom et l’heure."),
    )
