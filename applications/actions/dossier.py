"""The verb that opens a dossier; its content is written by those of rows.py and writing.py."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Wave
from directory.models import Establishment
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, move

from ..content.fields import place
from ..models import Application, Membership
from ..permissions import OPEN_STATES
from ..rules import REGISTER_KINDS
from .consortium import link
from .locks import need_open


@transaction.atomic
def create(
    wave: Wave, *, coordinator: Establishment, acronym: str, by: Any, again: bool = False, at: datetime | None = None
) -> Application:
    """A new dossier of the wave, carried by `coordinator`, whose people see it at once. Its number follows the wave's last.

    A second one of the same coordinator and acronym is asked twice: refused, naming the first, unless `again`.
    """
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update(no_key=True, of=("self",)))
    at = instant(at, wave)
    application = Application(
        wave=wave, coordinator=coordinator, created_by=by, created_at=at, acronym=acronym, state=""
    )
    move(application, "create", by)
    need_open(wave, at)
    if coordinator.kind not in REGISTER_KINDS:
        raise Refused(
            _("Le coordinateur doit être un établissement de santé public ou privé, ou un GCS."),
            code="R11",
            field="coordinator",
        )
    application.acronym = str(place("identity.acronym").field.read(acronym, "acronym"))
    if not again:
        _need_new(application)
    application.reference = f"EDSH-{wave.number}-{wave.applications.count() + 1:04d}"
    application.save()
    membership = Membership.objects.create(
        application=application,
        establishment=coordinator,
        role="coordinator",
        state="accepted",
        invited_at=at,
        answered_at=at,
        answered_by=by,
    )
    link(membership)
    application.answers.create(key="identity.acronym", version=1, text=application.acronym, by=by, at=at)
    record(
        "application.created",
        application,
        by=by,
        at=at,
        state=application.state,
        wave=wave.pk,
        coordinator=coordinator.pk,
    )
    record("membership.created", membership, by=by, at=at, state=membership.state, establishment=coordinator.pk)
    return application


def _need_new(application: Application) -> None:
    """D01: this dossier is not opened already; two clicks, or two colleagues, make one."""
    own = Application.objects.filter(wave=application.wave, coordinator=application.coordinator, state__in=OPEN_STATES)
    first = own.filter(acronym__iexact=application.acronym).order_by("pk").first()
    if first is not None:
        raise Refused(
            _("Un dossier « %(acronym)s » de cet établissement est déjà ouvert dans cette relève : %(reference)s.")
            % {"acronym": first.acronym, "reference": first.reference},
            code="D01",
            field="acronym",
            first=first.reference,
        )
