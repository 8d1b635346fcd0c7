"""How far the portal's clock stands from the machine's."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PortalClock(models.Model):
    """One row: how far portal_now() stands from the machine's clock. Zero in production."""

    one = models.BooleanField(primary_key=True, default=True)
    shift = models.DurationField(db_default="0")
    frozen_at = models.DateTimeField(null=True)

    grants = ("SELECT",)
    grants_owner = ("UPDATE (shift, frozen_at)",)

    class Meta:
        verbose_name, verbose_name_plural = _("horloge du portail"), _("horloges du portail")
        db_table = "portal_clock"
        constraints = [models.CheckConstraint(condition=Q(one=True), name="portal_clock_one_row")]
