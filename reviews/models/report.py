"""What an expert thinks of the version they read: a report, its marks and comments."""

from django.db import models
from django.db.models import Q
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


STATES["review"] = {"draft": (_("En cours"), "doing"), "locked": (_("Verrouillée"), "ok")}
