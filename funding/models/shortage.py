"""CP that the forecast foresees to lack: found once, ended when they no longer do; and the day's look at the forecast."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .envelope import Line


class Shortage(models.Model):
    """The CP of a source and year are foreseen to lack from a month on, by so much at the end of the year: said once while it lasts."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="shortages")
    year = models.PositiveSmallIntegerField()
    month = models.DateField()  # its first day
    cents = models.BigIntegerField()  # at the end of the year
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (ended_at)")
    grants_worker = grants
    frozen_when = {"ended_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("manque de crédits prévu"), _("manques de crédits prévus")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "year"], condition=Q(ended_at__isnull=True), name="shortage_one_at_once"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="shortage_cents"),
            models.CheckConstraint(condition=Q(month__day=1, month__year=models.F("year")), name="shortage_month"),
        ]


class ForecastRun(models.Model):
    """The forecast of a call was looked at on a day: the row is what makes it happen once."""

    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="forecast_runs")
    day = models.DateField()
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants

    class Meta:
        verbose_name, verbose_name_plural = _("contrôle des crédits à venir"), _("contrôles des crédits à venir")
        constraints = [models.UniqueConstraint(fields=["call", "day"], name="forecast_run_once")]
