"""Who may sign for an establishment in the place of its legal representative: from a day to a day, by an act joined."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from directory.models import Affiliation
from edsh_portal import clock
from edsh_portal.access import has_role
from edsh_portal.models import Document

DAYS = Func("first_on", "last_on", RangeBoundary(True, True), function="daterange", output_field=DateRangeField())
# Who may check who signs, beside the people of the establishment.
SEES_DELEGATIONS = ("instructor", "validator", "auditor", "administrator")


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "DelegationQuerySet":
        """Those of the establishments this person writes for; all, for who examines, audits or administers."""
        if has_role(user, *SEES_DELEGATIONS):
            return self
        return self.filter(establishment__group__user=user)

    def running(self) -> "DelegationQuerySet":
        """In force today in Paris, by the portal's clock: its days, its last one included; not revoked; and whoever gave it
        still represents the establishment (a delegation ends with the office of its author)."""
        today = TruncDate(clock.PortalNow(), tzinfo=clock.PARIS)
        author = Affiliation.objects.filter(
            user=OuterRef("given_by"),
            establishment=OuterRef("establishment"),
            kind=Affiliation.Kind.SIGNATORY,
            ended_at=None,
        )
        return self.filter(Exists(author), ended_at=None, first_on__lte=today, last_on__gte=today)


class Delegation(models.Model):
    """A delegation of signature to a person of the establishment. Its days never change; it may end before the last."""

    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")  # the act, as signed
    first_on = models.DateField()
    last_on = models.DateField()  # included
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (ended_by_id, ended_at)")
    grants_worker = ("SELECT", "UPDATE (ended_by_id, ended_at)")  # its act was found infected
    frozen_when = {"ended_at": ("ended_by_id",)}
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("délégation de signature"), _("délégations de signature")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="delegation_days"),
            models.CheckConstraint(condition=~Q(delegate=F("given_by")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True), name="delegation_ended"
            ),
            ExclusionConstraint(
                name="delegation_once",
                expressions=[
                    (DAYS, RangeOperators.OVERLAPS),
                    ("establishment", RangeOperators.EQUAL),
                    ("delegate", RangeOperators.EQUAL),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    @property
    def event_stream(self) -> str:
        return "directory"
