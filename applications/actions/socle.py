"""The verb of the common core: how far each item has come in one warehouse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from edsh_portal.events import record

from ..models import Warehouse
from .hold import hold_section
from .rows import Reads
from .writing import Saved, save_fields


@transaction.atomic
def save_socle(
    warehouse: Warehouse,
    states: Mapping[str, tuple[str, str]],
    *,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> list[Saved]:
    """Present and target stages of the items given, {number: (now, target)}; the others stay as they are.

    « » says nothing; refused, on « number-target », is a target that falls back behind what is there.
    """
    application = warehouse.application
    at = hold_section(application, at, by, "mesh")
    raws = {
        f"socle.{warehouse.pk}.{number}-{column}": stage
        for number, pair in states.items()
        for column, stage in zip(("now", "target"), pair, strict=True)
    }
    saved = save_fields(application, raws, read, by=by, at=at)
    record("application.edited", application, by=by, at=at, section="socle", warehouse=warehouse.pk, items=len(states))
    return saved
