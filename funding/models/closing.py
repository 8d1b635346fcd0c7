"""The fiscal years of a line that are closed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .envelope import Line


class Closing(models.Model):
    """The end of a fiscal year on one line, by an act of two: what was not used lapses, unless it is carried (LOLF art. 15)."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="closings")
    year = models.PositiveSmallIntegerField()
    act = models.ForeignKey("edsh_portal.Act", models.PROTECT, related_name="+")
    kept_bp = models.PositiveIntegerField()  # of what was not used, kept by the setting in force: money of an operator
    ae_lapsed_cents = models.BigIntegerField()
    ae_carried_cents = models.BigIntegerField()  # what the setting keeps included
    cp_lapsed_cents = models.BigIntegerField()
    cp_carried_cents = models.BigIntegerField()
    report = models.CharField(
        max_length=200, blank=True, default=""
    )  # the text that carries more than the setting keeps
    reported_on = models.DateField(null=True)
    closed_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("clôture"), _("clôtures")
        constraints = [
            models.UniqueConstraint(fields=["line", "year"], name="closing_once"),
            models.CheckConstraint(condition=Q(kept_bp__lte=10_000), name="closing_kept"),
            models.CheckConstraint(
                condition=Q(
                    ae_lapsed_cents__gte=0, ae_carried_cents__gte=0, cp_lapsed_cents__gte=0, cp_carried_cents__gte=0
                ),
                name="closing_cents",
            ),
            models.CheckConstraint(
                condition=Q(report="", reported_on__isnull=True) | (~Q(report="") & Q(reported_on__isnull=False)),
                name="closing_report",
            ),
        ]
