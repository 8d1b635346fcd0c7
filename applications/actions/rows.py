"""The two verbs of the sections of a dossier: a row is saved, each field over the version that was read; a row is taken out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from edsh_portal.events import record

from ..content.fields import SECTIONS, Place, keys, place
from ..content.fields.kinds import number
from ..models import Application
from .columns import STORES
from .locks import lock_section
from .writing import Save, lock_fields, write

Reads = Mapping[str, int] | None  # {key: version that was read}; None when a form does not say
NEW = 0  # stands for the number of a row that is not there yet


@transaction.atomic
def save_row(
    application: Application,
    section: str,
    *,
    row: Any = None,
    within: Any = None,
    read: Reads = None,
    by: Any,
    at: datetime | None = None,
    **values: Any,
) -> Any:
    """Saves fields of one row, all or none: {name: its value, or a text as it is typed}; what is not given stays as it is.

    `row`: the row or its number (the function, of a function); None for the dossier's own, and for one that is added, `within`
    then being what it stands in (the project of an indicator). Incomplete is accepted, impossible is not; the rules speak in the
    checklist. Answers the row as it now is.
    """
    if not values or (unknown := values.keys() - keys(section, values).keys()):
        raise TypeError(f"unknown: {', '.join(sorted(unknown))}" if values else "nothing to save")
    adds, held = row is None and not SECTIONS[section].single, number(row)
    at = lock_fields(application, _places(section, values, NEW if adds else held), by, at)
    if adds:
        held = STORES[section].new(application, within, values).pk
    places = _places(section, values, held)
    saves = [Save(one.key, values[one.name], None if read is None else read.get(one.key, 0)) for one in places]
    write(application, places, saves, by=by, at=at)
    thing = STORES[section].find(application, held)
    told = STORES[section].told(thing, values)
    record("application.edited", application, by=by, at=at, section=section, row=held, **told)
    return thing


def _places(section: str, values: Mapping[str, Any], row: Any) -> list[Place]:
    return [place(key) for key in keys(section, values, row).values()]


@transaction.atomic
def remove_row(application: Application, section: str, row: Any, *, by: Any, at: datetime | None = None) -> None:
    """Takes a row out of the dossier, with what goes with it."""
    at = lock_section(application, at, by, SECTIONS[section].part)
    held = number(row)
    STORES[section].leave(application, held)
    record("application.edited", application, by=by, at=at, section=section, removed=held)
