"""Verbs of the calendar: milestones and deliverables of the work packages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..fields import MOST_MONTHS
from ..models import Application, Deliverable, Milestone, WorkPackage
from .hold import hold_for_edit
from .said import choice, mine, row, text


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
) -> Milestone:
    """Adds a milestone to a package of the dossier, or changes `milestone`; `month` counts from the start of the project."""
    at = hold_for_edit(application, at, by, key="packages")
    values = {
        "work_package": mine(work_package, application, field="work_package"),
        "title": text(title, field="title", most=160, name=_("Le titre"), needed=True),
        "month": _month(month),
        "evidence": text(evidence, field="evidence", most=300, name=_("La preuve")),
    }
    milestone = row(_of(Milestone, application), milestone, values)
    record("application.edited", application, by=by, at=at, section="milestones", milestone=milestone.pk)
    return milestone


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
) -> Deliverable:
    """Adds a deliverable to a package of the dossier, or changes `deliverable`."""
    at = hold_for_edit(application, at, by, key="packages")
    values = {
        "work_package": mine(work_package, application, field="work_package"),
        "title": text(title, field="title", most=160, name=_("Le titre"), needed=True),
        "month": _month(month),
        "kind": choice(kind, Deliverable.Kind.values, field="kind"),
    }
    deliverable = row(_of(Deliverable, application), deliverable, values)
    record("application.edited", application, by=by, at=at, section="deliverables", deliverable=deliverable.pk)
    return deliverable


def _month(month: int | None) -> int | None:
    if month is not None and not 1 <= month <= MOST_MONTHS:
        raise Refused(_("Un mois du projet est un nombre, à partir de 1."), code="E06", field="month")
    return month


def _of(noun: Any, application: Application) -> Any:
    return noun.objects.filter(work_package__application=application)


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: Any, at: datetime | None = None) -> None:
    _remove(milestone, "milestones", by, at)


@transaction.atomic
def remove_deliverable(deliverable: Deliverable, *, by: Any, at: datetime | None = None) -> None:
    _remove(deliverable, "deliverables", by, at)


def _remove(thing: Any, section: str, by: Any, at: datetime | None) -> None:
    application, number = thing.work_package.application, thing.pk
    at = hold_for_edit(application, at, by, key="packages")
    type(thing).objects.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section=section, removed=number)
