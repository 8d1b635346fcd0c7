"""What reopens of a dossier, inside the verb of another room that says why and holds the dossier."""

from collections.abc import Mapping
from datetime import datetime

from edsh_portal import memory

from ..models import Application, Opening
from ..permissions import REMEMBERED


def open_parts(application: Application, parts: Mapping[str, str], *, until: datetime) -> None:
    """Opens these parts, {key: label}, and them alone, while at < `until`."""
    Opening.objects.bulk_create(
        Opening(application=application, key=key, label=label, until=until) for key, label in parts.items()
    )
    memory.forget(*REMEMBERED)


def close_parts(application: Application) -> None:
    application.openings.all().delete()
    memory.forget(*REMEMBERED)
