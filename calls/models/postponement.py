"""A wave put off: a public, dated, reasoned act for all (R01). Rows are added, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .call import Wave


class Postponement(models.Model):
    """The cut-off (`closing`) or the opening of a wave, moved to later before it came; waves.sql wants one for each move."""

    class Edge(models.TextChoices):
        CLOSING = "closing", _("clôture")
        OPENING = "opening", _("ouverture")

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="postponements")
    edge = models.CharField(max_length=8, choices=Edge.choices)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    reason = models.TextField(_("motif du report"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints = [
            models.CheckConstraint(condition=Q(to_at__gt=F("from_at")), name="postponement_later"),
            models.CheckConstraint(condition=Q(at__lt=F("from_at")), name="postponement_in_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="postponement_reasoned"),
            models.CheckConstraint(condition=Q(edge__in=("closing", "opening")), name="postponement_edge"),
        ]
