"""The minutes of a session as they were signed, version by version; and why a closed session was taken up again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Document

from .jury import Session

PERSON = settings.AUTH_USER_MODEL


class Minutes(models.Model):
    """What the events of a session say, frozen as the chair signs it, of one closing; `told` is all that its sealed PDF says."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="signed_minutes")
    version = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField()  # the closing that it tells
    told = models.JSONField()
    told_sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)  # of the sealed file
    sealed_at = models.DateTimeField(null=True)

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (document_id, sha256, sealed_at)")
    grants_worker = ("SELECT", "UPDATE (document_id, sha256, sealed_at)")
    frozen_when = {"sealed_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("procès-verbal"), _("procès-verbaux")
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="minutes_version"),
            models.UniqueConstraint(fields=["session", "closed_at"], name="minutes_once"),
            models.CheckConstraint(
                condition=Q(document__isnull=True, sha256="", sealed_at__isnull=True)
                | Q(document__isnull=False, sha256__gt="", sealed_at__isnull=False),
                name="minutes_sealed",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="minutes_sha256")]

    @property
    def event_stream(self) -> str:
        return f"session:{self.session_id}"

    @property
    def is_last(self) -> bool:
        """No later one replaces it."""
        return not Minutes.objects.filter(session=self.session_id, version__gt=self.version).exists()


class SessionReopening(models.Model):
    """A closed session is taken up again: by the chair, for a reason that the next minutes say."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="reopenings")
    closed_at = models.DateTimeField()  # the closing that it undoes
    reason = models.TextField(_("motif"))
    by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("réouverture d’une session"), _("réouvertures de sessions")
        constraints = [
            models.UniqueConstraint(fields=["session", "closed_at"], name="session_reopening_once"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="session_reopening_reason"),
        ]
