"""Events, chained a stream."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StreamHead(models.Model):
    """The last event of each stream: lock, sequence and hash."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(null=True)

    grants = ("SELECT",)
    grants_owner = ("UPDATE (seq, hash, at)",)  # event_append() alone

    class Meta:
        verbose_name, verbose_name_plural = _("tête de fil"), _("têtes de fil")
        db_table = "event_head"


class Event(models.Model):
    """Audit trail, timeline and outbox at once; written only by event_append(), never changed."""

    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    data = models.JSONField()
    login = models.CharField(max_length=63, default="")  # of the database; none in the events of formats 1 and 2
    body = models.TextField()
    seals = models.CharField(max_length=64, blank=True, default="")  # SHA-256 over the seals of the rows it covers
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("fait"), _("faits")
        db_table = "event"
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["kind", "id"], name="event_kind"),
            models.Index(fields=["by", "id"], name="event_by"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.stream}#{self.seq}"
