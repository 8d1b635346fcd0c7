"""What may still change of a dossier after the cut-off of its wave, part by part."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .dossier import Application


class Opening(models.Model):
    """One part of a dossier, by its key (content/reopening.py), that stays open until an instant; a row goes when it closes.

    Why it is open is said by who opened it: casework/models/complements.py, which `verify` compares with these rows.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="openings")
    key = models.CharField(max_length=80)
    label = models.CharField(max_length=300)
    until = models.DateTimeField()  # exclusive: at that instant it is too late

    grants = ("SELECT", "INSERT", "DELETE")
    grants_worker = ("SELECT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("partie rouverte"), _("parties rouvertes")
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="opening_once")]
