"""Verbs of a research project's indicators."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import Indicator, Outcome, ResearchProject
from .hold import hold_section
from .said import choice, row, text

LARGEST = Decimal(10) ** 12


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
) -> Indicator:
    """Adds an indicator to the project, or changes `indicator`: where it starts, what it aims at, by when."""
    application = project.application
    at = hold_section(application, at, by, "projects")
    values = {
        "label": text(label, field="label", most=160, name=_("L’indicateur"), needed=True),
        "outcome": choice(outcome, Outcome.values, field="outcome"),
        "unit": text(unit, field="unit", most=40, name=_("L’unité")),
        "baseline": _number(baseline, "baseline"),
        "target": _number(target, "target"),
        "target_on": target_on,
    }
    indicator = row(project.indicators, indicator, values)
    record("application.edited", application, by=by, at=at, section="projects", project=project.pk)
    return indicator


def _number(value: Decimal | None, field: str) -> Decimal | None:
    """Two decimals at most, below a thousand billions."""
    if value is not None and (abs(value) >= LARGEST or value != round(value, 2)):
        raise Refused(
            _("Indiquez un nombre de deux décimales au plus, inférieur à mille milliards."), code="E06", field=field
        )
    return value


@transaction.atomic
def remove_indicator(indicator: Indicator, *, by: Any, at: datetime | None = None) -> None:
    application = indicator.project.application
    at = hold_section(application, at, by, "projects")
    Indicator.objects.filter(pk=indicator.pk).delete()
    record("application.edited", application, by=by, at=at, section="projects", project=indicator.project_id)
