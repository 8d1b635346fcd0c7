"""How a whole form of one section is saved: the row made if it is new, then its fields, each over the version that was read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from ..fields import SECTIONS, keys
from ..models import Application
from .writing import Saved, save_fields

MOST_ROWS = 50  # of one noun in a dossier
Reads = Mapping[str, int] | None  # {key: version that was read}; None when a form does not say


def new_row(rows: Any, **needed: Any) -> Any:
    """An empty row, that the fields written next fill in the same transaction."""
    if rows.count() >= MOST_ROWS:
        raise Refused(_("Un dossier en compte %(most)s au plus.") % {"most": MOST_ROWS}, code="E03")
    return rows.create(**needed)


def save_row(
    application: Application, section: str, row: Any, values: Mapping[str, Any], read: Reads, by: Any, at: datetime
) -> list[Saved]:
    """A whole form of one section, field by field: {column: value}. `row` is its number, None for the dossier's own."""
    fields, named = SECTIONS[section].fields, keys(section, values, row)
    raws = {named[name]: fields[name].text(value) for name, value in values.items()}
    return save_fields(application, raws, read, by=by, at=at)
