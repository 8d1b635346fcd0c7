"""What comes back to the applicant: a text a criterion and one over all, without who wrote what; approved by a second person."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.models import Document
from edsh_portal.workflow import STATES

from ..traces import MOST_KEY

SEES_FEEDBACK = (*OFFICERS, "jury_chair", "auditor")
OVERALL = 0  # the number of the text that is of no criterion


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user) -> "FeedbackQuerySet":
        """The State's side, but for whom a link shuts the dossier; the rapporteur, as long as their report counts. Applicants read it
        with the decision (decisions/reading.sql)."""
        if has_role(user, *SEES_FEEDBACK):
            return self.filter(open_to(user))
        return self.filter(reported_by(user)) if has_role(user, "expert") else self.none()


def reported_by(user, application: str = "application__") -> Q:
    """Rows of dossiers of which this person is the rapporteur, as long as their report counts."""
    named = f"{application}discussion__rapporteur__"
    return Q(**{f"{named}expert": user.pk, f"{named}state": "declared", f"{named}review__state": "locked"})


class Feedback(models.Model):
    """Of one dossier. `content` is what was approved, [{number, title, text}]: what the applicant reads, and nothing else."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En rédaction")
        PROPOSED = "proposed", _("À approuver")
        APPROVED = "approved", _("Approuvé")

    application = models.OneToOneField(Application, models.PROTECT, related_name="feedback")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    content = models.JSONField(null=True)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")

    sealed = ("*",)
    objects = FeedbackQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, approved_by_id, approved_at, content, document_id)")
    grants_worker = ("SELECT", "UPDATE (document_id)")
    frozen_when = {"approved_at": ("state", "approved_by_id", "content")}

    class Meta:
        verbose_name, verbose_name_plural = _("retour au candidat"), _("retours aux candidats")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state="approved", approved_by__isnull=False, approved_at__isnull=False, content__isnull=False
                )
                | Q(
                    ~Q(state="approved"),
                    approved_by__isnull=True,
                    approved_at__isnull=True,
                    content__isnull=True,
                    document__isnull=True,
                ),
                name="feedback_approved",
            )
        ]

    def __str__(self) -> str:
        return self.application.reference


class FeedbackTextQuerySet(models.QuerySet):
    def last_of_each(self) -> "FeedbackTextQuerySet":
        return self.order_by("number", "-version").distinct("number")


class FeedbackText(models.Model):
    """One version of the text of a criterion (0: over all); rows are added, never changed. `flags` names what its words might betray, as
    traces.find() read them then."""

    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    flags = ArrayField(models.CharField(max_length=MOST_KEY), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    save_id = models.UUIDField(null=True)  # given by the browser, so that a save sent twice is kept once

    objects = FeedbackTextQuerySet.as_manager()
    grants = ("SELECT", "INSERT")
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("version d’un retour"), _("versions des retours")
        constraints = [
            models.UniqueConstraint(fields=["feedback", "number", "version"], name="feedback_text_version"),
            models.UniqueConstraint(fields=["feedback", "save_id"], name="feedback_text_save_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="feedback_text_version_least"),
        ]


class Harmless(models.Model):
    """What was flagged in a text of a criterion and betrays nobody: confirmed with a reason, whatever becomes of the text."""

    feedback = models.ForeignKey(Feedback, models.PROTECT, related_name="harmless")
    number = models.PositiveSmallIntegerField()
    flag = models.CharField(max_length=MOST_KEY)
    reason = models.CharField(_("raison"), max_length=400)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("mention sans risque"), _("mentions sans risque")
        constraints = [
            models.UniqueConstraint(fields=["feedback", "number", "flag"], name="harmless_once"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="harmless_reason"),
        ]


STATES["feedback"] = {
    "draft": (_("En rédaction"), "doing"),
    "proposed": (_("À approuver"), "waiting"),
    "approved": (_("Approuvé"), "ok"),
}
