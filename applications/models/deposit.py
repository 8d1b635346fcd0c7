"""What was received, and the version it was frozen into: its JSON, its files, their SHA-256. Versions never change."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
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
    grants_worker = grants
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("version déposée"), _("versions déposées")
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_least"),
        ]

    @property
    def completed_at(self) -> datetime | None:
        """When it was completed, of a version that answers a request: the dossier was received when it was deposited."""
        return self.submitted_at if self.kind == self.Kind.COMPLEMENT else None


class VersionFile(models.Model):
    """A file of a frozen version: the piece as it was, or what the portal made of it: the financial annex, the receipt."""

    ANNEX, RECEIPT = "annex", "receipt"

    version = models.ForeignKey(Version, models.PROTECT, related_name="files")
    code = models.SlugField(max_length=40)  # a requirement's code, or ANNEX, or RECEIPT
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed, sealed_with = ("*",), "version"

    class Meta:
        verbose_name, verbose_name_plural = _("fichier d’une version"), _("fichiers de versions")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"], condition=Q(piece__isnull=True), name="version_made_once"
            ),
            models.CheckConstraint(
                condition=Q(piece__isnull=True, code__in=("annex", "receipt"))
                | (Q(piece__isnull=False) & ~Q(code__in=("annex", "receipt"))),
                name="version_made_code",
            ),
            models.UniqueConstraint(
                fields=["version", "piece"], condition=Q(piece__isnull=False), name="version_piece_once"
            ),
        ]


class Consent(models.Model):
    """What was answered at a deposit to the text of the call on electronic notification, word for word (CRPA R112-17 to R112-20).

    The one that holds is of the last deposit received and frozen. Without an answer there is no agreement: it is express.
    """

    reception = models.OneToOneField("applications.Reception", models.PROTECT, related_name="consent")
    electronic = models.BooleanField()
    text = models.TextField()

    grants = ("SELECT", "INSERT")
    grants_worker = ("SELECT",)
    sealed, sealed_with = ("*",), "reception"

    class Meta:
        verbose_name, verbose_name_plural = _("réponse sur la notification"), _("réponses sur la notification")
        constraints = [models.CheckConstraint(condition=Q(text__gt=""), name="consent_text")]


class ConsentWithdrawal(models.Model):
    """From this instant, what is notified of the dossier goes by post. A later deposit may agree again."""

    reception = models.OneToOneField("applications.Reception", models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = ("SELECT",)
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = (
            _("retrait d’un accord de notification"),
            _("retraits d’accords de notification"),
        )

    @property
    def event_stream(self) -> str:
        return self.reception.event_stream


def notified_in_space(asked: str, electronic: bool | None, withdrawn: bool) -> bool:
    """What is decided of a dossier is notified in its space: with an agreement that stands, or of a call that asked none apart (`asked`: the
    words that it asked by); goes_by_post() says the contrary."""
    return not withdrawn and (not asked or bool(electronic))


def goes_by_post(application: Any, notified_at: Any = None) -> Func:
    """Whether what is told of the dossier of this key goes by post, for a query: to who had not agreed otherwise, or no longer did, when it was
    told (`notified_at`: None of what is not yet). goes_by_post() of reception.sql, which the walls ask."""
    at = Value(None, models.DateTimeField()) if notified_at is None else notified_at
    return Func(application, at, function="goes_by_post", output_field=models.BooleanField())


class ReceptionQuerySet(models.QuerySet["Reception"]):
    def last_frozen(self) -> "Reception | None":
        """That of what stands deposited, with what was answered of its notification."""
        related = ("consent", "withdrawal__by", "application__wave__settings")
        return self.filter(version__isnull=False).select_related(*related).order_by("-pk").first()


class Reception(models.Model):
    """A press of the button, stamped at the portal's clock before anything heavy is read (docs/decisions/0017).

    It is answered once (`settled_at`), under the dossier's lock: by the version frozen from it, by the one that already
    held the same content, or by the rules that refuse it, said as the person read them. Its number is that of the version
    it asks for; a press that makes none leaves it to the next.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="receptions")
    number = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, related_name="+")  # as it stood when received
    settled_at = models.DateTimeField(null=True)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="receptions")
    rules = ArrayField(models.CharField(max_length=3), default=list)
    message = models.TextField(blank=True, default="")

    objects = ReceptionQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (settled_at, version_id, rules, message)")
    grants_worker = ("SELECT", "UPDATE (settled_at, version_id, rules, message)")
    frozen_when = {"settled_at": ("*",)}
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("réception de dépôt"), _("réceptions de dépôts")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(settled_at__isnull=True), name="reception_one_open"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, version__isnull=True, rules=[], message="")
                | Q(settled_at__isnull=False, version__isnull=False, rules=[], message="")
                | Q(settled_at__isnull=False, version__isnull=True, rules__len__gt=0, message__gt=""),
                name="reception_answered",
            ),
        ]

    @property
    def notified_here(self) -> bool:
        """notified_in_space(), of what was answered with this press."""
        electronic = self.consent.electronic if hasattr(self, "consent") else None
        return notified_in_space(self.application.wave.settings.consent, electronic, hasattr(self, "withdrawal"))

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"
