"""A deposit freezes a version: its JSON, its files, their SHA-256. Rows never change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Document

from .delegation import Delegation
from .dossier import Application, Piece


class Version(models.Model):
    """Version n of a dossier: `content` is the whole frozen dossier, `sha256` of its canonical JSON.

    A complement is the version deposited with the fields asked replaced; `submitted_at` is then the instant of the answer.
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("Dépôt")
        COMPLEMENT = "complement", _("Compléments")

    application = models.ForeignKey(Application, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DEPOSIT)
    receipt_number = models.CharField(max_length=30, unique=True)  # AR-EDSH-1-0007-v2
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, null=True, related_name="+"
    )  # none: by who represents it

    grants = ("SELECT", "INSERT")
    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_least"),
        ]


class VersionFile(models.Model):
    """A file of a frozen version: the piece as it was, or the receipt made for it."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="files")
    code = models.SlugField(max_length=40)  # a requirement's code, or « receipt »
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    grants = ("SELECT", "INSERT")
    append_only = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(code="receipt"), name="version_receipt_once"),
            models.UniqueConstraint(
                fields=["version", "piece"], condition=Q(piece__isnull=False), name="version_piece_once"
            ),
        ]
