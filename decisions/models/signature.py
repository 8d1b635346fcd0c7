"""Who signs for the State, and since which act (décret n° 2005-850)."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal import clock
from edsh_portal.access import STAFF, has_role
from edsh_portal.models import Act

DAYS = Func("first_on", "last_on", RangeBoundary(True, True), function="daterange", output_field=DateRangeField())


class SignatureDelegationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SignatureDelegationQuerySet":
        """Published texts: everyone of the State's side."""
        return self if has_role(user, *STAFF) else self.none()

    def in_force(self, at: datetime) -> "SignatureDelegationQuerySet":
        """Their days in Paris, the last one included, and not ended: signature_delegated() of signature.sql says the same."""
        day = at.astimezone(clock.PARIS).date()
        return self.filter(first_on__lte=day, last_on__gte=day).exclude(ended_at__lte=at)


class SignatureDelegation(models.Model):
    """A published text lets this person sign decisions for the director general (décret n° 2005-850 art. 3), from a day to a day.

    Given by an act of two; another may end it before its last day.
    """

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="signature_delegations")
    quality = models.CharField(max_length=160, default="")  # of its holder, as a letter says it (CRPA L212-1)
    source = models.CharField(max_length=200)  # the text and where it is published, as a letter quotes it
    first_on = models.DateField()
    last_on = models.DateField()  # included
    act = models.OneToOneField(Act, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_act = models.OneToOneField(Act, models.PROTECT, null=True, related_name="+")

    sealed = ("*",)
    objects = SignatureDelegationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (ended_at, end_act_id)")
    frozen_when = {"ended_at": ("end_act_id",)}

    class Meta:
        verbose_name, verbose_name_plural = (
            _("délégation de la signature de l’État"),
            _("délégations de la signature de l’État"),
        )
        constraints = [
            models.CheckConstraint(condition=Q(source__gt=""), name="signature_delegation_source"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="signature_delegation_days"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_act__isnull=True)
                | Q(ended_at__isnull=False, end_act__isnull=False),
                name="signature_delegation_ended",
            ),
            ExclusionConstraint(
                name="signature_delegation_once",
                expressions=[(DAYS, RangeOperators.OVERLAPS), ("holder", RangeOperators.EQUAL)],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    @property
    def event_stream(self) -> str:
        return "directory"

    def state_on(self, day: date) -> str:
        """A word of STATES["delegation"]: where it stands that day."""
        if self.ended_at is not None:
            return "revoked"
        return "past" if self.last_on < day else "coming" if self.first_on > day else "running"

    def __str__(self) -> str:
        return f"{self.holder}, {self.source}"
