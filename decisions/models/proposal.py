"""What is proposed for a dossier: an award with its shares, or a refusal; decided by another person."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import open_to
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.workflow import STATES

SEES_DECISIONS = (*OFFICERS, "jury_chair", "certifier", "orderer", "payer", "direction", "auditor")


class Kind(models.TextChoices):
    AWARD = "award", _("Attribution")
    REFUSAL = "refusal", _("Rejet")
    INELIGIBLE = "ineligible", _("Irrecevabilité ou inéligibilité")


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ProposalQuerySet":
        return self.filter(open_to(user)) if has_role(user, *SEES_DECISIONS) else self.none()

    def for_list(self) -> "ProposalQuerySet":
        return self.select_related("application__coordinator", "application__wave", "proposed_by").order_by(
            "application_id", "-id"
        )


class Proposal(models.Model):
    """What the instructor proposes for a dossier: an award with its shares, or a refusal; decided by another person."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposée")
        APPROVED = "approved", _("Approuvée")
        RETURNED = "returned", _("Renvoyée")
        TAKEN_BACK = "taken_back", _("Reprise")

    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cents = models.BigIntegerField(default=0)
    motive = models.TextField(_("motif"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(_("motif du renvoi"), blank=True)

    sealed = ("*",)
    objects = ProposalQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, decided_by_id, decided_at, reason)")
    frozen_when = {"decided_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("proposition de décision"), _("propositions de décisions")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="proposed"), name="proposal_one_open"),
            models.CheckConstraint(
                condition=Q(state="taken_back") | ~Q(decided_by=F("proposed_by")), name="proposal_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(kind="award", cents__gt=0) | (~Q(kind="award") & Q(cents=0)), name="proposal_cents"
            ),
            models.CheckConstraint(condition=Q(motive__gt=""), name="proposal_reasoned"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="proposal_decided",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | Q(reason__gt=""), name="proposal_returned_reason"),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    @cached_property
    def parts(self) -> list["ProposalShare"]:
        """Its shares, in the order in which they were written: they never change."""
        return list(self.shares.select_related("establishment", "line").order_by("pk"))

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.application.reference}"


class ProposalShare(models.Model):
    """One member's part of a proposed award, on one source. Σ shares = proposal, to the cent."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="shares")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="+")
    line = models.ForeignKey("funding.Line", models.PROTECT, related_name="+")
    cents = models.BigIntegerField()

    grants = ("SELECT", "INSERT")
    sealed, sealed_with = ("*",), "proposal"

    class Meta:
        verbose_name, verbose_name_plural = _("part proposée"), _("parts proposées")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "establishment", "line"], name="proposal_share_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="proposal_share_cents"),
        ]


STATES["proposal"] = {
    "proposed": (_("Proposée"), "waiting"),
    "approved": (_("Approuvée"), "ok"),
    "returned": (_("Renvoyée"), "warn"),
    "taken_back": (_("Reprise par son auteur"), "closed"),
}
