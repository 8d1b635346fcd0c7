"""What somebody is told, and answers, before an act against them (CRPA L121-1, L122-1): the contradictory procedure."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import open_to
from edsh_portal.access import has_role
from edsh_portal.models import Document
from edsh_portal.workflow import STATES

from .decision import Decision
from .proposal import SEES_DECISIONS

LEAST_DAYS = 15  # to present observations, of the civil calendar


class ProcedureQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ProcedureQuerySet":
        """State's side by role, unless a link shuts the dossier to them; those of the establishment concerned."""
        if has_role(user, *SEES_DECISIONS):
            return self.filter(open_to(user))
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(establishment__group__in=user.groups.all())

    def going_on(self) -> "ProcedureQuerySet":
        return self.filter(state__in=(Procedure.State.OPEN, Procedure.State.OBSERVED))

    def for_list(self) -> "ProcedureQuerySet":
        return self.select_related("application", "establishment", "decision", "document").order_by("-pk")


class Procedure(models.Model):
    """One measure that is envisaged: of which decision, convention or amendment, on what ground, until when its addressee may answer."""

    class Kind(models.TextChoices):
        REVOCATION = "revocation", _("Retrait d’une décision")
        RECOVERY = "recovery", _("Reversement")
        EXCLUSION = "exclusion", _("Exclusion d’un membre")

    class State(models.TextChoices):
        OPEN = "open", _("Observations attendues")
        OBSERVED = "observed", _("Observations à examiner")
        ANSWERED = "answered", _("Observations examinées")
        DROPPED = "dropped", _("Classée sans suite")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="procedures")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="+")  # who is heard
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="procedures")
    convention = models.ForeignKey("funding.Convention", models.PROTECT, null=True, related_name="procedures")
    amendment = models.ForeignKey("funding.Amendment", models.PROTECT, null=True, related_name="procedures")
    ground = models.CharField(max_length=10)
    motives = models.CharField(max_length=4000)
    cents = models.BigIntegerField(null=True)  # the most that is claimed back
    days = models.PositiveSmallIntegerField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)  # excluded; by post, once its letter is received
    letter = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # sealed, what is read or posted
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    observations = models.CharField(max_length=8000, blank=True, default="")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    asks_hearing = models.BooleanField(default=False)
    observed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    observed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=4000, blank=True, default="")  # or why it is dropped
    heard_on = models.DateField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = ProcedureQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (closes_at, letter_id, state, observations, document_id, asks_hearing, observed_by_id, observed_at, answer, heard_on,"
        " answered_by_id, answered_at)",
    )
    grants_worker = ("SELECT", "UPDATE (letter_id)")
    born_with = ("closes_at",)
    frozen_when = {
        "closes_at": (),
        "letter_id": (),
        "observed_at": ("observations", "document_id", "asks_hearing", "observed_by_id"),
        "answered_at": ("state", "answer", "heard_on", "answered_by_id"),
    }

    class Meta:
        verbose_name, verbose_name_plural = _("procédure contradictoire"), _("procédures contradictoires")
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(state__in=("open", "observed")), name="procedure_decision_once"
            ),
            models.UniqueConstraint(
                fields=["convention"], condition=Q(state__in=("open", "observed")), name="procedure_convention_once"
            ),
            models.UniqueConstraint(
                fields=["amendment"], condition=Q(state__in=("open", "observed")), name="procedure_amendment_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="revocation", decision__isnull=False, convention__isnull=True, cents__isnull=True)
                & Q(amendment__isnull=True)
                | Q(kind="recovery", decision__isnull=True, convention__isnull=False, cents__gt=0)
                & Q(amendment__isnull=True)
                | Q(kind="exclusion", decision__isnull=True, convention__isnull=True, cents__isnull=True)
                & Q(amendment__isnull=False),
                name="procedure_kind",
            ),
            models.CheckConstraint(condition=Q(motives__gt="", ground__gt=""), name="procedure_reasoned"),
            models.CheckConstraint(
                condition=Q(days__gte=LEAST_DAYS)
                & (Q(closes_at__isnull=True) | Q(closes_at__gt=F("opened_at") + timedelta(days=LEAST_DAYS))),
                name="procedure_days",
            ),
            models.CheckConstraint(
                condition=Q(observed_at__isnull=True, observed_by__isnull=True, observations="", document__isnull=True)
                & Q(asks_hearing=False)
                | Q(observed_at__isnull=False, observed_by__isnull=False, observations__gt=""),
                name="procedure_observed",
            ),
            models.CheckConstraint(
                condition=Q(state="open", observed_at__isnull=True, answered_at__isnull=True)
                | Q(state="observed", observed_at__isnull=False, answered_at__isnull=True)
                | Q(state="answered", observed_at__isnull=False, answered_at__isnull=False)
                | Q(state="dropped", answered_at__isnull=False),
                name="procedure_state",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="", heard_on__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__gt=""),
                name="procedure_answered",
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    @cached_property
    def by_post(self) -> bool:
        """Whether its letter goes by post: to who had not agreed to be told in their space, or no longer did, on the day it was opened.
        goes_by_post() of applications/reception.sql says the same."""
        if self.pk:
            return self.closes_at is None or hasattr(self, "registered_letter")
        held = self.application.receptions.last_frozen()
        return not held.notified_here if held else self.application.wave.settings.consent > ""

    def over(self, at: datetime) -> bool:
        """Whether the time to answer has passed; it has not begun while the letter by post is not received."""
        return self.closes_at is not None and at >= self.closes_at

    def ended(self, at: datetime) -> bool:
        """Whether its act may be proposed: the delay has passed in silence, or what was observed is answered."""
        return self.state == self.State.ANSWERED or (self.state == self.State.OPEN and self.over(at))

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.application}"


STATES["procedure"] = {
    "open": (_("Observations attendues"), "waiting"),
    "observed": (_("Observations à examiner"), "todo"),
    "answered": (_("Observations examinées"), "ok"),
    "dropped": (_("Classée sans suite"), "closed"),
}
