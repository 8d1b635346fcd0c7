"""Verbs of what is put on paper: a draft as it stands, the blank form of the call. The pdf worker lays it out."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from calls.models import CallSettings
from edsh_portal.events import instant, record

from .. import permissions
from ..content import freeze
from ..models import Application, Printout


def print_draft(application: Application, *, by: Any, at: datetime | None = None) -> Printout:
    """The live dossier as it is now, for those who write it; what is already on paper is not laid out again."""
    if not permissions.can_attend(by, application):
        raise PermissionDenied("print_draft")
    return _print(application.wave.settings, application, freeze.content(application), by, at)


def print_form(settings: CallSettings, *, at: datetime | None = None) -> Printout:
    """The blank form of a version of the settings, in the portal's own name."""
    return _print(settings, None, {}, None, at)


@transaction.atomic
def _print(
    settings: CallSettings, application: Application | None, content: dict[str, Any], by: Any, at: datetime | None
) -> Printout:
    at = instant(at, settings)
    made, new = Printout.objects.get_or_create(
        of=settings,
        application=application,
        sha256=freeze.digest(content),
        defaults={"content": content, "asked_by": by, "asked_at": at},
    )
    if new:
        record("printout.asked", made, by=by, at=at, application=application.pk if application else None)
    return made
