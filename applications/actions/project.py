"""Verbs of a research project's indicators."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from edsh_portal.events import record

from ..models import Indicator, ResearchProject
from .hold import hold_section
from .rows import Reads, new_row, save_row


@transaction.atomic
def save_indicator(
    project: ResearchProject,
    *,
    label: str,
    outcome: str = "",
    unit: str = "",
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    target_on: date | None = None,
    indicator: Indicator | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> Indicator:
    """Adds an indicator to the project, or changes `indicator`: where it starts, what it aims at, by when."""
    application = project.application
    at = hold_section(application, at, by, "projects")
    row = indicator or new_row(project.indicators)
    values = {
        "label": label,
        "outcome": outcome,
        "unit": unit,
        "baseline": baseline,
        "target": target,
        "target_on": target_on,
    }
    save_row(application, "indicators", row.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="projects", project=project.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_indicator(indicator: Indicator, *, by: Any, at: datetime | None = None) -> None:
    application = indicator.project.application
    at = hold_section(application, at, by, "projects")
    Indicator.objects.filter(pk=indicator.pk).delete()
    record("application.edited", application, by=by, at=at, section="projects", project=indicator.project_id)
