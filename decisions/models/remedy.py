"""Remedies against a notified decision: gracieux, hiérarchique, contentieux; their clocks are drawn from their dates."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import open_to
from edsh_portal import clock
from edsh_portal.access import has_role
from edsh_portal.models import Act, Document
from edsh_portal.workflow import STATES

from .. import clocks
from .decision import Decision
from .proposal import SEES_DECISIONS


class RemedyQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "RemedyQuerySet":
        """State's side by role, unless a link shuts the dossier to them; its author's establishment."""
        if has_role(user, *SEES_DECISIONS):
            return self.filter(open_to(user, "decision__application"))
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(establishment__group__in=user.groups.all())

    def for_list(self) -> "RemedyQuerySet":
        return self.select_related("decision__application", "establishment")

    def to_answer(self) -> "RemedyQuerySet":
        """What the service must answer, the first to lapse first."""
        return (
            self.filter(state=Remedy.State.RECEIVED).exclude(kind=Remedy.Kind.LITIGATION).order_by("received_on", "pk")
        )


class Remedy(models.Model):
    """One remedy: received on a day, by the portal or by post; answered by an act of two, or judged by the court."""

    class Kind(models.TextChoices):
        GRACIOUS = "gracious", _("Recours gracieux")
        HIERARCHICAL = "superior", _("Recours hiérarchique")
        LITIGATION = "litigation", _("Recours contentieux")

    class State(models.TextChoices):
        RECEIVED = "received", _("À examiner")
        ACCEPTED = "accepted", _("Accueilli")
        REJECTED = "rejected", _("Rejeté")
        WITHDRAWN = "withdrawn", _("Désistement")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="remedies")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    establishment = models.ForeignKey(
        "directory.Establishment", models.PROTECT, null=True, related_name="+"
    )  # null: a third party
    author = models.CharField(max_length=160)
    received_on = models.DateField()
    reference = models.CharField(max_length=60, blank=True, default="")  # of the post, or of the court
    court = models.CharField(max_length=120, blank=True, default="")
    text = models.CharField(max_length=8000)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    notified_on = models.DateField()  # of the decision, when it was received
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    motives = models.CharField(max_length=4000, blank=True, default="")
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    act = models.OneToOneField(Act, models.PROTECT, null=True, related_name="+")

    sealed = ("*",)
    objects = RemedyQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, motives, ended_on, ended_by_id, act_id)")
    grants_worker = ("SELECT",)
    frozen_when = {"ended_on": ("state", "motives", "ended_by_id", "act_id")}

    class Meta:
        verbose_name, verbose_name_plural = _("recours"), _("recours")
        constraints = [
            models.CheckConstraint(condition=Q(author__gt="", text__gt=""), name="remedy_said"),
            models.CheckConstraint(
                condition=~Q(kind="litigation") & Q(court="") | Q(kind="litigation", court__gt="", reference__gt=""),
                name="remedy_court",
            ),
            models.CheckConstraint(
                condition=Q(state="received", ended_on__isnull=True, ended_by__isnull=True, motives="")
                | Q(state__in=("accepted", "rejected", "withdrawn"), ended_on__isnull=False, motives__gt="")
                & Q(ended_by__isnull=False),
                name="remedy_ended",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("received", "withdrawn"), act__isnull=True)
                | Q(state__in=("accepted", "rejected"), kind="litigation", act__isnull=True)
                | Q(state__in=("accepted", "rejected"), act__isnull=False) & ~Q(kind="litigation"),
                name="remedy_act",
            ),
        ]
        indexes = [models.Index(fields=["state", "received_on"], name="remedy_state")]

    @property
    def event_stream(self) -> str:
        return f"application:{self.decision.application_id}"

    @property
    def lodged_until(self) -> date:
        """The last day on which it could be lodged."""
        return clocks.contested_until(self.notified_on, self.decision.snapshot["remedies"]["months"])

    @property
    def in_time(self) -> bool:
        return self.received_on <= self.lodged_until

    @property
    def implied_on(self) -> date | None:
        """When silence rejects it; never of what a court judges."""
        return None if self.kind == self.Kind.LITIGATION else clocks.implied_on(self.received_on)

    def standing(self, day: date | None = None) -> str:
        """A word of STATES["remedy"]: where it stands that day (today when none is given)."""
        implied_on = self.implied_on if self.state == self.State.RECEIVED else None
        return "implied" if implied_on is not None and (day or clock.today()) >= implied_on else str(self.state)

    @staticmethod
    def words(standing: str) -> str:
        return str(STATES["remedy"][standing][0])

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.decision}"


STATES["remedy"] = {
    "received": (_("À examiner"), "todo"),
    "implied": (_("Rejet implicite"), "warn"),
    "accepted": (_("Accueilli"), "ok"),
    "rejected": (_("Rejeté"), "closed"),
    "withdrawn": (_("Désistement"), "closed"),
}
