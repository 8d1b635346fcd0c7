"""The runs of `manage.py verify`."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """A run of `manage.py verify` (verification.py): by which words, what it read, what it found. Without an end, it was interrupted."""

    command = models.CharField(max_length=200)
    by = models.CharField(max_length=200)  # the account of the system, and the login of the database
    root = models.CharField(
        max_length=80, blank=True, default=""
    )  # what stood under this signed root was not read again
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    differences = models.PositiveIntegerField(null=True)

    grants = ("SELECT",)
    grants_owner = ("INSERT", "UPDATE (ended_at, differences)")
    frozen_when = {"ended_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("vérification"), _("vérifications")
        db_table = "verification"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, differences__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("began_at"), differences__isnull=False),
                name="verification_ended",
            )
        ]


class VerificationStep(models.Model):
    """A step of a run that was made to its end, and what it found."""

    run = models.ForeignKey(Verification, models.PROTECT, related_name="steps")
    name = models.CharField(max_length=60)
    seconds = models.FloatField()
    findings = models.JSONField()

    grants = ("SELECT",)
    grants_worker = ()
    grants_owner = ("INSERT",)

    class Meta:
        verbose_name, verbose_name_plural = _("contrôle fait"), _("contrôles faits")
        db_table = "verification_step"
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="verification_step_once")]
