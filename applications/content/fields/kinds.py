"""What a field of a dossier accepts: a text is what travels and what the history keeps, a value is what the column holds.

Each kind reads a value once, from what was typed or from a form that has parsed it already; its control (controls.py) is what a
page offers. What a model says of its column (its words, its length, its choices) is taken from there when a section binds it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlsplit

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, OuterRef, TextField
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from directory import identifiers
from edsh_portal import money
from edsh_portal.forms import UNPRINTABLE, unprintable
from edsh_portal.templatetags.portal import paris_date
from edsh_portal.workflow import Refused

CHOOSE = _("Choisissez une des valeurs proposées.")
TWO_DECIMALS = _("Indiquez un nombre de deux décimales au plus, inférieur à mille milliards.")
LARGEST_SMALL = 32_767  # what a small integer column holds
MOST_MONTHS = 600


def plain(raw: str, field: str) -> str:
    """The text with one kind of line end and no blank around it; refused when no database could keep it, or no act print it."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused(
            _now(
                "Ce texte contient un caractère invisible que le portail ne sait pas garder : effacez-le, ou recopiez-le sans mise en forme."
            ),
            code="E02",
            field=field,
        )
    if signs := unprintable(text):
        raise Refused(str(UNPRINTABLE) % signs, code="E02", field=field)
    return text


@dataclass(frozen=True, kw_only=True)
class Field:
    """What every kind is told by its section: how it is called, what helps to fill it, whether the row is nothing without it."""

    words: Any = ""  # the model's, for the column
    help: Any = ""
    needed: bool = False  # the row begins with it, and nothing is saved without it
    asked: bool = True  # by the call or by a rule, sooner or later: never called optional
    long: bool = False  # compared word by word and merged; a short one is taken whole
    width: str = ""  # the class of a short control
    code: str = "E05"  # of the refusal of a value that it does not accept, said in `sentence`
    sentence: Any = CHOOSE
    kept: str | None = None  # how a frozen content calls it, when not as its column; « » for what it does not keep

    def of(self, column: Any) -> Self:
        """The same, with what the model says of its column where the section says nothing."""
        return replace(self, words=self.words or column.verbose_name)

    @property
    def label(self) -> Any:
        return capfirst(self.words)

    def read(self, said: Any, field: str) -> Any:
        """The value of a text that was typed, or of what a form has parsed; refused when the field does not accept it."""
        return self.check(self.parse(plain(said, field), field) if isinstance(said, str) else said, field)

    def parse(self, text: str, field: str) -> Any:
        return text

    def check(self, value: Any, field: str) -> Any:
        return value

    def text(self, value: Any) -> str:
        return value or ""

    def shown(self, text: str) -> str:
        return text

    def frozen(self, name: str, model: type[Any]) -> Any:
        """The expression of what a frozen content keeps of the column."""
        return F(name)

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        """What a frozen content keeps of it, as the pages say it; `names` of the rows that it may lead to."""
        return "" if value is None else self.shown(self.text(value))

    def refuse(self, field: str) -> Refused:
        return Refused(str(self.sentence), code=self.code, field=field)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A text of at most `most` characters; a long one is typed in `rows` lines."""

    most: int = 0
    rows: int = 0
    prose: bool = False  # what changed in it is told word by word
    form: Callable[[str, str], str] | None = None  # (text, field): the text as it is kept, refused without this form

    def __post_init__(self) -> None:
        if self.rows:
            object.__setattr__(self, "long", True)
            object.__setattr__(self, "prose", True)

    def of(self, column: Any) -> Self:
        return replace(super().of(column), most=self.most or column.max_length)

    def check(self, value: Any, field: str) -> str:
        text = value or ""
        if self.needed and not text:
            raise Refused(_now("« %(name)s » est à renseigner.") % {"name": self.label}, code="E01", field=field)
        if len(text) > self.most:
            raise Refused(
                _now("« %(name)s » compte %(size)s caractères : %(most)s au plus.")
                % {"name": self.label, "size": len(text), "most": self.most},
                code="E02",
                field=field,
            )
        return self.form(text, field) if self.form and text else text


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number from `least` to `most`, or nothing yet."""

    least: int = 0
    most: int = LARGEST_SMALL

    def parse(self, text: str, field: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 6:
            raise self.refuse(field)
        return int(text)

    def check(self, value: Any, field: str) -> int | None:
        if value is not None and not self.least <= value <= self.most:
            raise self.refuse(field)
        return value

    def text(self, value: Any) -> str:
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A civil day, written YYYY-MM-DD, or nothing yet."""

    code: str = "E04"
    sentence: Any = _("Indiquez un jour qui existe.")

    def parse(self, text: str, field: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise self.refuse(field) from None

    def text(self, value: Any) -> str:
        return value.isoformat() if value else ""

    def shown(self, text: str) -> str:
        return paris_date(date.fromisoformat(text)) if text else ""

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        return self.shown(value or "")


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of `choices`, (value, label), or nothing yet; `empty` is what a list says of nothing, `radio` offers them all at once."""

    choices: tuple[tuple[str, Any], ...] = ()
    empty: Any = _("Non renseigné")
    radio: bool = False

    def of(self, column: Any) -> Self:
        return replace(super().of(column), choices=self.choices or tuple(column.choices))

    def check(self, value: Any, field: str) -> str:
        text = value or ""
        if text not in dict(self.choices) and (text or self.needed):
            raise self.refuse(field)
        return text

    def shown(self, text: str) -> str:
        return str(dict(self.choices).get(text, text))


@dataclass(frozen=True, kw_only=True)
class Choices(Field):
    """Some of the choices of an array, (value, label), written « medical,performance » in the order of the list."""

    choices: tuple[tuple[str, Any], ...] = ()

    def of(self, column: Any) -> Self:
        return replace(super().of(column), choices=self.choices or tuple(column.base_field.choices))

    def parse(self, text: str, field: str) -> list[str]:
        return text.split(",") if text else []

    def check(self, value: Any, field: str) -> list[str]:
        said = set(value or ())
        if said - set(dict(self.choices)):
            raise self.refuse(field)
        return [one for one, _label in self.choices if one in said]

    def text(self, value: Any) -> str:
        return ",".join(value or ())

    def shown(self, text: str) -> str:
        return ", ".join(str(dict(self.choices).get(one, one)) for one in text.split(",")) if text else ""


@dataclass(frozen=True, kw_only=True)
class Several(Field):
    """Rows of another noun of the same dossier, written as their numbers, « 3,12 »."""

    among: str  # the dossier's relation that holds them
    code: str = "A02"
    sentence: Any = _("Cochez des lignes de la liste.")

    def parse(self, text: str, field: str) -> list[int]:
        parts = text.split(",") if text else []
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            raise self.refuse(field)
        return [int(part) for part in parts]

    def check(self, value: Any, field: str) -> list[int]:
        return sorted({number(row) for row in value or ()})

    def text(self, value: Any) -> str:
        return ",".join(str(one) for one in sorted(number(row) for row in value or ()))

    def frozen(self, name: str, model: type[Any]) -> Any:
        column: Any = model._meta.get_field(name)
        theirs = f"{column.m2m_reverse_field_name()}_id"
        led = column.remote_field.through.objects.filter(**{column.m2m_field_name(): OuterRef("pk")})
        return ArraySubquery(led.order_by(theirs).values(theirs))

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        return ", ".join(sorted(names.get(one, str(one)) for one in value or ()))


@dataclass(frozen=True, kw_only=True)
class One(Field):
    """A row of another noun of the same dossier, written as its number, or none yet."""

    among: str  # the dossier's relation that holds them
    narrowed: tuple[tuple[str, Any], ...] = ()  # which of them may be named
    empty: Any = _("Non renseigné")

    def parse(self, text: str, field: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise self.refuse(field)
        return int(text)

    def check(self, value: Any, field: str) -> int | None:
        if value is None and self.needed:
            raise self.refuse(field)
        return None if value is None else number(value)

    def text(self, value: Any) -> str:
        return "" if value is None else str(number(value))

    def frozen(self, name: str, model: type[Any]) -> Any:
        return F(f"{name}_id")

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        """The row may be kept by its name."""
        return value if isinstance(value, str) else names.get(value, "")


def number(row: Any) -> int:
    """Of a row, or of what names it already."""
    return getattr(row, "pk", row)


@dataclass(frozen=True, kw_only=True)
class YesNo(Field):
    """Yes, no, or nothing said yet."""

    def parse(self, text: str, field: str) -> bool | None:
        if text not in ("", "yes", "no"):
            raise self.refuse(field)
        return {"yes": True, "no": False}.get(text)

    def text(self, value: Any) -> str:
        return {True: "yes", False: "no", None: ""}.get(value, str(value))

    def shown(self, text: str) -> str:
        return {"yes": _now("oui"), "no": _now("non")}.get(text, text)


@dataclass(frozen=True, kw_only=True)
class Figure(Field):
    """A measure of two decimals at most, below a thousand billions, or nothing yet; written « 1234,5 »."""

    code: str = "E06"
    sentence: Any = TWO_DECIMALS

    def parse(self, text: str, field: str) -> Decimal | None:
        figure = "".join(text.split()).replace(".", ",")
        if not figure:
            return None
        if not re.fullmatch(r"[-−]?[0-9]{1,12}(,[0-9]{1,2})?", figure):
            raise self.refuse(field)
        return Decimal(figure.replace("−", "-").replace(",", "."))

    def check(self, value: Any, field: str) -> Decimal | None:
        if value is None:
            return None
        if abs(value) >= 10**12 or value != round(value, 2):
            raise self.refuse(field)
        return value

    def text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(value).normalize():f}".replace(".", ",")

    def frozen(self, name: str, model: type[Any]) -> Any:
        return Cast(name, TextField())

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        return value or ""


@dataclass(frozen=True, kw_only=True)
class Amount(Field):
    """Euros, whole cents in the column; nothing is zero. Written as the grid shows it, « 1 234,50 »."""

    code: str = "R30"

    def parse(self, text: str, field: str) -> int:
        try:
            return money.parse(text) if text else 0
        except ValueError as wrong:
            raise Refused(str(wrong), code=self.code, field=field) from wrong

    def check(self, value: Any, field: str) -> int:
        cents = value or 0
        return cents if 0 <= cents < money.LARGEST else self.parse(money.plain(cents), field)

    def text(self, value: Any) -> str:
        return money.plain(value) if value else ""

    def shown(self, text: str) -> str:
        return text and f"{text}{money.NBSP}€"

    def told(self, value: Any, names: Mapping[int, str]) -> str:
        return money.display(value or 0)


# ── forms that a text must have ──────────────────────────────────────────────────────────────────────────────────────
def finess(text: str, field: str) -> str:
    """A FINESS, held to its check key (directory/identifiers.py)."""
    number = identifiers.compact(text)
    if problem := identifiers.finess_problem(number):
        raise Refused(problem, code="E04", field=field)
    return number


def email(text: str, field: str) -> str:
    try:
        validate_email(text)
    except ValidationError as wrong:
        raise Refused(
            _now("Cette adresse électronique n’a pas la bonne forme : nom@domaine."), code="E07", field=field
        ) from wrong
    return text


def secure(text: str, field: str) -> str:
    """An address that begins with https:// and names a host."""
    if not text.startswith("https://") or not _host(text):
        raise Refused(_now("L’adresse du portail de transparence commence par « https:// »."), code="E07", field=field)
    return text


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # « https://[ » is no address at all
        return ""
