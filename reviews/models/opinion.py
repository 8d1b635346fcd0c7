"""What the Health Data Hub advises on criterion 12."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.dossier import open_to
from calls.models import Criterion
from edsh_portal.access import OFFICERS, has_role

SEES_OPINIONS = (*OFFICERS, "jury_chair", "auditor", "hdh")


class OpinionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OpinionQuerySet":
        return self.filter(open_to(user)) if has_role(user, *SEES_OPINIONS) else self.none()


class Opinion(models.Model):
    """The Health Data Hub's advice on criterion 12; a new one is a new row, the last one stands."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="opinions")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField(_("note indicative"), null=True)
    text = models.TextField(_("avis"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    objects = OpinionQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("avis du Health Data Hub"), _("avis du Health Data Hub")
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="opinion_version"),
            models.CheckConstraint(condition=Q(text__gt=""), name="opinion_text"),
        ]
