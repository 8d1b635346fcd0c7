"""Files exchanged with the tools of the State: the batches that are sent, the files that come back, what each line of them says."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.access import FINANCE, has_role

from .grant import GrantShare, Instalment

SEES_EXCHANGES = (*FINANCE, "direction", "auditor")
STREAM = "exchanges"  # one at a time: what comes back is compared with what the others have left


class ExchangeQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ExchangeQuerySet":
        return self if has_role(user, *SEES_EXCHANGES) else self.none()


class Batch(models.Model):
    """Engagements or payment requests sent to the State's tool as one file, kept as it was written."""

    class Kind(models.TextChoices):
        ENGAGEMENTS = "engagements", _("Engagements")
        PAYMENTS = "payments", _("Demandes de paiement")

    kind = models.CharField(max_length=11, choices=Kind.choices)
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the CSV
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")  # of the cancellation

    event_stream = STREAM
    sealed = ("*",)
    objects = ExchangeQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (cancelled_by_id, cancelled_at, reason)")
    frozen_when = {"cancelled_at": ("cancelled_by_id", "reason")}

    class Meta:
        verbose_name, verbose_name_plural = _("lot d’export"), _("lots d’export")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="batch_number"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="batch_sha256"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True, reason="")
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, reason__gt=""),
                name="batch_cancelled",
            ),
        ]


class BatchLine(models.Model):
    """One engagement or payment request of a batch, with its cells as they were written; in no other batch that stands."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lines")
    share = models.ForeignKey(GrantShare, models.PROTECT, null=True, related_name="batch_lines")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="batch_lines")
    cents = models.BigIntegerField()
    cells = models.JSONField()  # texts, in the order of the columns; the amount in cents
    cancelled_at = models.DateTimeField(null=True)  # with its batch

    sealed, sealed_with = ("*",), "batch"
    grants = ("SELECT", "INSERT", "UPDATE (cancelled_at)")
    frozen_when = {"cancelled_at": ()}

    class Meta:
        verbose_name, verbose_name_plural = _("ligne d’un lot d’export"), _("lignes des lots d’export")
        constraints = [
            models.UniqueConstraint(fields=["share"], condition=Q(cancelled_at=None), name="batch_line_share_once"),
            models.UniqueConstraint(
                fields=["instalment"], condition=Q(cancelled_at=None), name="batch_line_instalment_once"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True, instalment__isnull=False)
                | Q(share__isnull=False, instalment__isnull=True),
                name="batch_line_of_one",
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="batch_line_cents"),
        ]


class Import(models.Model):
    """A file handed over by a person: read whole, shown, then applied whole, once."""

    class Kind(models.TextChoices):
        RETURN = "return", _("Retour de l’outil de l’État")
        BANK = "bank", _("Retour de la banque")
        HAPI = "hapi", _("Export HAPI")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField()  # [[number of the line, {key of the column: text}]]
    unknown = models.JSONField()  # names of columns that are not ours
    absent = models.JSONField()  # of ours that the file has not
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    new_count = models.PositiveIntegerField(null=True)
    same_count = models.PositiveIntegerField(null=True)
    left_count = models.PositiveIntegerField(null=True)

    event_stream = STREAM
    sealed = ("*",)
    objects = ExchangeQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (applied_by_id, applied_at, new_count, same_count, left_count)")
    frozen_when = {"applied_at": ("applied_by_id", "new_count", "same_count", "left_count")}

    class Meta:
        verbose_name, verbose_name_plural = _("fichier importé"), _("fichiers importés")
        constraints = [
            models.UniqueConstraint(fields=["kind", "sha256"], name="import_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="import_sha256"),
            models.CheckConstraint(
                condition=Q(
                    applied_at__isnull=True,
                    applied_by__isnull=True,
                    new_count__isnull=True,
                    same_count__isnull=True,
                    left_count__isnull=True,
                )
                | Q(
                    applied_at__isnull=False,
                    applied_by__isnull=False,
                    new_count__isnull=False,
                    same_count__isnull=False,
                    left_count__isnull=False,
                ),
                name="import_applied",
            ),
        ]


class ImportLineQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ImportLineQuerySet":
        return self if has_role(user, *SEES_EXCHANGES) else self.none()

    def counting(self) -> "ImportLineQuerySet":
        """What the State says of ours: matched at once, or by hand."""
        return self.filter(outcome__in=COUNTING)

    def leftover(self) -> "ImportLineQuerySet":
        return self.filter(outcome="left").select_related("file").order_by("pk")


COUNTING = ("matched", "by_hand")


class ImportLine(models.Model):
    """What one line of an applied file says: matched with an engagement or a payment request of ours, or left over until somebody
    closes it, with a reason, or finds by hand what it is of."""

    class Outcome(models.TextChoices):
        MATCHED = "matched", _("Rapprochée")
        LEFT = "left", _("À traiter")
        BY_HAND = "by_hand", _("Rapprochée à la main")
        CLOSED = "closed", _("Classée")

    file = models.ForeignKey(Import, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()  # of the line in the file
    share = models.ForeignKey(GrantShare, models.PROTECT, null=True, related_name="import_lines")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="import_lines")
    reference = models.CharField(max_length=20)
    ej = models.CharField(max_length=20, blank=True, default="")
    dp = models.CharField(max_length=20, blank=True, default="")
    tiers = models.CharField(max_length=14, blank=True, default="")
    status = models.CharField(max_length=10, blank=True, default="")
    cents = models.BigIntegerField()
    dated_on = models.DateField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    reason = models.CharField(max_length=20, blank=True, default="")  # why it was left over: a key of REASONS
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    explanation = models.CharField(max_length=500, blank=True, default="")

    event_stream = STREAM
    sealed, sealed_with = ("*",), "file"
    objects = ImportLineQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (outcome, share_id, instalment_id, settled_by_id, settled_at, explanation)",
    )
    frozen_when = {"settled_at": ("outcome", "share_id", "instalment_id", "settled_by_id", "explanation")}

    class Meta:
        verbose_name, verbose_name_plural = _("ligne d’un fichier importé"), _("lignes des fichiers importés")
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="import_line_number"),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(instalment__isnull=True), name="import_line_of_one"
            ),
            models.CheckConstraint(
                condition=Q(outcome="matched", reason="") | (~Q(outcome="matched") & Q(reason__gt="")),
                name="import_line_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=("matched", "left"), settled_at__isnull=True, settled_by__isnull=True, explanation=""
                )
                | Q(
                    outcome__in=("by_hand", "closed"),
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    explanation__gt="",
                ),
                name="import_line_settled",
            ),
            ExclusionConstraint(
                name="import_line_ej_of_one",
                expressions=[(F("ej"), RangeOperators.EQUAL), (F("share"), RangeOperators.NOT_EQUAL)],
                condition=Q(outcome__in=COUNTING, share__isnull=False) & ~Q(ej=""),
            ),
            ExclusionConstraint(
                name="import_line_dp_of_one",
                expressions=[(F("dp"), RangeOperators.EQUAL), (F("instalment"), RangeOperators.NOT_EQUAL)],
                condition=Q(outcome__in=COUNTING, instalment__isnull=False) & ~Q(dp=""),
            ),
        ]
        indexes = [models.Index(fields=["outcome"], name="import_line_outcome")]
