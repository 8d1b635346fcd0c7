"""The fields of a dossier that people write together, each under a key: what it accepts, and where its value lives.

A key is `answers.<question>`, `identity.<column>`, `projects.<row>.<column>`, `perimeters.<row>.<column>` or
`members.<row>.work`. A text is what travels and what the history keeps; a value is what the column holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from edsh_portal.templatetags.portal import paris_date
from edsh_portal.workflow import Refused

from .models import Application, Outcome, Procedure
from .questions import QUESTIONS

MOST_MONTHS = 600


def plain(raw: str, field: str) -> str:
    """The text with one kind of line end and no blank around it; refused when no database could keep it."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused(
            _now(
                "Ce texte contient un caractère invisible que le portail ne sait pas garder : effacez-le, ou recopiez-le sans mise en forme."
            ),
            code="E02",
            field=field,
        )
    return text


@dataclass(frozen=True)
class Text:
    """A text of at most `most` characters."""

    label: Any
    most: int
    needed: bool = False
    long: bool = False  # compared word by word and merged; a short one is taken whole

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
        return text

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
    code: str
    sentence: Any
    long: bool = False

    def read(self, raw: str, field: str) -> str:
        text = plain(raw, field)
        if text and text not in dict(self.choices):
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
        return ",".join(str(number) for number in sorted(value))

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
            raise Refused(_now("Choisissez une des valeurs proposées."), code="E05", field=field)
        return [value for value, _label in self.choices if value in said]

    def text(self, value: Any) -> str:
        return ",".join(value or ())

    def shown(self, text: str) -> str:
        return ", ".join(str(dict(self.choices).get(one, one)) for one in text.split(",")) if text else ""


Field = Text | Number | Day | Choice | Several | Choices

LEVEL = _("La maturité va de 0 à 10.")
IDENTITY: dict[str, Field] = {
    "acronym": Text(_("L’acronyme"), 40, needed=True),
    "title": Text(_("Le titre"), 200),
    "goal": Choice(
        _("L’objet"), tuple(Application.Goal.choices), "R23", _("Choisissez « constituer » ou « consolider ».")
    ),
    "starts_on": Day(_("Le début des travaux")),
    "months": Number(_("La durée"), 1, MOST_MONTHS, "R16", _("La durée est un nombre de mois.")),
    "maturity_now": Number(_("La maturité de départ"), 0, 10, "R23", LEVEL),
    "maturity_target": Number(_("La maturité visée"), 0, 10, "R23", LEVEL),
}
PROJECT: dict[str, Field] = {
    "title": Text(_("Le titre"), 160, needed=True),
    "theme": Text(_("Le thème"), 120),
    "summary": Text(_("Le résumé"), 3000, long=True),
    "partners": Several(_("Les partenaires associés"), "associated"),
    "outcomes": Choices(_("Les bénéfices attendus"), tuple(Outcome.choices)),
    "procedure": Choice(_("La procédure"), tuple(Procedure.choices), "E05", _("Choisissez une des valeurs proposées.")),
    "starts_on": Day(_("Le début du projet")),
}
PERIMETER: dict[str, Field] = {
    "scope": Text(_("Le périmètre"), 2000, needed=True, long=True),
    "depth": Text(_("La profondeur"), 1000, needed=True, long=True),
    "refresh": Text(_("La fréquence de mise à jour"), 120, needed=True),
    "duration": Text(_("La durée de partage"), 120, needed=True),
    "interest": Text(_("L’intérêt"), 2000, needed=True, long=True),
}
MEMBER: dict[str, Field] = {"work": Text(_("Le texte"), 4000, long=True)}
ANSWERS: dict[str, Field] = {
    question.slug: Text(question.title, question.max_chars, long=True) for question in QUESTIONS
}


class Rows(NamedTuple):
    """A noun of which a dossier has several: the relation that leads to them and the fields of each."""

    relation: str
    fields: dict[str, Field]


ROWS = {
    "projects": Rows("projects", PROJECT),
    "perimeters": Rows("perimeters", PERIMETER),
    "members": Rows("memberships", MEMBER),
}
SINGLE = {"answers": ANSWERS, "identity": IDENTITY}


def fields_of(section: str) -> dict[str, Field]:
    """{column or question: field} of a section."""
    return ROWS[section].fields if section in ROWS else SINGLE[section]


class Place(NamedTuple):
    """Where a key leads: its section, the row's number (None for the dossier's own), the column, what it accepts."""

    key: str
    section: str
    row: int | None
    name: str
    field: Field


def place(key: str) -> Place:
    """Reads a key; refused A02 when no field answers to it."""
    parts = key.split(".")
    match parts:
        case [section, name] if name in SINGLE.get(section, {}):
            return Place(key, section, None, name, SINGLE[section][name])
        case [section, row, name] if section in ROWS and row.isascii() and row.isdigit() and len(row) < 10:
            if name in ROWS[section].fields:
                return Place(key, section, int(row), name, ROWS[section].fields[name])
    raise Refused(_now("Ce champ n’existe pas."), code="A02")


def keys(section: str, names: Iterable[str], row: int | None = None) -> dict[str, str]:
    """{name: key} of fields of one section, those that are written together."""
    known = fields_of(section)
    stem = section if row is None else f"{section}.{row}"
    return {name: f"{stem}.{name}" for name in names if name in known}
