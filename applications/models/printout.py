"""A dossier on paper: as it stood when somebody asked, or the blank form of the call. It proves nothing; a receipt does."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import CallSettings
from edsh_portal.models import Document

from .dossier import Application


class Printout(models.Model):
    """What was to be laid out (`content`, {} for the blank form) and, once it is, its PDF. Once for the same content."""

    of = models.ForeignKey(CallSettings, models.PROTECT, related_name="printouts")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="printouts")
    content = models.JSONField(_("contenu"))
    sha256 = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT", "INSERT", "UPDATE (document_id)")
    grants_worker = grants
    frozen_when = {"document_id": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("dossier en PDF"), _("dossiers en PDF")
        constraints = [
            models.UniqueConstraint(fields=["of", "application", "sha256"], name="printout_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(application__isnull=True) | Q(asked_by__isnull=False), name="printout_asked_by"
            ),
        ]
