"""What is decided: gapless numbers, the frozen act, its states."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models import Membership
from applications.models.deposit import goes_by_post
from applications.models.dossier import open_to
from edsh_portal.access import has_role
from edsh_portal.models import Document
from edsh_portal.workflow import STATES

from .proposal import SEES_DECISIONS, Kind, Proposal


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
        """Those to notify by a registered letter: goes_by_post(), at the instant that they were notified."""
        return self.annotate(posted=goes_by_post(F("application"), F("notified_at"))).filter(posted=True)


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
