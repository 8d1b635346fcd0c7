"""What may be said in one field of a dossier: the refusals that several verbs share."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from ..fields import Text
from ..models import Application

MOST_ROWS = 50  # of one noun in a dossier
LARGEST_SMALL = 32_767  # what a small integer column holds


def text(value: str, *, field: str, most: int, name: Any, needed: bool = False) -> str:
    """The trimmed text, refused when empty (if needed) or longer than `most` characters."""
    return Text(name, most, needed=needed).read(value, field)


def row(rows: Any, existing: Any, values: dict[str, Any]) -> Any:
    """Changes the row `existing` of these, or adds one."""
    if existing is None:
        if rows.count() >= MOST_ROWS:
            raise Refused(_("Un dossier en compte %(most)s au plus.") % {"most": MOST_ROWS}, code="E03")
        return rows.create(**values)
    existing = rows.get(pk=existing.pk)
    for name, value in values.items():
        setattr(existing, name, value)
    existing.save()
    return existing


def choice(value: str, known: Collection[str], *, field: str, needed: bool = False) -> str:
    """One of the values offered; none is accepted unless `needed`."""
    if value in known or not value and not needed:
        return value
    raise Refused(_("Choisissez une des valeurs proposées."), code="E05", field=field)


def whole(value: int | None, *, field: str) -> int | None:
    """A count, or nothing yet."""
    if value is not None and not 0 <= value <= LARGEST_SMALL:
        raise Refused(_("Indiquez un nombre de 0 à %(most)s.") % {"most": LARGEST_SMALL}, code="E06", field=field)
    return value


def email(value: str, *, field: str) -> str:
    value = value.strip()
    try:
        if value:
            validate_email(value)
    except ValidationError as wrong:
        raise Refused(
            _("Cette adresse électronique n’a pas la bonne forme : nom@domaine."), code="E07", field=field
        ) from wrong
    return value


def mine(thing: Any, application: Application, *, field: str) -> Any:
    """The thing when it is of this dossier, or nothing; somebody else's is refused as an unknown value."""
    if thing is not None and thing.application_id != application.pk:
        raise Refused(_("Choisissez une des valeurs proposées."), code="E05", field=field)
    return thing
