"""Verbs of the dossier's content: creation, identity, narrative answers, research projects, data perimeters."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import Establishment
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, move

from ..fields import place
from ..models import Application, AssociatedPartner, DataPerimeter, Membership, ResearchProject, Wave
from ..permissions import OPEN_STATES
from ..rules import REGISTER_KINDS
from .consortium import link
from .hold import hold_section, need_open
from .rows import Reads, new_row, save_row
from .writing import Saved, save_field


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


@transaction.atomic
def save_identity(
    application: Application, *, by: Any, at: datetime | None = None, read: Reads = None, **values: Any
) -> list[Saved]:
    """What the project is: columns of the section `identity`. Incomplete is accepted, impossible is not; the rules speak
    in the checklist."""
    at = hold_section(application, at, by, "identity")
    saved = save_row(application, "identity", None, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="identity", row=None)
    return saved


def save_answer(
    application: Application, question: str, text: str, *, read_version: int, by: Any, at: datetime | None = None
) -> Saved:
    """One narrative answer over the version that was read."""
    return save_field(application, f"answers.{question}", text, read_version=read_version, by=by, at=at)


@transaction.atomic
def save_project(
    application: Application,
    *,
    title: str,
    theme: str = "",
    summary: str = "",
    partners: Iterable[AssociatedPartner] = (),
    outcomes: Iterable[str] = (),
    procedure: str = "",
    starts_on: date | None = None,
    project: ResearchProject | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> ResearchProject:
    """Adds a research or innovation project, or changes `project`; `partners` are the associated ones that take part.

    `outcomes` are families of the call (Outcome), kept in their order.
    """
    at = hold_section(application, at, by, "projects")
    row = project or new_row(application.projects)
    values = {
        "title": title,
        "theme": theme,
        "summary": summary,
        "partners": [partner.pk for partner in partners],
        "outcomes": outcomes,
        "procedure": procedure,
        "starts_on": starts_on,
    }
    save_row(application, "projects", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="projects", row=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_project(project: ResearchProject, *, by: Any, at: datetime | None = None) -> None:
    application = project.application
    at = hold_section(application, at, by, "projects")
    number = project.pk
    application.projects.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="projects", removed=number)


@transaction.atomic
def save_perimeter(
    application: Application,
    *,
    perimeter: DataPerimeter | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
    **values: str,
) -> DataPerimeter:
    """A data perimeter for the Health Data Hub's catalogue: its five fields are all asked in the end (R20), the first at once (CALL.md §1.4)."""
    at = hold_section(application, at, by, "perimeters")
    row = perimeter or new_row(application.perimeters)
    save_row(application, "perimeters", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="perimeters", row=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_perimeter(perimeter: DataPerimeter, *, by: Any, at: datetime | None = None) -> None:
    application = perimeter.application
    at = hold_section(application, at, by, "perimeters")
    number = perimeter.pk
    application.perimeters.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="perimeters", removed=number)
