"""The signature asked of the legal representative, the dossier sent back with remarks, and how far each who signs has read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .dossier import Application


class SignatureRequest(models.Model):
    """The writers ask for the deposit, or who signs sends the dossier back to them (asked or not). One asked at a time."""

    class State(models.TextChoices):
        ASKED = "asked", _("Demandée")
        RETURNED = "returned", _("Renvoyé")
        SIGNED = "signed", _("Signé")  # the deposit

    application = models.ForeignKey(Application, models.PROTECT, related_name="signatures")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    note = models.TextField(_("mot aux signataires"), blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    remarks = models.TextField(_("remarques"), blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, remarks, closed_by_id, closed_at)")
    grants_worker = ("SELECT", "UPDATE (state, closed_by_id, closed_at)")
    frozen_when = {"closed_at": ("*",)}
    born_with = ("closed_at",)
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("signature demandée"), _("signatures demandées")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="asked"), name="one_signature_asked"),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, state="returned")
                | Q(asked_at__isnull=False, asked_by__isnull=False),
                name="signature_asked",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state="asked") & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="signature_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="returned", remarks__gt="") | (~Q(state="returned") & Q(remarks="")),
                name="signature_remarks",
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"


class DossierReading(models.Model):
    """The dossier as a person who signs last marked it read: one row a person and dossier, replaced each time.

    PostgreSQL keeps a content this long compressed: some tens of kilobytes for the heaviest.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="dossier_readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    content = models.JSONField()  # applications/content/freeze.py
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE (content, at)")

    class Meta:
        verbose_name, verbose_name_plural = _("lecture d’un signataire"), _("lectures des signataires")
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="dossier_reading_once")]
