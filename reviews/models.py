"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Func, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from guardian.models import UserObjectPermissionBase

from applications.models import Application, Version
from calls.models import Criterion
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import STATES

LIVE = ("assigned", "declared")
SEES_ASSIGNMENTS = (*OFFICERS, "jury_chair", "auditor")
SEES_OPINIONS = (*OFFICERS, "jury_chair", "auditor", "hdh")
SEES_OPEN_SESSION = (*OFFICERS, "jury_chair", "auditor")


FACTS = {  # what review_conflict() finds, or that the role is gone, in words
    "employer": _("même employeur : %(other)s"),
    "siren": _("même SIREN : %(own)s et %(other)s"),
    "ght": _("même GHT : %(own)s et %(other)s"),
    "gcs_member": _("%(own)s est membre %(of_other)s"),
    "gcs_itself": _("%(own)s a pour membre %(other)s"),
    "role": _("le rôle d’expertise lui a été retiré"),
    "gcs_common": _("%(own)s et %(other)s sont membres d’un même GCS"),
}


def in_words(fact: str | None) -> str:
    """« ght|theirs|the dossier's », as review_conflict() writes it, as a sentence; empty when there is no link."""
    if not fact:
        return ""
    kind, own, other = fact.split("|", 2)
    return str(FACTS[kind] % {"own": own, "other": other, "of_other": de(other)})


def of_people_around(establishment: int) -> Q:
    """Assignments whose expert works in this establishment, or in one that its SIREN, its GHT or a GCS ties to it."""
    around = RawSQL("SELECT review_neighbours(%s)", [establishment])
    return Q(expert__affiliations__establishment__in=around, expert__affiliations__ended_at=None)


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AssignmentQuerySet":
        """The State's side sees all; an expert sees their own while it lives: a recusal shuts even the line itself."""
        if has_role(user, *SEES_ASSIGNMENTS):
            return self
        if has_role(user, "expert"):
            return self.filter(expert=user, state__in=LIVE)
        return self.none()

    def live(self) -> "AssignmentQuerySet":
        return self.filter(state__in=LIVE)

    def linked(self) -> "AssignmentQuerySet":
        """Live assignments that a later change has tied to their dossier, with the fact as `found`."""
        found = Func("expert_id", "application_id", function="review_conflict", output_field=models.TextField())
        return self.live().annotate(found=found).filter(found__isnull=False)

    def without_role(self) -> "AssignmentQuerySet":
        """Live assignments of who is no expert any more; a report locked while they were is done, and stays counted."""
        return self.live().exclude(review__state=Review.State.LOCKED).exclude(expert__groups__name="expert")

    def for_list(self) -> "AssignmentQuerySet":
        """With the title as deposited, read from the frozen version without its whole content."""
        title = KeyTextTransform("title", KeyTransform("identity", "application__version__content"))
        return (
            self.select_related("application__wave", "expert", "review").annotate(title=title).order_by("due_at", "id")
        )


class Assignment(models.Model):
    """One expert asked to judge one dossier. `declared` means: no interest, confidentiality promised, dossier open."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", _("À déclarer")
        DECLARED = "declared", _("Ouverte")
        RECUSED = "recused", _("Déport")
        SUSPENDED = "suspended", _("Suspendue")

    application = models.ForeignKey(Application, models.PROTECT, related_name="assignments")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASSIGNED)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(_("évaluation attendue le"))
    statement = models.TextField(_("déclaration d’intérêts"), blank=True)
    confidentiality = models.BooleanField(_("engagement de confidentialité"), default=False)
    declared_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(_("motif du déport"), blank=True)
    fact = models.CharField(_("fait relevé"), max_length=400, blank=True)  # of a suspension: what links them

    sealed = ("*",)
    objects = AssignmentQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, statement, confidentiality, declared_at, ended_at, reason, fact)")
    grants_worker = ("SELECT", "UPDATE (state, ended_at, reason, fact)")
    frozen_when = {"declared_at": ("statement", "confidentiality"), "ended_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("affectation d’expert"), _("affectations d’experts")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"], condition=Q(state__in=LIVE), name="assignment_live_once"
            ),
            models.CheckConstraint(condition=~Q(expert=F("assigned_by")), name="assignment_by_another"),
            models.CheckConstraint(condition=Q(due_at__gt=F("assigned_at")), name="assignment_due_at"),
            models.CheckConstraint(
                condition=~Q(state="declared") | Q(declared_at__isnull=False, confidentiality=True, statement__gt=""),
                name="assignment_declared",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE, ended_at__isnull=True) | (~Q(state__in=LIVE) & Q(ended_at__isnull=False)),
                name="assignment_ended_at",
            ),
            models.CheckConstraint(condition=~Q(state="recused") | Q(reason__gt=""), name="assignment_recused_reason"),
            models.CheckConstraint(condition=~Q(state="suspended") | Q(fact__gt=""), name="assignment_suspended_fact"),
        ]
        indexes = [models.Index(fields=["expert", "state"], name="assignment_expert_state")]

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DECLARED and self.review.state == Review.State.LOCKED

    @property
    def fact_in_words(self) -> str:
        return in_words(self.fact)

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.pk}"


class ReviewerPermission(UserObjectPermissionBase):
    """guardian's direct link expert → dossier; exists exactly while its assignment is declared (deferred trigger)."""

    content_object = models.ForeignKey(Application, models.CASCADE)
    assignment = models.OneToOneField(Assignment, models.CASCADE, related_name="link")

    grants = ("SELECT", "INSERT", "DELETE")
    grants_worker = ("SELECT", "DELETE")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name, verbose_name_plural = _("accès d’un expert à un dossier"), _("accès d’experts à des dossiers")


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReviewQuerySet":
        return self.filter(assignment__in=Assignment.objects.visible_to(user).values("pk"))

    def counted(self) -> "ReviewQuerySet":
        """Locked and still standing: what a ranking is made of (a recused or suspended expert's report is not)."""
        return self.filter(state=Review.State.LOCKED, assignment__state=Assignment.State.DECLARED)

    def counted_at(self, at) -> "ReviewQuerySet":
        """Those that stood at an instant, whatever became of their experts since."""
        stood = Q(assignment__ended_at__isnull=True) | Q(assignment__ended_at__gt=at)
        return self.filter(stood, state=Review.State.LOCKED, locked_at__lte=at)


class Review(models.Model):
    """An expert's report on the frozen version they read; locked once, never changed after."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En cours")
        LOCKED = "locked", _("Verrouillée")

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="review")
    version = models.ForeignKey(Version, models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opened_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)

    sealed, sealed_if = ("*", "-saved_at"), "state = 'locked'"
    objects = ReviewQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, saved_at, locked_at)")
    frozen_when = {"locked_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("évaluation"), _("évaluations")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", locked_at__isnull=True) | Q(state="locked", locked_at__isnull=False),
                name="review_locked_at",
            )
        ]


class Score(models.Model):
    """A criterion's mark and its comment; either may wait while the report is a draft."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)

    grants = ("SELECT", "INSERT", "UPDATE (value, comment)")
    sealed, sealed_with = ("*",), "review"

    class Meta:
        verbose_name, verbose_name_plural = _("note"), _("notes")
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="score_once")]


class OpinionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "OpinionQuerySet":
        return self if has_role(user, *SEES_OPINIONS) else self.none()


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


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SessionQuerySet":
        """The jury's table while it sits; the direction and finance never before it is closed."""
        if has_role(user, *SEES_OPEN_SESSION):
            return self
        return self.filter(state=Session.State.CLOSED) if has_role(user, "direction") else self.none()

    def for_list(self) -> "SessionQuerySet":
        return self.select_related("wave__call", "chair").annotate(line_count=Count("lines")).order_by("wave__number")


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
    frozen_when = {"closed_at": ("*",)}

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


class RankingLineQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RankingLineQuerySet":
        return self.filter(session__in=Session.objects.visible_to(user).values("pk"))

    def for_list(self) -> "RankingLineQuerySet":
        return self.select_related("application__coordinator", "session__wave").order_by("rank", "application_id")

    def with_cumulated(self) -> "RankingLineQuerySet":
        """Adds `cumulated_cents`: what is asked down to each, whatever lines are kept (a window would count those alone)."""
        same_rank = Q(rank=OuterRef("rank"), application_id__lte=OuterRef("application_id"))
        down = RankingLine.objects.filter(Q(rank__lt=OuterRef("rank")) | same_rank, session=OuterRef("session"))
        summed = down.order_by().values("session").annotate(cents=Sum("requested_cents")).values("cents")
        return self.annotate(cumulated_cents=Subquery(summed))


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
        ]
        indexes = [models.Index(fields=["session", "rank"], name="ranking_session_rank")]

    @property
    def score(self) -> Fraction:
        return Fraction(self.score_num, self.score_den)


STATES["assignment"] = {
    "assigned": (_("À déclarer"), "todo"),
    "declared": (_("Ouverte"), "doing"),
    "recused": (_("Déport"), "closed"),
    "suspended": (_("Suspendue"), "danger"),
}
STATES["review"] = {"draft": (_("En cours"), "doing"), "locked": (_("Verrouillée"), "ok")}
STATES["session"] = {"open": (_("Ouverte"), "doing"), "closed": (pgettext_lazy("session", "Close"), "ok")}
STATES["rankingline"] = {
    "": (_("À classer"), "todo"),
    "main": (_("Liste principale"), "ok"),
    "reserve": (_("Liste complémentaire"), "waiting"),
    "not_selected": (_("Non retenu"), "closed"),
}
