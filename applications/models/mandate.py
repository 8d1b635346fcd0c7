"""The mandate of each partner: given by who represents it, on the amounts then read, and taken back. Rows never change."""

from django.conf import settings
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from ..rules import Pledge
from .budget import BudgetLine
from .consortium import Membership, MembershipQuerySet
from .delegation import Delegation

AMOUNTS = ("expenses_cents", "aid_cents", "own_cents")


class Mandate(models.Model):
    """A partner gave mandate to deposit the common dossier, on these amounts; the last one counts (rules.Pledge.covers), unless it
    was taken back."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="mandates")
    expenses_cents = models.BigIntegerField()
    aid_cents = models.BigIntegerField()
    own_cents = models.BigIntegerField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, related_name="+")  # none: by law

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("mandat"), _("mandats")
        constraints = [
            models.CheckConstraint(
                condition=Q(expenses_cents__gte=0, aid_cents__gte=0, own_cents__gte=0), name="mandate_cents"
            )
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.membership.application_id}"

    @property
    def pledge(self) -> Pledge:
        return Pledge(self.expenses_cents, self.aid_cents, self.own_cents)

    @property
    def stands(self) -> bool:
        return not hasattr(self, "withdrawal")


class MandateWithdrawal(models.Model):
    """A partner takes its mandate back, as whoever gives one may at any time (Code civil, art. 2004): none counts until another is
    given."""

    mandate = models.OneToOneField(Mandate, models.PROTECT, related_name="withdrawal")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("retrait de mandat"), _("retraits de mandats")

    @property
    def event_stream(self) -> str:
        return self.mandate.event_stream


def last_mandate() -> Subquery:
    """The mandate of each membership, to annotate with: {given_at, expenses_cents, aid_cents, own_cents}, None when none stands."""
    given = Mandate.objects.filter(membership=OuterRef("pk")).order_by("-pk")
    told = JSONObject(given_at="given_at", **{name: name for name in AMOUNTS})
    return Subquery(given.values(json=Case(When(withdrawal__isnull=True, then=told)))[:1])


def with_pledges(memberships: MembershipQuerySet) -> MembershipQuerySet:
    """Each with its plan, its expenses as `spent_cents` and its last mandate as `mandate`: what `pledge_of` reads."""
    lines = BudgetLine.objects.filter(membership=OuterRef("pk")).order_by().values("membership")
    spent = Coalesce(Subquery(lines.annotate(sum=Sum("cents")).values("sum")), 0, output_field=models.BigIntegerField())
    return memberships.select_related("plan").annotate(spent_cents=spent, mandate=last_mandate())


def pledged(membership: Membership) -> Pledge:
    """What a membership found `with_pledges` commits now."""
    plan = getattr(membership, "plan", None)
    return Pledge(membership.spent_cents, *(getattr(plan, name, 0) for name in AMOUNTS[1:]))  # type: ignore[attr-defined]  # with_pledges puts it there
