"""The jury of a wave: its session, the ranking, its lists."""

from fractions import Fraction
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.workflow import STATES

SEES_OPEN_SESSION = (*OFFICERS, "jury_chair", "auditor")
SEES_CLOSED_SESSION = (*SEES_OPEN_SESSION, "direction")  # finance never, the direction not before the lists are closed


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SessionQuerySet":
        """The jury's table while it sits, or once its lists are closed."""
        if has_role(user, *SEES_OPEN_SESSION):
            return self
        return self.filter(state=Session.State.CLOSED) if has_role(user, *SEES_CLOSED_SESSION) else self.none()


class Session(models.Model):
    """The jury of a wave: opened on complete reports, closed on a list that never changes after."""

    class State(models.TextChoices):
        OPEN = "open", _("Ouverte")
        CLOSED = "closed", pgettext_lazy("session", "Close")

    wave = models.OneToOneField("calls.Wave", models.PROTECT, related_name="session")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    minutes = models.TextField(_("relevé de délibération"), blank=True)

    sealed = ("*",)
    objects = SessionQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, closed_at, minutes, chair_id)")
    frozen_while = {"closed_at": ("*",)}  # a reopening takes it back (wall_session)

    class Meta:
        verbose_name, verbose_name_plural = _("session du jury"), _("sessions du jury")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False, minutes__gt=""),
                name="session_closed",
            )
        ]

    def __str__(self) -> str:
        return str(self.wave)

    @property
    def panel(self) -> Any:
        """What stands beside the ranking, once it is weighed and when the text of the call provides for it."""
        return self.panels.order_by("pk").last() if self.wave.settings.score_panel else None


class RankingLineQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RankingLineQuerySet":
        """Of the sessions they see, the dossiers that no link shuts to them."""
        return self.open_to(user).filter(session__in=Session.objects.visible_to(user).values("pk"))

    def open_to(self, user) -> "RankingLineQuerySet":
        return self.filter(open_to(user))

    def for_list(self) -> "RankingLineQuerySet":
        return self.select_related("application__coordinator", "session__wave").order_by("rank", "application_id")


class RankingLine(models.Model):
    """A dossier's place: its exact score as a fraction of 100, what parted it from its neighbour, its list."""

    class List(models.TextChoices):
        MAIN = "main", _("Liste principale")
        RESERVE = "reserve", _("Liste complémentaire")
        NOT_SELECTED = "not_selected", _("Non retenu")

    session = models.ForeignKey(Session, models.PROTECT, related_name="lines")
    application = models.ForeignKey(Application, models.PROTECT, related_name="rankings")
    rank = models.PositiveSmallIntegerField()
    score_num = models.BigIntegerField()
    score_den = models.BigIntegerField()
    review_count = models.PositiveSmallIntegerField()
    decided_by = models.CharField(max_length=10, blank=True)  # scoring.TIE_BREAKS: what put it below its neighbour
    below_floor = models.CharField(max_length=80, blank=True)  # numbers of the criteria under their floor, « 3, 12 »
    divergence = models.CharField(max_length=80, blank=True)  # numbers of divergent criteria, « total »
    coverage_gain = models.PositiveIntegerField(default=0)  # inhabitants of départements not yet covered
    requested_cents = models.BigIntegerField()
    vote = models.PositiveSmallIntegerField(null=True)  # the chair's order among equals
    vote_reason = models.TextField(blank=True)
    list = models.CharField(max_length=12, choices=List.choices, blank=True)
    reason = models.TextField(_("motif"), blank=True)
    # Codes of the départements where it stands, as it was ranked; null in sessions older than this column (ranking.reach asks anew).
    sites = ArrayField(models.CharField(max_length=3), null=True)
    reserve_order = models.PositiveSmallIntegerField(
        null=True
    )  # the chair's order of the reserve; null: that of the ranks
    reserve_reason = models.TextField(blank=True)

    sealed = ("*",)
    objects = RankingLineQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (session_id, application_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("ligne du classement"), _("lignes du classement")
        constraints = [
            models.UniqueConstraint(fields=["application"], name="ranking_once"),
            models.CheckConstraint(condition=Q(score_num__gte=0, score_den__gt=0), name="ranking_score_positive"),
            models.CheckConstraint(condition=Q(score_num__lte=F("score_den") * 100), name="ranking_score_of_100"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="ranking_rank"),
            models.CheckConstraint(condition=Q(requested_cents__gte=0), name="ranking_requested"),
            models.CheckConstraint(
                condition=Q(below_floor="") | Q(list__in=("", "not_selected")), name="ranking_floor_eliminates"
            ),
            models.CheckConstraint(
                condition=Q(vote__isnull=True) | Q(vote_reason__gt=""), name="ranking_vote_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(reserve_order__isnull=True) | Q(list="reserve", reserve_reason__gt=""),
                name="ranking_reserve_reasoned",
            ),
        ]
        indexes = [models.Index(fields=["session", "rank"], name="ranking_session_rank")]

    @property
    def score(self) -> Fraction:
        return Fraction(self.score_num, self.score_den)


STATES["session"] = {"open": (_("Ouverte"), "doing"), "closed": (pgettext_lazy("session", "Close"), "ok")}
STATES["rankingline"] = {
    "": (_("À classer"), "todo"),
    "main": (_("Liste principale"), "ok"),
    "reserve": (_("Liste complémentaire"), "waiting"),
    "not_selected": (_("Non retenu"), "closed"),
}
