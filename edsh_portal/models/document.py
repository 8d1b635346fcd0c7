"""Files as they were sent or issued, and what their examination found."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """A file as it was sent, or issued: its bytes live under their SHA-256, the row never changes.

    What a stranger sent is born « examining » and waits in quarantine, under the row's id, for its ScanResult.
    """

    class Scan(models.TextChoices):
        EXAMINING = "examining", _("En cours d’examen")
        REFUSED = "refused", _("Refusé")
        NOT_SCANNED = "not_scanned", _("Non analysé")
        CLEAN = "clean", _("Analysé")
        INFECTED = "infected", _("Malveillant")
        ISSUED = "issued", _("Produit par le portail")

    class Level(models.TextChoices):
        """PAdES (ETSI EN 319 142-1). Documents sealed before this column are of the first, and say nothing."""

        BASIC = "B-B", _("cachet sans horodatage")
        STAMPED = "B-T", _("cachet horodaté")
        LONG = "B-LT", _("cachet horodaté, avec les preuves de validité de ses certificats")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    level = models.CharField(max_length=4, choices=Level.choices, blank=True, default="")  # of its seal, if any
    data_sha256 = models.CharField(
        max_length=64, blank=True, default=""
    )  # of the data that it carries, as its address of check says
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("document"), _("documents")
        db_table = "document"
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256"),
            models.CheckConstraint(condition=Q(size__gte=0), name="document_size"),
            models.CheckConstraint(
                condition=Q(level="") | Q(level__in=("B-B", "B-T", "B-LT"), scan="issued"), name="document_level"
            ),
            models.CheckConstraint(
                condition=Q(data_sha256="") | Q(data_sha256__regex=r"^[0-9a-f]{64}$", scan="issued"),
                name="document_data",
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="document_sha256_idx"),
            models.Index(fields=["data_sha256"], name="document_data_idx", condition=Q(data_sha256__gt="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scan_state(self) -> "Document.Scan":
        """What is known today: the verdict of its examination when there is one, else the state the row was born with."""
        held: ScanResult | None = getattr(self, "scan_result", None)
        return Document.Scan(held.verdict if held is not None else self.scan)

    @property
    def kept_sha256(self) -> str:
        """Of the bytes that may be opened: those sent, or a picture drawn from them."""
        held: ScanResult | None = getattr(self, "scan_result", None)
        return (held.kept_sha256 if held is not None else "") or self.sha256


class ScanResult(models.Model):
    """What the examination of a document found, once: its bytes are kept (clean, not_scanned) or not (infected, refused)."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="scan_result")
    verdict = models.CharField(max_length=12, choices=Document.Scan.choices)
    name = models.CharField(max_length=200, blank=True)  # of the malware, as the scanner calls it
    refusal = models.JSONField(null=True)  # why, as intake/words.py packs a sentence
    kept_sha256 = models.CharField(
        max_length=64, blank=True
    )  # of what was drawn again; "": the bytes as they were sent
    scanned_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("examen de fichier"), _("examens de fichiers")
        db_table = "scan_result"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["clean", "not_scanned"], name="", refusal__isnull=True)
                | (Q(verdict="infected", refusal__isnull=True, kept_sha256="") & ~Q(name=""))
                | Q(verdict="refused", name="", refusal__isnull=False, kept_sha256=""),
                name="scan_result_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kept_sha256__regex=r"^([0-9a-f]{64})?$"), name="scan_result_kept_sha256"
            ),
        ]
