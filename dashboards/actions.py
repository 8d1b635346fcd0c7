"""Verbs of the auditor's box: asked for, packed dossier by dossier, closed, taken, swept. Nothing of a dossier changes."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from calls.models import Call
from edsh_portal import clock
from edsh_portal.events import deliver, instant, record
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from . import permissions
from .box import shelf


@transaction.atomic
def ask_box(of: Application | Call, *, by: Any, at: datetime | None = None) -> Event:
    """The box of a dossier, or of all those of a call, as it stands now; an obligation a dossier."""
    if not permissions.can_ask_box(by):
        raise PermissionDenied("ask_box")
    at = instant(at, shelf.STREAM)
    held = Application.objects.visible_to(by)
    held = held.filter(pk=of.pk) if isinstance(of, Application) else held.filter(wave__call=of)
    keys = list(held.order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise Refused(_("Aucun dossier à mettre en boîte."), code="X01")
    box = record("box.asked", of, by=by, at=at, stream=shelf.STREAM, dossiers=len(keys))
    for key in keys:
        deliver(box, shelf.PACK, key=str(key))
    return box


def packed(box: Event, application: Application) -> None:
    """One dossier of the box lies on its shelf; the last one has the box closed. In the transaction of its obligation."""
    instant(None, shelf.STREAM)  # two that end together count each other
    record("box.packed", box, by=None, stream=shelf.STREAM, application=application.pk)
    done = Event.objects.filter(kind="box.packed", subject_type=Event._meta.label_lower, subject_id=box.pk)
    if done.count() == box.data["dossiers"]:
        deliver(box, shelf.CLOSE)


def made(box: Event, *, sha256: str, certificate: str, size: int) -> Event:
    """The whole lies there: `sha256` is that of its SHA256SUMS, `certificate` that of who signed its root, `size` is in bytes."""
    return record("box.made", box, by=None, stream=shelf.STREAM, sha256=sha256, certificate=certificate, size=size)


@transaction.atomic
def hand_over(box: Event, *, by: Any, at: datetime | None = None) -> Event:
    """Whoever asked for it says that they take it, and answer for what it holds; it opens its download to them."""
    if not permissions.can_ask_box(by):
        raise PermissionDenied("hand_over")
    at = instant(at, shelf.STREAM)
    held = shelf.state(box)
    if held.made is None or not held.there:
        raise Refused(_("Cette boîte n’est pas prête, ou elle a été effacée."), code="X02")
    return record("box.handed", box, by=by, at=at, stream=shelf.STREAM, sha256=held.made.data["sha256"])


def sweep() -> list[int]:
    """Of the clocks: what has lain there for BOX_DAYS goes. Answers which, newest first."""
    gone = []
    for box in shelf.old(clock.now()):
        shelf.sweep(box)
        with transaction.atomic():
            record("box.swept", box, by=None, stream=shelf.STREAM)
        gone.append(box.pk)
    return gone
