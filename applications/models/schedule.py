"""What a work package promises by when: milestones and deliverables, in months of the project (the first is 1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .work import WorkPackage


class Milestone(models.Model):
    """A point that is reached, and what will show that it was."""

    work_package = models.ForeignKey(WorkPackage, models.CASCADE, related_name="milestones", verbose_name=_("lot"))
    month = models.PositiveSmallIntegerField(_("mois du projet"), null=True, blank=True)
    title = models.CharField(_("titre"), max_length=160)
    evidence = models.CharField(_("preuve"), max_length=300, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (work_package_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("jalon"), _("jalons")
        constraints = [
            models.CheckConstraint(condition=Q(month__isnull=True) | Q(month__gte=1), name="milestone_month")
        ]


class Deliverable(models.Model):
    """A thing that is handed over."""

    class Kind(models.TextChoices):
        REPORT = "report", _("Rapport")
        DATA = "data", _("Jeu de données")
        SOFTWARE = "software", _("Logiciel")
        SERVICE = "service", _("Service en production")
        OTHER = "other", _("Autre")

    work_package = models.ForeignKey(WorkPackage, models.CASCADE, related_name="deliverables", verbose_name=_("lot"))
    month = models.PositiveSmallIntegerField(_("mois du projet"), null=True, blank=True)
    title = models.CharField(_("titre"), max_length=160)
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (work_package_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("livrable"), _("livrables")
        constraints = [
            models.CheckConstraint(condition=Q(month__isnull=True) | Q(month__gte=1), name="deliverable_month"),
            models.CheckConstraint(
                condition=Q(kind__in=["", "report", "data", "software", "service", "other"]), name="deliverable_kind"
            ),
        ]
