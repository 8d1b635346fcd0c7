"""The two financing lines of the call, the dated versions of its envelope, and the dated payment ceilings."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.clock import PortalNow

LONG_MONTHS = 48  # décret n° 2018-514 art. 12: beyond, the ceiling before the balance is higher


class Line(models.Model):
    """A financing line (source) of the call: France 2030, ONDAM."""

    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="lines")
    code = models.CharField(max_length=12)  # FR2030, ONDAM
    label = models.CharField(max_length=80)

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("source de financement"), _("sources de financement")
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="line_code")]

    def __str__(self) -> str:
        return self.label


class Envelope(models.Model):
    """A dated version of the call's envelope (50 M€, then 75 M€), by an act; opened once into the ledger."""

    call = models.ForeignKey("calls.Call", models.PROTECT, related_name="envelopes")
    version = models.PositiveSmallIntegerField()
    act = models.CharField(_("acte"), max_length=200)
    opened_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("enveloppe"), _("enveloppes")
        constraints = [models.UniqueConstraint(fields=["call", "version"], name="envelope_version")]


class EnvelopeShare(models.Model):
    """AE of one line in one version; `year` rows are that line's CP. `fictitious`: not a public figure, shown so."""

    envelope = models.ForeignKey(Envelope, models.PROTECT, related_name="shares")
    line = models.ForeignKey(Line, models.PROTECT, related_name="shares")
    year = models.PositiveSmallIntegerField(null=True)  # null: AE; else CP of the year
    cents = models.BigIntegerField()
    fictitious = models.BooleanField(default=True)

    grants = ("SELECT", "INSERT")
    sealed, sealed_with = ("*",), "envelope"

    class Meta:
        verbose_name, verbose_name_plural = _("part d’enveloppe"), _("parts d’enveloppe")
        constraints = [
            models.UniqueConstraint(
                fields=["envelope", "line", "year"], nulls_distinct=False, name="envelope_share_once"
            ),
            models.CheckConstraint(condition=Q(cents__gte=0), name="envelope_share_cents"),
        ]


class CeilingQuerySet(models.QuerySet):
    def in_force(self) -> "CeilingQuerySet":
        """At the portal's instant."""
        return self.filter(during__contains=PortalNow())


class Ceiling(models.Model):
    """A dated setting of a source, in basis points: a payment ceiling, of the convention (CALL.md §2.3 art. 12, §1.7); at the
    closing of a year, what is kept of the money that was not used."""

    class Rule(models.TextChoices):
        ADVANCE = "advance", _("Avance")
        BEFORE_BALANCE = "before_balance", _("Avance et acomptes avant solde")
        BEFORE_BALANCE_LONG = "before_balance_long", _("Avance et acomptes, projet de plus de 48 mois")
        KEPT = "kept", _("Crédits conservés à la clôture sans acte de report (fonds d’un opérateur)")

    line = models.ForeignKey(Line, models.PROTECT, related_name="ceilings")
    rule = models.CharField(max_length=20, choices=Rule.choices)
    rate_bp = models.PositiveIntegerField()
    during = DateTimeRangeField()
    source = models.CharField(max_length=120)

    sealed = ("*",)
    objects = CeilingQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (during)")

    class Meta:
        verbose_name, verbose_name_plural = _("plafond"), _("plafonds")
        constraints = [
            models.CheckConstraint(condition=Q(rate_bp__lte=10000), name="ceiling_rate"),
            ExclusionConstraint(
                name="ceiling_one_at_once",
                expressions=[
                    (F("line"), RangeOperators.EQUAL),
                    (F("rule"), RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    @classmethod
    def before_balance(cls, months: int) -> str:
        """The rule that limits advances and interim payments of a project of so many months (décret n° 2018-514 art. 12)."""
        return cls.Rule.BEFORE_BALANCE_LONG if months > LONG_MONTHS else cls.Rule.BEFORE_BALANCE

    @property
    def percent(self) -> float:
        """For display: 2500 basis points read « 25,0 % »."""
        return self.rate_bp / 100
