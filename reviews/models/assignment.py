"""Who is asked to judge what, what they declared, and the link that opens the dossier to them."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from applications.models import Application
from applications.models.dossier import open_to
from calls.models import Wave
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.workflow import STATES

from .conflict import in_words
from .expert import Undertaking

LIVE = ("assigned", "declared")
HELD = (*LIVE, "waiting")  # nobody else is asked in their place
SEES_ASSIGNMENTS = (*OFFICERS, "jury_chair", "auditor")


def unsigned(expert) -> models.QuerySet[Wave]:
    """Waves whose call asks for an undertaking that this expert has not signed: their dossiers are shut to them (R51)."""
    own = Undertaking.objects.filter(expert=expert, wave=OuterRef("pk"))
    return Wave.objects.exclude(settings__undertaking="").exclude(Exists(own))


class AssignmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "AssignmentQuerySet":
        """The State's side sees all but of the dossiers that a link shuts to them; an expert sees their own while it lives: a recusal
        shuts even the line itself."""
        if has_role(user, *SEES_ASSIGNMENTS):
            return self.filter(open_to(user))
        if has_role(user, "expert"):
            return self.filter(expert=user, state__in=LIVE).exclude(application__wave__in=unsigned(user))
        return self.none()

    def live(self) -> "AssignmentQuerySet":
        return self.filter(state__in=LIVE)

    def held(self) -> "AssignmentQuerySet":
        return self.filter(state__in=HELD)

    def linked(self) -> "AssignmentQuerySet":
        """Assignments held that a later change has tied to their dossier, with the strong fact as `found`."""
        return self.held()._found("review_conflict")

    def unruled(self) -> "AssignmentQuerySet":
        """Live assignments with a weak link on which the chair has still to rule, with the fact as `found`."""
        return self.live()._found("review_waits")

    def _found(self, function: str) -> "AssignmentQuerySet":
        found = Func("expert_id", "application_id", function=function, output_field=models.TextField())
        return self.annotate(found=found).filter(found__isnull=False)

    def without_role(self) -> "AssignmentQuerySet":
        """Assignments held by who is no expert any more; a report locked while they were is done, and stays counted."""
        return self.held().exclude(review__state="locked").exclude(expert__groups__name="expert")

    def for_list(self) -> "AssignmentQuerySet":
        """With the title as deposited, read from the frozen version without its whole content."""
        title = KeyTextTransform("title", KeyTransform("identity", "application__version__content"))
        return (
            self.select_related("application__wave", "expert", "review").annotate(title=title).order_by("due_at", "id")
        )


LEFT = Greatest("ended_at", "waiting_at")  # of an assignment: when its expert last stepped back from it


class Assignment(models.Model):
    """One expert asked to judge one dossier. `declared` means: no interest, confidentiality promised, dossier open; `waiting`: a weak
    link on which the chair has still to rule, dossier shut."""

    class State(models.TextChoices):
        WAITING = "waiting", _("À arbitrer")
        ASSIGNED = "assigned", _("À déclarer")
        DECLARED = "declared", _("Ouverte")
        RECUSED = "recused", _("Déport")
        SUSPENDED = "suspended", _("Suspendue")
        DECLINED = "declined", _("Déclinée")

    class Cause(models.TextChoices):
        CONFLICT = "conflict", _("J’ai un lien d’intérêts")
        LOAD = "load", _("J’ai trop de dossiers, ou pas le temps")
        FIELD = "field", _("Ce n’est pas mon domaine")
        OTHER = "other", _("Une autre raison")

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
    fact = models.CharField(_("fait relevé"), max_length=400, blank=True)  # of a suspension or a wait: what links them
    waiting_at = models.DateTimeField(null=True)  # since when its report is not counted, until the chair allows
    cause = models.CharField(_("cause du refus"), max_length=8, choices=Cause.choices, blank=True)
    suggested = models.CharField(_("personne suggérée"), max_length=160, blank=True)

    sealed = ("*",)
    objects = AssignmentQuerySet.as_manager()
    grants = (
        "SELECT",
        "INSERT",
        "UPDATE (state, statement, confidentiality, declared_at, ended_at, reason, fact, waiting_at, cause, suggested)",
    )
    grants_worker = ("SELECT", "UPDATE (state, ended_at, reason, fact, waiting_at, cause, suggested)")
    frozen_when = {"declared_at": ("statement", "confidentiality"), "ended_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("affectation d’expert"), _("affectations d’experts")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert"], condition=Q(state__in=HELD), name="assignment_live_once"
            ),
            models.CheckConstraint(condition=~Q(expert=F("assigned_by")), name="assignment_by_another"),
            models.CheckConstraint(condition=Q(due_at__gt=F("assigned_at")), name="assignment_due_at"),
            models.CheckConstraint(
                condition=~Q(state="declared") | Q(declared_at__isnull=False, confidentiality=True, statement__gt=""),
                name="assignment_declared",
            ),
            models.CheckConstraint(
                condition=Q(state__in=HELD, ended_at__isnull=True) | (~Q(state__in=HELD) & Q(ended_at__isnull=False)),
                name="assignment_ended_at",
            ),
            models.CheckConstraint(condition=~Q(state="recused") | Q(reason__gt=""), name="assignment_recused_reason"),
            models.CheckConstraint(condition=~Q(state="suspended") | Q(fact__gt=""), name="assignment_suspended_fact"),
            models.CheckConstraint(
                condition=(Q(state="waiting", fact__gt="", waiting_at__isnull=False))
                | (~Q(state="waiting") & (Q(waiting_at__isnull=True) | Q(state="suspended"))),
                name="assignment_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state="declined", cause__in=("load", "field"))
                | Q(state="declined", cause="other", reason__gt="")
                | (~Q(state="declined") & Q(cause__in=("", "conflict"))),
                name="assignment_declined_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["expert", "state"], name="assignment_expert_state"),
            models.Index(fields=["waiting_at"], condition=Q(state="waiting"), name="assignment_to_rule"),
            models.Index(LEFT.desc(), name="assignment_left"),  # what a ranking asks: the last one
        ]

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DECLARED and self.review.state == self.review.State.LOCKED

    @property
    def fact_in_words(self) -> str:
        return in_words(self.fact)

    @property
    def told(self) -> str:
        """Why it waits or ended, else what was declared."""
        return self.fact_in_words or self.reason or self.get_cause_display() or self.statement

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


STATES["assignment"] = {
    "waiting": (_("À arbitrer"), "waiting"),
    "assigned": (_("À déclarer"), "todo"),
    "declared": (_("Ouverte"), "doing"),
    "recused": (_("Déport"), "closed"),
    "suspended": (_("Suspendue"), "danger"),
    "declined": (_("Déclinée"), "closed"),
}
