"""What an expert thinks of the version they read: a report, its marks and comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from applications.models import Version
from calls.models import Criterion
from edsh_portal.workflow import STATES

from .assignment import Assignment


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReviewQuerySet":
        return self.filter(assignment__in=Assignment.objects.visible_to(user).values("pk"))

    def counted(self) -> "ReviewQuerySet":
        """Locked and still standing: what a ranking is made of (a recused or suspended expert's report is not)."""
        return self.filter(state=Review.State.LOCKED, assignment__state=Assignment.State.DECLARED)

    def counted_at(self, at) -> "ReviewQuerySet":
        """Those that stood at an instant, whatever became of their experts since."""
        stood = Q(assignment__ended_at__isnull=True) | Q(assignment__ended_at__gt=at)
        stood &= Q(assignment__waiting_at__isnull=True) | Q(assignment__waiting_at__gt=at)
        return self.filter(stood, state=Review.State.LOCKED, locked_at__lte=at)


MOVED = Greatest("locked_at", "reopened_at")  # of a report: when it was last locked, or its lock undone


class Review(models.Model):
    """An expert's report on the frozen version they read; locked, it changes only when the chair reopens it, or by marks revised after a
    hearing."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En cours")
        LOCKED = "locked", _("Verrouillée")

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="review")
    version = models.ForeignKey(Version, models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    opened_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # the last time, if ever

    sealed, sealed_if = ("*", "-saved_at"), "state = 'locked'"
    objects = ReviewQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, saved_at, locked_at, reopened_at)",
    )  # wall_review: what is locked stays

    class Meta:
        verbose_name, verbose_name_plural = _("évaluation"), _("évaluations")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", locked_at__isnull=True) | Q(state="locked", locked_at__isnull=False),
                name="review_locked_at",
            )
        ]
        indexes = [models.Index(MOVED.desc(), name="review_moved")]  # what a ranking asks: the last one

    @cached_property
    def last_texts(self) -> "list[ScoreVersion]":
        """Of each cell, the text in place and the last one kept aside: read once, for a page that shows them."""
        return list(self.texts.last_of_each())


class Reopening(models.Model):
    """A lock that the chair undid, and why; `scores` is the report as it was then: {criterion's number: [mark, comment]}."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="reopenings")
    locked_at = models.DateTimeField()
    scores = models.JSONField()
    jury_note = models.TextField(blank=True)
    reason = models.TextField(_("motif de la réouverture"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("réouverture d’une évaluation"), _("réouvertures d’évaluations")
        constraints = [
            models.UniqueConstraint(fields=["review", "locked_at"], name="reopening_once"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="reopening_reason"),
            models.CheckConstraint(condition=Q(at__gte=models.F("locked_at")), name="reopening_after"),
        ]


class Confirmation(models.Model):
    """What became of a mark once a later version of the dossier changed what feeds it: kept, or changed and why."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="confirmations")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    before = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField()
    reason = models.TextField(_("motif du changement"), blank=True)
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("confirmation d’une note"), _("confirmations de notes")
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion", "version"], name="confirmation_once"),
            models.CheckConstraint(
                condition=Q(value=models.F("before")) | Q(reason__gt=""), name="confirmation_reasoned"
            ),
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


class Revision(models.Model):
    """A mark changed after the dossier was heard, though its report is locked: what it was, what it becomes, why."""

    score = models.ForeignKey(Score, models.PROTECT, related_name="revisions")
    before = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    reason = models.TextField(_("motif"))
    summons = models.ForeignKey("reviews.Summons", models.PROTECT, related_name="revisions")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("note revue après audition"), _("notes revues après audition")
        constraints = [
            models.CheckConstraint(condition=~Q(before=models.F("after")), name="revision_changes"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="revision_reason"),
        ]


class JuryNote(models.Model):
    """What an expert says to the jury alone, kept when the report is locked; as long as it is a draft, its text is a
    ScoreVersion. No applicant ever reads it."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="jury_note")
    text = models.TextField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "DELETE")  # a report that is reopened keeps it with the lock that was undone

    class Meta:
        verbose_name, verbose_name_plural = _("note au jury"), _("notes au jury")
        constraints = [models.CheckConstraint(condition=Q(text__gt=""), name="jury_note_text")]


class PrivateNote(models.Model):
    """What an expert writes for themself: nobody else reads it, and it goes when the session of the jury closes, unless the call
    keeps it. Its earlier texts are not kept; `version` counts them, so that two tabs lose nothing."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="private_note")
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE (text, version, at)")
    grants_worker = ("SELECT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("note privée d’un expert"), _("notes privées des experts")
        constraints = [models.CheckConstraint(condition=Q(version__gte=1), name="private_note_version")]


class ScoreVersionQuerySet(models.QuerySet):
    def last_of_each(self) -> "ScoreVersionQuerySet":
        """Of each cell, the text in place and the last one kept aside."""
        return self.order_by("key", "aside", "-version").distinct("key", "aside")


class ScoreVersion(models.Model):
    """One text of one cell of a report (`scores.<criterion>.value` or `.comment`, `notes.jury`): rows are added, never changed. The highest
    version that is not `aside` is in place. A text that its author wrote over another, unseen, is kept aside, and waits for their
    choice as long as nothing is written after it. The expert alone reads how a mark came to be."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="texts")
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    aside = models.BooleanField(default=False)
    read_version = models.PositiveIntegerField(default=0)  # what its author had under the eyes
    save_id = models.UUIDField(null=True)  # given by the browser, so that a save sent twice is kept once
    at = models.DateTimeField()

    objects = ScoreVersionQuerySet.as_manager()
    grants = ("SELECT", "INSERT")
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("version d’une note"), _("versions des notes")
        constraints = [
            models.UniqueConstraint(fields=["review", "key", "version"], name="score_version"),
            models.UniqueConstraint(fields=["review", "save_id"], name="score_save_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="score_version_least"),
            models.CheckConstraint(condition=Q(read_version__lt=models.F("version")), name="score_read_before"),
        ]


STATES["review"] = {"draft": (_("En cours"), "doing"), "locked": (_("Verrouillée"), "ok")}
