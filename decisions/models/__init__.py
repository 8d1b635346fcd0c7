"""What is proposed, decided and notified: amounts per member, gapless numbers, the frozen act, the row that notifies."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models import Membership, Reception
from applications.models.dossier import open_to
from edsh_portal import clock
from edsh_portal.access import OFFICERS, STAFF, has_role
from edsh_portal.models import Act, Document
from edsh_portal.workflow import STATES

from .scenario import (
    SEES_SCENARIOS as SEES_SCENARIOS,
)
from .scenario import (
    ReserveCall as ReserveCall,
)
from .scenario import (
    Scenario as Scenario,
)
from .scenario import (
    ScenarioAside as ScenarioAside,
)
from .scenario import (
    ScenarioComment as ScenarioComment,
)
from .scenario import (
    ScenarioPart as ScenarioPart,
)

SEES_DECISIONS = (*OFFICERS, "jury_chair", "certifier", "orderer", "payer", "direction", "auditor")

DAYS = Func("first_on", "last_on", RangeBoundary(True, True), function="daterange", output_field=DateRangeField())
DEEMED_AFTER_DAYS = 15  # unopened, a notification is deemed received (CRPA R112-20; CALL.md R71)


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


class DecisionCounter(models.Model):
    """The last number given in a year; locked by the approving transaction, so that a refusal leaves no gap."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    grants = ("SELECT", "INSERT", "UPDATE (last)")

    class Meta:
        verbose_name, verbose_name_plural = _("compteur de décisions"), _("compteurs de décisions")


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "DecisionQuerySet":
        """State's side by role, at once, unless a link shuts the dossier to them; its members once it is notified (embargo)."""
        if has_role(user, *SEES_DECISIONS):
            return self.filter(open_to(user))
        if not user.is_authenticated or not user.is_active:
            return self.none()
        mine = Membership.objects.filter(state="accepted", establishment__group__in=user.groups.all())
        return self.filter(application__in=mine.values("application"), notified_at__isnull=False)

    def for_list(self) -> "DecisionQuerySet":
        return self.select_related("application__coordinator", "application__wave", "document").order_by("-id")

    def public(self) -> "DecisionQuerySet":
        """What the verification page may know of: nothing before the notification."""
        return self.filter(notified_at__isnull=False)

    def in_force(self) -> "DecisionQuerySet":
        return self.exclude(state=Decision.State.REVOKED)

    def by_post(self) -> "DecisionQuerySet":
        """Those to notify by a registered letter: who deposited was asked, and has not agreed to electronic notification. Of a call
        that asked nothing, the deposit itself said so: it is notified in the space, as before. by_post() of decision.sql says the same."""
        last = Reception.objects.filter(application=OuterRef("application"), version__isnull=False).order_by("-pk")
        agreed = Coalesce(Subquery(last.values("consent__electronic")[:1]), False)
        return self.filter(application__wave__settings__consent__gt="").annotate(agreed=agreed).filter(agreed=False)


class Decision(models.Model):
    """A numbered act. `snapshot` is all it says, frozen at approval; the sealed PDF is made from it and from nothing else."""

    class State(models.TextChoices):
        APPROVED = "approved", _("Approuvée")
        RENDERED = "rendered", _("Scellée")
        RELEASED = "released", _("Publiée")
        NOTIFIED = "notified", _("Notifiée")
        REVOKED = "revoked", _("Retirée")

    number = models.CharField(max_length=12, unique=True)  # 2023-0001
    year = models.PositiveSmallIntegerField()
    rank = models.PositiveIntegerField()  # in the year, without a gap
    kind = models.CharField(max_length=10, choices=Kind.choices)
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="decisions")
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="decision")
    grant = models.OneToOneField("funding.Grant", models.PROTECT, null=True, related_name="decision")
    cents = models.BigIntegerField(default=0)
    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPROVED)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
    recall_until = models.DateTimeField(null=True)  # excluded; none of a decision older than this column
    recalled = models.BooleanField(
        default=False
    )  # withdrawn by who approved it, within that time, before it was laid out
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    rendered_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)  # the embargo: nothing is released before
    release_planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.TextField(blank=True)

    sealed = ("*",)
    objects = DecisionQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, recalled, document_id, sha256, rendered_at, release_at, release_planned_by_id, released_by_id, released_at, notified_at, revoked_by_id, revoked_at, revoked_reason)",
    )
    grants_worker = (
        "SELECT",
        "UPDATE (state, document_id, sha256, rendered_at, released_by_id, released_at, notified_at)",
    )
    frozen_when = {
        "rendered_at": ("document_id", "sha256"),
        "released_at": ("released_by_id", "release_at", "release_planned_by_id"),
        "notified_at": (),
        "revoked_at": ("*",),
    }

    class Meta:
        verbose_name, verbose_name_plural = _("décision"), _("décisions")
        constraints = [
            models.UniqueConstraint(fields=["year", "rank"], name="decision_rank"),
            models.UniqueConstraint(
                fields=["application"], condition=~Q(state="revoked"), name="decision_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(kind="award", grant__isnull=False, cents__gt=0)
                | (~Q(kind="award") & Q(grant__isnull=True, cents=0)),
                name="decision_grant",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", document__isnull=True, sha256="", rendered_at__isnull=True)
                | Q(state="revoked")
                | (~Q(state="approved") & Q(document__isnull=False, sha256__gt="", rendered_at__isnull=False)),
                name="decision_rendered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("approved", "rendered"), released_at__isnull=True, released_by__isnull=True)
                | Q(state="revoked")
                | Q(state__in=("released", "notified"), released_at__isnull=False, released_by__isnull=False),
                name="decision_released",
            ),
            models.CheckConstraint(
                condition=Q(state="notified", notified_at__isnull=False)
                | Q(state="revoked")
                | (~Q(state__in=("notified", "revoked")) & Q(notified_at__isnull=True)),
                name="decision_notified",
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False, revoked_by__isnull=False, revoked_reason__gt="")
                | (~Q(state="revoked") & Q(revoked_at__isnull=True, revoked_by__isnull=True)),
                name="decision_revoked",
            ),
            models.CheckConstraint(
                condition=Q(recalled=False)
                | Q(
                    state="revoked",
                    document__isnull=True,
                    revoked_by=F("approved_by"),
                    revoked_at__lt=F("recall_until"),
                ),
                name="decision_recalled",
            ),
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True)
                | Q(recall_until__isnull=True)
                | Q(rendered_at__gte=F("recall_until")),
                name="decision_recall_over",
            ),
            models.CheckConstraint(
                condition=Q(release_at__isnull=True, release_planned_by__isnull=True)
                | Q(release_at__isnull=False, release_planned_by__isnull=False, rendered_at__isnull=False),
                name="decision_release_planned",
            ),
            models.CheckConstraint(
                condition=Q(release_at__isnull=True)
                | Q(released_at__isnull=True)
                | Q(released_at__gte=F("release_at")),
                name="decision_embargo",
            ),
        ]
        indexes = [
            models.Index(fields=["state"], name="decision_state"),
            models.Index(fields=["sha256"], name="decision_sha256"),
            GinIndex(OpClass(Upper("number"), "gin_trgm_ops"), name="decision_words"),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    @cached_property
    def by_post(self) -> bool:
        """Whether it is notified by a registered letter."""
        return Decision.objects.filter(pk=self.pk).by_post().exists()

    def recallable(self, at: datetime) -> bool:
        """Approved, and its time to be recalled is not over."""
        return self.state == self.State.APPROVED and self.recall_until is not None and at < self.recall_until

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    def __str__(self) -> str:
        return self.number


class Notification(models.Model):
    """The binding act: one row a decision and kind, in the secure space of its recipients. The mail is a courtesy."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("Décision")
        REVOCATION = "revocation", _("Retrait")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.DECISION)
    sha256 = models.CharField(max_length=64)  # of the sealed PDF that was notified
    deposited_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("notification"), _("notifications")
        constraints = [models.UniqueConstraint(fields=["decision", "kind"], name="notification_once")]

    @property
    def deemed_on(self) -> date:
        """The civil day, in Paris, on which it counts as received if nobody has opened it; of a letter, that of its reception."""
        if (letter := self.letter) is not None and letter.received_on is not None:
            return letter.received_on
        return clock.civil(clock.days_from(self.deposited_at, DEEMED_AFTER_DAYS))

    @property
    def letter(self) -> "RegisteredLetter | None":
        """Which notified it, of what went by post."""
        return getattr(self.decision, "registered_letter", None)


class NotificationOpening(models.Model):
    """The first opening, dated (CRPA L112-15)."""

    notification = models.OneToOneField(Notification, models.PROTECT, related_name="opening")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("ouverture d’une notification"), _("ouvertures de notifications")


class RegisteredLetter(models.Model):
    """A decision sent by post to who has not agreed to electronic notification: its clocks run from the day it was received."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="registered_letter")
    number = models.CharField(max_length=20)  # of the post
    posted_on = models.DateField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    received_on = models.DateField(null=True)  # or presented, when nobody came for it
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (received_on, received_by_id)")
    frozen_when = {"received_on": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("lettre recommandée"), _("lettres recommandées")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="registered_letter_number"),
            models.CheckConstraint(condition=Q(number__gt=""), name="registered_letter_numbered"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by__isnull=True)
                | Q(received_on__gte=F("posted_on"), received_by__isnull=False),
                name="registered_letter_received",
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.decision.application_id}"

    def __str__(self) -> str:
        return self.number


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


STATES["proposal"] = {
    "proposed": (_("Proposée"), "waiting"),
    "approved": (_("Approuvée"), "ok"),
    "returned": (_("Renvoyée"), "warn"),
    "taken_back": (_("Reprise par son auteur"), "closed"),
}
STATES["decision"] = {
    "approved": (_("Approuvée"), "doing"),
    "rendered": (_("Scellée"), "waiting"),
    "released": (_("Publiée"), "doing"),
    "notified": (_("Notifiée"), "ok"),
    "revoked": (_("Retirée"), "danger"),
}
STATES["decision_kind"] = {
    "award": (_("Attribution"), "ok"),
    "refusal": (_("Rejet"), "closed"),
    "ineligible": (_("Irrecevabilité ou inéligibilité"), "closed"),
}
