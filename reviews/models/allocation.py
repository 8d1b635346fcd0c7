"""A wave's allocation while it is only a draft: what each dossier needs, which experts the solver or the officer put beside it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from edsh_portal.access import has_role

from .assignment import SEES_ASSIGNMENTS


class AllocationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AllocationQuerySet":
        return self if has_role(user, *SEES_ASSIGNMENTS) else self.none()


class Need(models.Model):
    """The skills that a dossier asks of its experts, as an officer set them over what its content proposes; codes of calls.Skill."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="need")
    skills = ArrayField(models.CharField(max_length=40), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (skills, by_id, at)")

    class Meta:
        verbose_name, verbose_name_plural = _("compétences demandées"), _("compétences demandées")

    def __str__(self) -> str:
        return f"{self.application.reference} · {', '.join(self.skills)}"


class Allocation(models.Model):
    """The draft of a wave, until it is sent: nobody is asked anything by it. `round` tells the solver whether its answer is still awaited."""

    wave = models.ForeignKey("calls.Wave", models.PROTECT, related_name="allocations")
    k = models.PositiveSmallIntegerField(_("experts par dossier"))
    round = models.PositiveIntegerField(default=0)
    solving = models.BooleanField(default=False)
    progress = models.PositiveSmallIntegerField(default=0)  # of a hundred
    answer = models.JSONField(default=dict)  # what the solver reached and its bounds, or why nothing can do
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = AllocationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (k, round, solving, progress, answer, by_id, asked_at, sent_at)")
    grants_worker = ("SELECT", "UPDATE (solving, progress, answer)")
    frozen_when = {"sent_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("projet de répartition"), _("projets de répartition")
        constraints = [
            models.UniqueConstraint(fields=["wave"], condition=Q(sent_at=None), name="allocation_one_draft"),
            models.CheckConstraint(condition=Q(k__gte=1, k__lte=9), name="allocation_k"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="allocation_progress"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(solving=False), name="allocation_sent_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.wave} · {self.pk}"


class Placement(models.Model):
    """An expert beside a dossier in the draft. `locked`: put or kept by hand, and the solver leaves it."""

    allocation = models.ForeignKey(Allocation, models.CASCADE, related_name="placements")
    application = models.ForeignKey(Application, models.PROTECT, related_name="placements")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="placements")
    locked = models.BooleanField(default=False)

    grants = ("SELECT", "INSERT", "UPDATE (locked)", "DELETE")
    grants_worker = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = (
            _("place d’un projet de répartition"),
            _("places d’un projet de répartition"),
        )
        constraints = [
            models.UniqueConstraint(fields=["allocation", "application", "expert"], name="allocation_placement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.expert}"
