"""The warehouses of a dossier: its nodes, which does what at which level, what they are matched with, how far their data have come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..shapes.mesh import Cnil, Function, Level
from ..shapes.socle import Stage
from .consortium import Membership
from .dossier import Application
from .project import Procedure


class Warehouse(models.Model):
    """One node of the mesh (CALL.md §4, F3). What is not said yet is empty, or null for a yes or no."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="warehouses")
    name = models.CharField(_("nom de l’entrepôt"), max_length=120)
    membership = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="warehouses",
        verbose_name=_("établissement qui le porte"),
    )
    site = models.CharField(_("site"), max_length=160, blank=True)
    site_finess = models.CharField(_("FINESS du site"), max_length=9, blank=True)
    level = models.CharField(_("niveau"), max_length=8, choices=Level.choices, blank=True)
    host = models.CharField(_("hébergeur"), max_length=160, blank=True)
    hds_certified = models.BooleanField(_("hébergeur certifié pour les données de santé (HDS)"), null=True, blank=True)
    hds_number = models.CharField(_("numéro du certificat HDS"), max_length=60, blank=True)
    cnil_status = models.CharField(_("situation au regard de la CNIL"), max_length=11, choices=Cnil.choices, blank=True)
    cnil_number = models.CharField(
        _("numéro de l’autorisation ou de la déclaration de conformité"), max_length=60, blank=True
    )
    cnil_on = models.DateField(_("date de l’autorisation ou de la déclaration"), null=True, blank=True)
    snds_main = models.BooleanField(_("apparié à la base principale du SNDS"), null=True, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("entrepôt"), _("entrepôts")
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="warehouse_name_once"),
            models.CheckConstraint(condition=Q(level__in=["", *Level.values]), name="warehouse_level"),
            models.CheckConstraint(condition=Q(cnil_status__in=["", *Cnil.values]), name="warehouse_cnil"),
            models.CheckConstraint(
                condition=Q(site_finess="") | Q(site_finess__regex=r"^([0-9]{2}|2[AB])[0-9]{7}$"),
                name="warehouse_site_finess_form",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FunctionPlacement(models.Model):
    """One function at one level: the nodes that do it there, why there, and why not closer to the data (F4)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="functions")
    function = models.CharField(max_length=10, choices=Function.choices)
    level = models.CharField(max_length=8, choices=Level.choices)
    warehouses = models.ManyToManyField(Warehouse, blank=True, related_name="functions", verbose_name=_("entrepôts"))
    reason = models.TextField(_("pourquoi à ce niveau"), blank=True)
    why_not_lower = models.TextField(_("pourquoi un niveau plus proche ne suffit pas"), blank=True)

    grants = ("SELECT", "INSERT", "UPDATE (reason, why_not_lower)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("fonction à un niveau"), _("fonctions par niveau")
        constraints = [
            models.UniqueConstraint(fields=["application", "function", "level"], name="placement_once"),
            models.CheckConstraint(
                condition=Q(function__in=Function.values, level__in=Level.values), name="placement_known"
            ),
        ]


class Matching(models.Model):
    """A matching that is planned with the SNDS or with a research cohort, and the procedure it goes through."""

    class Kind(models.TextChoices):
        SNDS = "snds", _("Base principale du SNDS (Cnam)")
        COHORT = "cohort", _("Cohorte de recherche")

    application = models.ForeignKey(Application, models.CASCADE, related_name="matchings")
    kind = models.CharField(_("appariement avec"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("nom de la base ou de la cohorte"), max_length=160)
    warehouse = models.ForeignKey(
        Warehouse, models.CASCADE, null=True, blank=True, related_name="matchings", verbose_name=_("entrepôt")
    )
    procedure = models.CharField(_("procédure"), max_length=13, choices=Procedure.choices, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("appariement"), _("appariements")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["snds", "cohort"]), name="matching_kind"),
            models.CheckConstraint(condition=Q(procedure__in=["", *Procedure.values]), name="matching_procedure"),
        ]


class SocleItem(models.Model):
    """One item of a version of the common core: reference data, written by a migration alone."""

    version = models.CharField(max_length=8)
    order = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=8)
    domain = models.CharField(max_length=60)
    subdomain = models.CharField(max_length=60, blank=True)
    lot = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=120)
    definition = models.TextField()

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("élément du socle commun"), _("éléments du socle commun")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="socle_item_once"),
            models.UniqueConstraint(fields=["version", "order"], name="socle_item_order"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class SocleState(models.Model):
    """How far one item has come in one warehouse, now and at the end of the project; no row: nothing said (F8)."""

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="states")
    item = models.ForeignKey(SocleItem, models.PROTECT, related_name="+")
    now = models.CharField(max_length=13, choices=Stage.choices, blank=True)
    target = models.CharField(max_length=13, choices=Stage.choices, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE (now, target)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("état d’un élément du socle"), _("états des éléments du socle")
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "item"], name="socle_state_once"),
            models.CheckConstraint(
                condition=Q(now__in=["", *Stage.values], target__in=["", *Stage.values]), name="socle_state_known"
            ),
        ]
