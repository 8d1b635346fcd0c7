"""What a field of a dossier accepts: a text is what travels and what the history keeps, a value is what the column holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
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


@dataclass(frozen=True)
class Text:
    """A text of at most `most` characters."""

    label: Any
    most: int
    needed: bool = False
    long: bool = False  # compared word by word and merged; a short one is taken whole
    form: Callable[[str, str], str] | None = (
        None  # (text, field): the text as it is kept, refused when it has not this form
    )

    def read(self, raw: str, field: str) -> str:
        text = plain(raw, field)
        if self.needed and not text:
            raise Refused(_now("%(name)s est à renseigner.") % {"name": self.label}, code="E01", field=field)
        if len(text) > self.most:
            raise Refused(
                _now("%(name)s compte %(size)s caractères : %(most)s au plus.")
                % {"name": self.label, "size": len(text), "most": self.most},
                code="E02",
                field=field,
            )
        return self.form(text, field) if self.form and text else text

    def text(self, value: Any) -> str:
        return value or ""

    def shown(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Number:
    """A whole number from `least` to `most`, or nothing yet."""

    label: Any
    least: int
    most: int
    code: str
    sentence: Any
    long: bool = False

    def read(self, raw: str, field: str) -> int | None:
        text = plain(raw, field)
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 6 or not self.least <= int(text) <= self.most:
            raise Refused(str(self.sentence), code=self.code, field=field)
        return int(text)

    def text(self, value: Any) -> str:
        return "" if value is None else str(value)

    def shown(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Day:
    """A civil day, written YYYY-MM-DD, or nothing yet."""

    label: Any
    long: bool = False

    def read(self, raw: str, field: str) -> date | None:
        text = plain(raw, field)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Refused(_now("Indiquez un jour qui existe."), code="E04", field=field) from None

    def text(self, value: Any) -> str:
        return value.isoformat() if value else ""

    def shown(self, text: str) -> str:
        return paris_date(date.fromisoformat(text)) if text else ""


@dataclass(frozen=True)
class Choice:
    """One of `choices`, (value, label), or nothing yet."""

    label: Any
    choices: tuple[tuple[str, Any], ...]
    code: str = "E05"
    sentence: Any = CHOOSE
    needed: bool = False
    long: bool = False

    def read(self, raw: str, field: str) -> str:
        text = plain(raw, field)
        if text not in dict(self.choices) and (text or self.needed):
            raise Refused(str(self.sentence), code=self.code, field=field)
        return text

    def text(self, value: Any) -> str:
        return value or ""

    def shown(self, text: str) -> str:
        return str(dict(self.choices).get(text, text))


@dataclass(frozen=True)
class Several:
    """Rows of another noun of the same dossier, written as their numbers, « 3,12 »."""

    label: Any
    among: str  # the dossier's relation that holds them
    long: bool = False

    def read(self, raw: str, field: str) -> list[int]:
        text = plain(raw, field)
        if not text:
            return []
        parts = text.split(",")
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
            raise Refused(_now("Cochez des lignes de la liste."), code="A02", field=field)
        return sorted({int(part) for part in parts})

    def text(self, value: Any) -> str:
        return ",".join(str(number) for number in sorted(value or ()))

    def shown(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Choices:
    """Some of `choices`, (value, label), written « medical,performance » in the order of the list."""

    label: Any
    choices: tuple[tuple[str, Any], ...]
    long: bool = False

    def read(self, raw: str, field: str) -> list[str]:
        text = plain(raw, field)
        said = set(text.split(",")) if text else set()
        if said - set(dict(self.choices)):
            raise Refused(str(CHOOSE), code="E05", field=field)
        return [value for value, _label in self.choices if value in said]

    def text(self, value: Any) -> str:
        return ",".join(value or ())

    def shown(self, text: str) -> str:
        return ", ".join(str(dict(self.choices).get(one, one)) for one in text.split(",")) if text else ""


@dataclass(frozen=True)
class One:
    """A row of another noun of the same dossier, written as its number, or none yet."""

    label: Any
    among: str  # the dossier's relation that holds them
    narrowed: tuple[tuple[str, Any], ...] = ()  # which of them may be named
    code: str = "E05"
    sentence: Any = CHOOSE
    needed: bool = False
    long: bool = False

    def read(self, raw: str, field: str) -> int | None:
        text = plain(raw, field)
        if not text and not self.needed:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Refused(str(self.sentence), code=self.code, field=field)
        return int(text)

    def text(self, value: Any) -> str:
        return "" if value is None else str(getattr(value, "pk", value))

    def shown(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class YesNo:
    """Yes, no, or nothing said yet."""

    label: Any
    long: bool = False

    def read(self, raw: str, field: str) -> bool | None:
        text = plain(raw, field)
        if text not in ("", "yes", "no"):
            raise Refused(str(CHOOSE), code="E05", field=field)
        return {"yes": True, "no": False}.get(text)

    def text(self, value: Any) -> str:
        return {True: "yes", False: "no", None: ""}.get(value, str(value))

    def shown(self, text: str) -> str:
        return {"yes": _now("oui"), "no": _now("non")}.get(text, text)


@dataclass(frozen=True)
class Figure:
    """A measure of two decimals at most, below a thousand billions, or nothing yet; written « 1234,5 »."""

    label: Any
    long: bool = False

    def read(self, raw: str, field: str) -> Decimal | None:
        text = "".join(plain(raw, field).split()).replace(".", ",")
        if not text:
            return None
        if not re.fullmatch(r"[-−]?[0-9]{1,12}(,[0-9]{1,2})?", text):
            raise Refused(str(TWO_DECIMALS), code="E06", field=field)
        return Decimal(text.replace("−", "-").replace(",", "."))

    def text(self, value: Any) -> str:
        return "" if value is None else f"{Decimal(value).normalize():f}".replace(".", ",")

    def shown(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Amount:
    """Euros, whole cents in the column; nothing is zero. Written as the grid shows it, « 1 234,50 »."""

    label: Any
    long: bool = False

    def read(self, raw: str, field: str) -> int:
        text = plain(raw, field)
        try:
            return money.parse(text) if text else 0
        except ValueError as wrong:
            raise Refused(str(wrong), code="R30", field=field) from wrong

    def text(self, value: Any) -> str:
        return money.plain(value) if value else ""

    def shown(self, text: str) -> str:
        return text and f"{text}{money.NBSP}€"


Field = Text | Number | Day | Choice | Several | Choices | One | YesNo | Figure | Amount


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
