"""What a beneficiary spent and asks to be counted: an expense statement of a period, its lines, the files that prove them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.models import BudgetLine
from edsh_portal.models import Document

from .grant import Convention


class ClaimQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ClaimQuerySet":
        """Who sees a convention sees its statements: a draft is shown to the State too, as work that is coming."""
        return self.filter(convention__in=Convention.objects.visible_to(user).values("pk"))

    def for_list(self) -> "ClaimQuerySet":
        of = ("share__establishment", "share__line", "share__grant__application__version")
        return self.select_related(*(f"convention__{part}" for part in of)).order_by("pk")

    def with_sums(self) -> "ClaimQuerySet":
        """Adds `cents`, what is declared, and `eligible_cents`, what was kept of it so far."""

        def of(column: str) -> Coalesce:
            return Coalesce(Sum(f"lines__{column}"), 0, output_field=models.BigIntegerField())

        return self.annotate(cents=of("cents"), eligible_cents=of("eligible_cents"))

    def accepted(self) -> "ClaimQuerySet":
        return self.filter(state="accepted")

    def waiting_first(self) -> "ClaimQuerySet":
        """Those that wait for an officer, then the others, the last sent first."""
        return self.order_by(Case(When(state="sent", then=0), default=1), "-pk")


class Claim(models.Model):
    """État des dépenses of a convention: written by the hospital, certified by its accountant, checked line by line."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En préparation")
        CERTIFYING = "certifying", _("À certifier par le comptable")
        SENT = "sent", _("En contrôle")
        ACCEPTED = "accepted", _("Accepté")

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="claims")
    number = models.PositiveSmallIntegerField()
    final = models.BooleanField(_("état final"), default=False)
    starts_on = models.DateField()
    ends_on = models.DateField()
    forecast_cents = models.BigIntegerField(default=0)  # what the next period should cost
    base_cents = models.BigIntegerField()  # subsidised expense of the convention when it was opened
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accountant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    quality = models.CharField(max_length=120, blank=True, default="")  # as what the accountant certifies
    certified_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, blank=True, default="")  # of the sample (R85), drawn at the certificate
    return_reason = models.TextField(blank=True, default="")  # of the last return, for whoever corrects
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    kept_cents = models.BigIntegerField(null=True)  # of a final one: what counts of all expenses accepted (R39)
    final_cents = models.BigIntegerField(null=True)  # of a final one: the final aid (art. 10)

    sealed = ("*",)
    objects = ClaimQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, asked_by_id, accountant_id, quality, certified_at, seed, return_reason, accepted_by_id, accepted_at, kept_cents, final_cents)",
    )
    frozen_when = {"accepted_at": ("*",)}
    frozen_while = {"certified_at": ("asked_by_id", "accountant_id", "quality", "seed")}

    class Meta:
        verbose_name, verbose_name_plural = _("état des dépenses"), _("états des dépenses")
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="claim_number"),
            models.UniqueConstraint(fields=["convention"], condition=~Q(state="accepted"), name="claim_one_open"),
            models.UniqueConstraint(fields=["convention"], condition=Q(final=True), name="claim_final_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="claim_dates"),
            models.CheckConstraint(
                condition=Q(forecast_cents__gte=0, forecast_cents__lt=10**12, base_cents__gt=0), name="claim_cents"
            ),
            models.CheckConstraint(condition=~Q(accountant=F("asked_by")), name="claim_two_people"),
            models.CheckConstraint(
                condition=Q(state="draft", asked_by__isnull=True, accountant__isnull=True)
                | (~Q(state="draft") & Q(asked_by__isnull=False, accountant__isnull=False)),
                name="claim_asked",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "certifying"), certified_at__isnull=True)
                | (
                    Q(state__in=("sent", "accepted"), certified_at__isnull=False, seed__regex=r"^[0-9a-f]{64}$")
                    & ~Q(quality="")
                ),
                name="claim_certified",
            ),
            models.CheckConstraint(
                condition=(~Q(state="accepted") & Q(accepted_at__isnull=True, accepted_by__isnull=True))
                | Q(state="accepted", accepted_at__isnull=False, accepted_by__isnull=False),
                name="claim_accepted",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="accepted",
                    final=True,
                    final_cents__isnull=False,
                    kept_cents__isnull=False,
                    final_cents__gte=0,
                    kept_cents__gte=F("final_cents"),
                )
                | (~Q(state="accepted", final=True) & Q(final_cents__isnull=True, kept_cents__isnull=True)),
                name="claim_final_cents",
            ),
            ExclusionConstraint(
                name="claim_periods",
                expressions=[
                    (F("convention"), RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), Value("[]"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class ClaimFile(models.Model):
    """A file joined to a statement, known by its number; one may prove several lines."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField()
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("pièce d’un état des dépenses"), _("pièces des états des dépenses")
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="claim_file_number")]


class ClaimLine(models.Model):
    """One expense: what was paid, when, on which budget line, proved by which file; what the officer keeps of it and why not all."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="lines")
    category = models.CharField(max_length=10, choices=BudgetLine.Category.choices)
    label = models.CharField(max_length=160)
    paid_on = models.DateField()
    cents = models.BigIntegerField()
    file = models.ForeignKey(ClaimFile, models.PROTECT, related_name="lines")
    sampled = models.BooleanField(default=False)  # R85: its evidence must be looked at
    eligible_cents = models.BigIntegerField(null=True)
    refusal = models.CharField(max_length=500, blank=True, default="")  # why not all of it is kept
    evidence_seen = models.BooleanField(default=False)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    sealed = ("*",)
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (sampled, eligible_cents, refusal, evidence_seen, checked_by_id, checked_at)",
        "DELETE",
    )

    class Meta:
        verbose_name, verbose_name_plural = _("dépense déclarée"), _("dépenses déclarées")
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0, cents__lt=10**12), name="claim_line_cents"),
            models.CheckConstraint(
                condition=Q(
                    checked_at__isnull=True,
                    checked_by__isnull=True,
                    eligible_cents__isnull=True,
                    refusal="",
                    evidence_seen=False,
                )
                | Q(
                    checked_at__isnull=False,
                    checked_by__isnull=False,
                    eligible_cents__isnull=False,
                    eligible_cents__gte=0,
                    eligible_cents__lte=F("cents"),
                ),
                name="claim_line_checked",
            ),
            models.CheckConstraint(
                condition=Q(eligible_cents__isnull=True)
                | Q(eligible_cents=F("cents"), refusal="")
                | (Q(eligible_cents__lt=F("cents")) & ~Q(refusal="")),
                name="claim_line_reasoned",
            ),
        ]

    @property
    def refused_cents(self) -> int:
        return 0 if self.eligible_cents is None else self.cents - self.eligible_cents

    @property
    def to_check(self) -> bool:
        return self.checked_at is None or (self.sampled and not self.evidence_seen)
