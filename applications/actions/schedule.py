"""Verbs of the calendar: milestones and deliverables of the work packages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import Application, Deliverable, Milestone, WorkPackage
from .dossier import MOST_MONTHS, MOST_ROWS
from .dossier import _text as text
from .hold import hold_for_edit
from .said import choice, mine


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
    at = hold_for_edit(application, at, by)
    values = {
        "work_package": mine(work_package, application, field="work_package"),
        "title": text(title, field="title", most=160, name=_("Le titre")),
        "month": _month(month),
        "evidence": text(evidence, field="evidence", most=300, name=_("La preuve"), needed=False),
    }
    milestone = _row(Milestone, application, milestone, values)
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
    at = hold_for_edit(application, at, by)
    values = {
        "work_package": mine(work_package, application, field="work_package"),
        "title": text(title, field="title", most=160, name=_("Le titre")),
        "month": _month(month),
        "kind": choice(kind, Deliverable.Kind.values, field="kind"),
    }
    deliverable = _row(Deliverable, application, deliverable, values)
    record("application.edited", application, by=by, at=at, section="deliverables", deliverable=deliverable.pk)
    return deliverable


def _month(month: int | None) -> int | None:
    if month is not None and not 1 <= month <= MOST_MONTHS:
        raise Refused(_("Un mois du projet est un nombre, à partir de 1."), code="E06", field="month")
    return month


def _row(noun: Any, application: Application, existing: Any, values: dict[str, Any]) -> Any:
    """Changes the row `existing` of this dossier, or adds one."""
    rows = noun.objects.filter(work_package__application=application)
    if existing is None:
        if rows.count() >= MOST_ROWS:
            raise Refused(_("Un dossier en compte %(most)s au plus.") % {"most": MOST_ROWS}, code="E03")
        return noun.objects.create(**values)
    existing = rows.get(pk=existing.pk)
    for name, value in values.items():
        setattr(existing, name, value)
    existing.save()
    return existing


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: Any, at: datetime | None = None) -> None:
    _remove(milestone, "milestones", by, at)


@transaction.atomic
def remove_deliverable(deliverable: Deliverable, *, by: Any, at: datetime | None = None) -> None:
    _remove(deliverable, "deliverables", by, at)


def _remove(thing: Any, section: str, by: Any, at: datetime | None) -> None:
    application, number = thing.work_package.application, thing.pk
    at = hold_for_edit(application, at, by)
    type(thing).objects.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section=section, removed=number)
