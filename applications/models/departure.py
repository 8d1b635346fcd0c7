"""A dossier that went away and may come back: a draft abandoned, a deposit withdrawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .dossier import Application


class Departure(models.Model):
    """Who abandoned or withdrew the dossier, when and why; and who took it back, if somebody did. One at most is open."""

    class Kind(models.TextChoices):
        ABANDONED = "abandoned", _("Abandon")
        WITHDRAWN = "withdrawn", _("Retrait")

    application = models.ForeignKey(Application, models.PROTECT, related_name="departures")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    reason = models.TextField(_("motif"), blank=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    left_at = models.DateTimeField()
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(_("motif du retour"), blank=True)

    grants = ("SELECT", "INSERT", "UPDATE (returned_by_id, returned_at, returned_reason)")
    frozen_when = {"returned_at": ("returned_by_id", "returned_reason")}
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("abandon ou retrait"), _("abandons et retraits")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(returned_at__isnull=True), name="departure_one_open"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, returned_by__isnull=True, returned_reason="")
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="departure_returned",
            ),
            models.CheckConstraint(
                condition=Q(kind="abandoned") | Q(kind="withdrawn", reason__gt=""), name="departure_reason"
            ),
        ]
