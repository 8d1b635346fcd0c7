"""The budget: expenses by member, work package, category and year; the funding plan of each member. Cents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calls.models import AidRate

from ..shapes import grid
from .consortium import Membership
from .work import WorkPackage


class BudgetLine(models.Model):
    class Category(models.TextChoices):  # CALL.md §1.4, default list
        STAFF = "staff", _("Personnel non permanent")
        PERMANENT = "permanent", _("Personnel permanent")
        EQUIPMENT = "equipment", _("Équipements")
        SOFTWARE = "software", _("Logiciels et licences")
        HOSTING = "hosting", _("Hébergement et cloud HDS")
        SERVICES = "services", _("Sous-traitance et prestations")
        TRAINING = "training", _("Formation")
        TRAVEL = "travel", _("Missions")
        OVERHEAD = "overhead", _("Frais de gestion")

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="lines")
    work_package = models.ForeignKey(  # null: not allotted yet
        WorkPackage, models.PROTECT, null=True, blank=True, related_name="lines"
    )
    category = models.CharField(max_length=10, choices=Category.choices)
    year = models.PositiveSmallIntegerField()
    cents = models.BigIntegerField()

    grants = ("SELECT", "INSERT", "UPDATE (cents)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("ligne de budget"), _("lignes de budget")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "work_package", "category", "year"], nulls_distinct=False, name="budget_cell"
            ),
            models.CheckConstraint(condition=Q(cents__gte=0, cents__lt=10**15), name="budget_cents"),
            models.CheckConstraint(condition=Q(year__gte=2000, year__lte=2100), name="budget_year"),
        ]


class FundingPlan(models.Model):
    """Who pays a member's expenses: aid asked, own funds, other public aid, other. Balance: their sum = expenses.

    And under which terms: amounts with or without VAT (R37), regime of State aid (CALL.md §2.5; R32, R38).
    """

    class Vat(models.TextChoices):
        EXCLUDING = "excluding", _("Hors taxes : la TVA est récupérée")
        INCLUDING = "including", _("Toutes taxes comprises : la TVA n’est pas récupérée")

    Regime = AidRate.Regime

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="plan")
    aid_cents = models.BigIntegerField(grid.PLAN["aid_cents"], default=0)
    own_cents = models.BigIntegerField(grid.PLAN["own_cents"], default=0)
    public_cents = models.BigIntegerField(grid.PLAN["public_cents"], default=0)
    other_cents = models.BigIntegerField(grid.PLAN["other_cents"], default=0)
    vat = models.CharField(_("TVA des montants du budget"), max_length=10, choices=Vat.choices, blank=True, default="")
    regime = models.CharField(_("régime d’aide"), max_length=12, choices=Regime.choices, blank=True, default="")
    de_minimis_received_cents = models.BigIntegerField(_("aides de minimis reçues sur trois ans, en euros"), default=0)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (membership_id)")

    class Meta:
        verbose_name, verbose_name_plural = _("plan de financement"), _("plans de financement")
        constraints = [
            models.CheckConstraint(
                condition=Q(aid_cents__gte=0, own_cents__gte=0, public_cents__gte=0, other_cents__gte=0),
                name="plan_cents",
            ),
            models.CheckConstraint(condition=Q(de_minimis_received_cents__gte=0), name="plan_de_minimis"),
        ]
