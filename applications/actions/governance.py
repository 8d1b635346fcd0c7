"""The verb of the governance: one row a dossier, each fact with its evidence."""

from datetime import datetime
from typing import Any

from django.db import transaction

from edsh_portal.events import record

from ..fields import SECTIONS
from ..models import Application, Governance
from .hold import hold_section
from .rows import Reads, save_row


@transaction.atomic
def save_governance(
    application: Application, *, by: Any, at: datetime | None = None, read: Reads = None, **said: Any
) -> Governance:
    """What the dossier says of its governance: columns of the section; what is not given is said no more.

    An evidence (cse_evidence, transparency_evidence…) is the code of a piece joined to the dossier, « to_join », or "".
    Nothing is needed: the call expects, it does not exclude.
    """
    at = hold_section(application, at, by, "governance")
    fields = SECTIONS["governance"].fields
    if unknown := set(said) - set(fields):
        raise TypeError(f"unknown: {', '.join(sorted(unknown))}")
    values = {name: said.get(name) for name in fields}
    save_row(application, "governance", None, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="governance")
    return Governance.objects.get_or_create(application=application)[0]
