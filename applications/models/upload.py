"""An upload under way: what has arrived of a piece, kept in quarantine until the last byte."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .dossier import Application


class UploadQuerySet(models.QuerySet):
    def of(self, user, application: Application) -> "UploadQuerySet":
        """What this person alone is sending to a dossier, whose door has let them in."""
        return self.filter(by=user.pk, application=application)

    def running(self, at) -> "UploadQuerySet":
        return self.filter(expires_at__gt=at)


class Upload(models.Model):
    """Bytes [0, offset) of a file of `length` bytes, for one requirement of one dossier; no piece yet."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="uploads")
    code = models.SlugField(max_length=40)
    membership = models.ForeignKey("applications.Membership", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (offset)", "DELETE")
    grants_worker = ("SELECT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("envoi en cours"), _("envois en cours")
        constraints = [
            models.CheckConstraint(
                condition=Q(length__gt=0, offset__gte=0, offset__lte=F("length")), name="upload_offset_within"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="upload_expires")]

    @property
    def complete(self) -> bool:
        return self.offset == self.length
