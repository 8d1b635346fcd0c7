"""What experts who diverge say to each other (R56), and the consensus that one of them draws from it; the means stay as they are."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from calls.models import Criterion
from edsh_portal.access import has_role
from edsh_portal.workflow import STATES

from .assignment import SEES_ASSIGNMENTS, Assignment


class DiscussionQuerySet(models.QuerySet):
    def visible_to(self, user) -> "DiscussionQuerySet":
        """Of the dossiers whose assignments they see; an expert once their own report is locked: until then they judge alone."""
        seen = Assignment.objects.visible_to(user)
        if not has_role(user, *SEES_ASSIGNMENTS):
            seen = seen.filter(expert=user, state=Assignment.State.DECLARED, review__state="locked")
        return self.filter(application__in=seen.values("application"))


class Discussion(models.Model):
    """Opened by the portal when the locked reports of a dossier diverge."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="discussion")
    opened_at = models.DateTimeField()
    found = models.CharField(max_length=80)  # what diverged then: numbers of criteria, « total »
    rapporteur = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    designated_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # the last time that the chair reopened one of its reports

    sealed = ("*",)
    objects = DiscussionQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (rapporteur_id, designated_at, reopened_at)")
    grants_worker = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("discussion"), _("discussions")
        constraints = [
            models.CheckConstraint(
                condition=Q(rapporteur__isnull=True, designated_at__isnull=True)
                | Q(rapporteur__isnull=False, designated_at__isnull=False),
                name="discussion_rapporteur",
            ),
            models.CheckConstraint(condition=Q(found__gt=""), name="discussion_found"),
        ]


class FurtherExpert(models.Model):
    """Whom the portal proposes to ask besides, as reports diverge: the best fit then, with what it rests on; an officer answers."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposition en attente")
        ACCEPTED = "accepted", _("Dossier confié")
        DISMISSED = "dismissed", _("Écartée")

    discussion = models.OneToOneField(Discussion, models.PROTECT, related_name="further")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    met = ArrayField(models.CharField(max_length=160), blank=True)  # titles of the skills asked that they have
    load = models.PositiveSmallIntegerField()
    capacity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(_("motif du refus"), blank=True)

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (state, answered_by_id, answered_at, reason)")
    grants_worker = ("SELECT", "INSERT")
    frozen_when = {"answered_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("expert supplémentaire"), _("experts supplémentaires")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", answered_by__isnull=True, answered_at__isnull=True)
                | Q(state__in=("accepted", "dismissed"), answered_by__isnull=False, answered_at__isnull=False),
                name="further_answered",
            ),
            models.CheckConstraint(condition=~Q(state="dismissed") | Q(reason__gt=""), name="further_reason"),
        ]


class Remark(models.Model):
    """A message of the discussion; of an expert, `assignment` says which, and their name stays behind it (R52)."""

    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="remarks")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("message"))
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("message de discussion"), _("messages de discussion")
        constraints = [models.CheckConstraint(condition=Q(text__gt=""), name="remark_text")]


class Consensus(models.Model):
    """A draft of the common report; a new one follows the last, and asks everybody again."""

    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="drafts")
    version = models.PositiveSmallIntegerField()
    text = models.TextField(_("synthèse"))
    by = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("rapport de consensus"), _("rapports de consensus")
        constraints = [
            models.UniqueConstraint(fields=["discussion", "version"], name="consensus_version"),
            models.CheckConstraint(condition=Q(text__gt=""), name="consensus_text"),
        ]


class ConsensusMark(models.Model):
    consensus = models.ForeignKey(Consensus, models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()

    sealed, sealed_with = ("*",), "consensus"
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("note de consensus"), _("notes de consensus")
        constraints = [models.UniqueConstraint(fields=["consensus", "criterion"], name="consensus_mark_once")]


class Position(models.Model):
    """What one of the experts says of a draft: agreed, or dissents and why. Said once."""

    consensus = models.ForeignKey(Consensus, models.PROTECT, related_name="positions")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    reason = models.TextField(_("motif du désaccord"), blank=True)
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("position sur le consensus"), _("positions sur le consensus")
        constraints = [
            models.UniqueConstraint(fields=["consensus", "assignment"], name="position_once"),
            models.CheckConstraint(condition=Q(agrees=True) | Q(reason__gt=""), name="position_reason"),
        ]


STATES["furtherexpert"] = {
    "proposed": (_("Proposition en attente"), "todo"),
    "accepted": (_("Dossier confié"), "ok"),
    "dismissed": (_("Écartée"), "closed"),
}
