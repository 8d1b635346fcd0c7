"""What binds the parties of an award: signatures of conventions, the agreement of the consortium, conditions of payments."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Act, Document

from .grant import Convention, Grant, Instalment


class ConventionSignature(models.Model):
    """One party has signed: who, in what quality, when, on which document (the hash of the bytes that were sent)."""

    class Party(models.TextChoices):
        BENEFICIARY = "beneficiary", _("Le bénéficiaire")
        STATE = "state", _("L’État")

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=11, choices=Party.choices)
    quality = models.CharField(max_length=160)
    sha256 = models.CharField(max_length=64)
    copy = models.OneToOneField(
        "funding.SignedCopy", models.PROTECT, null=True, related_name="signature"
    )  # the file that bears it, when it was not signed here
    act = models.OneToOneField(Act, models.PROTECT, null=True, related_name="+")  # of the State
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")
    grants_worker = ("SELECT", "INSERT")  # of a copy that has been examined

    class Meta:
        verbose_name, verbose_name_plural = _("signature d’une convention"), _("signatures de conventions")
        constraints = [
            models.UniqueConstraint(fields=["convention", "party"], name="convention_signature_once"),
            models.CheckConstraint(condition=Q(quality__gt=""), name="convention_signature_quality"),
            models.CheckConstraint(
                condition=Q(party="beneficiary", act__isnull=True)
                | Q(party="state", act__isnull=False, copy__isnull=True),
                name="convention_signature_party",
            ),
        ]


class SignedCopy(models.Model):
    """The convention that was sent, handed back with the beneficiary's electronic signature: examined before it counts."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="copies")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    quality = models.CharField(max_length=160)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    examined_at = models.DateTimeField(null=True)
    signers = models.CharField(max_length=300, blank=True, default="")  # as their certificates name them
    refusal = models.CharField(max_length=20, blank=True, default="")  # why it does not count: a key of REFUSALS

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (examined_at, signers, refusal)")
    grants_worker = ("SELECT", "UPDATE (examined_at, signers, refusal)")
    frozen_when = {"examined_at": ("signers", "refusal")}

    class Meta:
        verbose_name, verbose_name_plural = _("convention signée, remise"), _("conventions signées, remises")
        constraints = [
            models.UniqueConstraint(
                fields=["convention"], condition=Q(examined_at__isnull=True), name="signed_copy_waiting_once"
            ),
            models.CheckConstraint(
                condition=Q(examined_at__isnull=True, signers="", refusal="")
                | Q(examined_at__isnull=False, signers="", refusal__gt="")
                | Q(examined_at__isnull=False, signers__gt="", refusal=""),
                name="signed_copy_examined",
            ),
        ]


class Agreement(models.Model):
    """The agreement of a consortium: filed by its coordinator, validated by the instruction before the first payment (R80)."""

    class State(models.TextChoices):
        FILED = "filed", _("À valider")
        VALIDATED = "validated", _("Validé")
        RETURNED = "returned", _("Renvoyé")

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="agreements")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    signed_on = models.DateField()  # by the last member, as the coordinator declares it
    state = models.CharField(max_length=10, choices=State.choices, default=State.FILED)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # nobody: its file could not be kept
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True, default="")  # of a return

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (state, decided_by_id, decided_at, reason)")
    grants_worker = ("SELECT", "UPDATE (state, decided_at, reason)")
    frozen_when = {"decided_at": ("state", "decided_by_id", "reason")}

    class Meta:
        verbose_name, verbose_name_plural = _("accord de consortium"), _("accords de consortium")
        constraints = [
            models.UniqueConstraint(
                fields=["grant"], condition=Q(state__in=("filed", "validated")), name="agreement_standing_once"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("filed_by")), name="agreement_two_people"),
            models.CheckConstraint(
                condition=Q(state="filed", decided_at__isnull=True, decided_by__isnull=True, reason="")
                | Q(state="validated", decided_at__isnull=False, decided_by__isnull=False, reason="")
                | Q(state="returned", decided_at__isnull=False, reason__gt=""),
                name="agreement_decided",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="agreement_state")]


class Condition(models.Model):
    """What an instalment waits for before it is certified: what it is, what proves it, who says that it is met, when, on what."""

    class Kind(models.TextChoices):
        START = "start", _("Projet commencé")
        MILESTONE = "milestone", _("Jalon atteint")
        REPORT = "report", _("Rapport annuel remis")
        EXPENSES = "expenses", _("Dépenses certifiées par le comptable")
        FINAL_REPORT = "final_report", _("Rapport final accepté")
        FINAL_EXPENSES = "final_expenses", _("Dépenses définitives certifiées par le comptable")

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="conditions")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    evidence = models.CharField(max_length=300, blank=True, default="")  # what was seen
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    met_at = models.DateTimeField(null=True)

    sealed, sealed_with = ("*",), "instalment"
    grants = ("SELECT", "INSERT", "UPDATE (evidence, met_by_id, met_at)")
    frozen_when = {"met_at": ("evidence", "met_by_id")}

    class Meta:
        verbose_name, verbose_name_plural = _("condition d’un versement"), _("conditions de versements")
        constraints = [
            models.UniqueConstraint(fields=["instalment", "kind"], name="condition_once"),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True, met_by__isnull=True, evidence="")
                | Q(met_at__isnull=False, met_by__isnull=False, evidence__gt=""),
                name="condition_met",
            ),
        ]
