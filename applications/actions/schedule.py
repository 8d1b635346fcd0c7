"""Verbs of the calendar: milestones and deliverables of the work packages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import Application, Deliverable, Milestone, WorkPackage
from .hold import hold_section
from .rows import Reads, new_row, save_row


@transaction.atomic
def save_milestone(
    application: Application,
    *,
    work_package: WorkPackage,
    title: str,
    month: int | None = None,
    evidence: str = "",
    milestone: Milestone | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> Milestone:
    """Adds a milestone to a package of the dossier, or changes `milestone`; `month` counts from the start of the project."""
    at = hold_section(application, at, by, "packages")
    row = milestone or _new(Milestone, application, work_package)
    values = {"work_package": work_package, "title": title, "month": month, "evidence": evidence}
    save_row(application, "milestones", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="milestones", milestone=row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def save_deliverable(
    application: Application,
    *,
    work_package: WorkPackage,
    title: str,
    month: int | None = None,
    kind: str = "",
    deliverable: Deliverable | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> Deliverable:
    """Adds a deliverable to a package of the dossier, or changes `deliverable`."""
    at = hold_section(application, at, by, "packages")
    row = deliverable or _new(Deliverable, application, work_package)
    values = {"work_package": work_package, "title": title, "month": month, "kind": kind}
    save_row(application, "deliverables", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="deliverables", deliverable=row.pk)
    row.refresh_from_db()
    return row


def _new(noun: Any, application: Application, package: WorkPackage) -> Any:
    if package.application_id != application.pk:
        raise Refused(_("Choisissez une des valeurs proposées."), code="E05", field="work_package")
    return new_row(noun.objects.filter(work_package__application=application), work_package=package)


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: Any, at: datetime | None = None) -> None:
    _remove(milestone, "milestones", by, at)


@transaction.atomic
def remove_deliverable(deliverable: Deliverable, *, by: Any, at: datetime | None = None) -> None:
    _remove(deliverable, "deliverables", by, at)


def _remove(thing: Any, section: str, by: Any, at: datetime | None) -> None:
    application, number = thing.work_package.application, thing.pk
    at = hold_section(application, at, by, "packages")
    type(thing).objects.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section=section, removed=number)
