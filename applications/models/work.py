"""The work plan: the packages into which a dossier cuts its work, each with a number that the budget refers to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .consortium import Membership
from .dossier import Application


class WorkPackage(models.Model):
    """A package of work (« lot »). Months count from the start of the project: the first is 1, both ends are worked."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="packages")
    number = models.PositiveSmallIntegerField(_("numéro"))
    title = models.CharField(_("titre"), max_length=160)
    summary = models.TextField(_("résumé"), blank=True)
    leader = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("membre responsable")
    )
    starts_month = models.PositiveSmallIntegerField(_("premier mois"), null=True, blank=True)
    ends_month = models.PositiveSmallIntegerField(_("dernier mois"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("place dans la liste"))

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id, number)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("lot de travail"), _("lots de travail")
        ordering = ("order", "number")
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="package_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="package_number_least"),
            models.CheckConstraint(
                condition=(Q(starts_month__isnull=True) | Q(starts_month__gte=1))
                & (Q(ends_month__isnull=True) | Q(ends_month__gte=1))
                & (Q(starts_month__isnull=True) | Q(ends_month__isnull=True) | Q(ends_month__gte=F("starts_month"))),
                name="package_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"
