"""What recalls to an expert that their report is expected."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment


class ReportReminder(models.Model):
    """One reminder of one report: the row is what makes it leave once. `days` before the date on which it is due; below zero, after."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="reminders")
    due_at = models.DateTimeField()
    days = models.SmallIntegerField()
    at = models.DateTimeField()

    sealed = ("*",)
    grants = grants_worker = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("rappel d’une évaluation"), _("rappels d’évaluations")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "due_at", "days"], name="report_reminder_once"),
            models.CheckConstraint(condition=~Q(days=0), name="report_reminder_days"),
        ]
