"""Takes the dossier's row lock before anything is read, answers for what was received, and holds the cut-off (R01)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils.translation import gettext as _

from calls.models import Wave
from edsh_portal import clock, memory
from edsh_portal.events import stream_of
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Application, Reception
from .reception import settle_under_lock

WAITING = "SELECT id FROM applications_reception WHERE application_id = %s AND settled_at IS NULL"


def lock_unsettled(application: Application, at: datetime | None) -> tuple[datetime, Reception | None]:
    """Locks and rereads the dossier in place; answers the instant, read after the locks unless it was given, and the
    reception that waits for its answer, if one does."""
    memory.forget(*permissions.REMEMBERED)
    held = Application.objects.select_related("wave").select_for_update(no_key=True, of=("self",))
    application.refresh_from_db(from_queryset=held)
    # A statement of its own: one that waited for the lock would see what was received before it waited.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT event_hold(ARRAY[%s]), ({WAITING})", [stream_of(application), application.pk])
        now, waiting = cursor.fetchone()
    return at or now.astimezone(UTC), Reception.objects.select_related("by").get(pk=waiting) if waiting else None


def lock_dossier(application: Application, at: datetime | None) -> datetime:
    """The lock, then the answer of what was received before it: the dossier frozen is the one that was received."""
    at, waiting = lock_unsettled(application, at)
    if waiting is not None:
        settle_under_lock(application, waiting, at)
    return at


def need_open(wave: Wave, at: datetime) -> None:
    """R01: the wave takes deposits while opens_at <= at < closes_at; 12:00:00.000 is too late."""
    if at < wave.opens_at:
        raise Refused(
            _("Les dépôts ouvrent le %(opening)s, heure de Paris ; il est %(now)s.")
            % {"opening": clock.paris(wave.opens_at), "now": clock.paris_to_the_millisecond(at)},
            code="R01",
        )
    if at >= wave.closes_at:
        raise Refused(
            _("La relève est close depuis le %(cutoff)s, heure de Paris ; il est %(now)s. Rien n’a été modifié.")
            % {"cutoff": clock.paris(wave.closes_at), "now": clock.paris_to_the_millisecond(at)},
            code="R01",
            closes_at=wave.closes_at.isoformat(),
            at=at.isoformat(),
        )


def need_editable(application: Application, key: str | None, at: datetime) -> None:
    """The wave is open, or a request for complements reopens the part `key` (applications/content/reopening.py) until its deadline.

    None: whatever part is reopened will do.
    """
    asked = permissions.reopened(application, at)
    if asked and key is not None and not permissions.covers(asked, key):
        names = application.openings.order_by("pk").values_list("label", flat=True)
        raise Refused(
            _("Seuls les compléments demandés peuvent changer : %(fields)s. Rien n’a été modifié.")
            % {"fields": ", ".join(names)},
            code="C01",
        )
    if not asked:
        need_open(application.wave, at)


def lock_for_edit(
    application: Application,
    at: datetime | None,
    by: Any,
    gate: Callable[[Any, Any], bool] = permissions.can_edit,
    thing: Any = None,
    key: str | None = None,
) -> datetime:
    """The lock, the gate (of `thing`, a member or a piece of the dossier, if given), then the cut-off: how every change begins.

    `key` names the part changed: after the cut-off, only those that a request for complements names are open. None: the
    verb writes several and asks need_editable() of each.
    """
    at = lock_dossier(application, at)
    if thing is not None:
        thing.refresh_from_db()
        thing.application = application
    if not gate(by, thing if thing is not None else application):
        raise PermissionDenied
    need_editable(application, key, at)
    return at


def lock_section(application: Application, at: datetime | None, by: Any, section: str) -> datetime:
    """The lock, the gate of a section (the coordinator's people, or the partner it was handed to), then the cut-off.

    The columns of the identity are reopened one by one: each that changes answers for itself.
    """
    key = None if section == "identity" else section
    return lock_for_edit(
        application, at, by, lambda user, dossier: permissions.can_edit_section(user, dossier, section), key=key
    )
