"""The reasoned decision that extends the time to decide (décret 2018-514 art. 7), and the reminders already sent."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import Application


class Prorogation(models.Model):
    """Proposed by one person, validated by another; what it then says is written on the dossier, for every clock to read."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposée")
        VALIDATED = "validated", _("Validée")
        RETURNED = "returned", _("Renvoyée")

    application = models.ForeignKey(Application, models.PROTECT, related_name="prorogations")
    from_on = models.DateField()  # the last day it replaces
    decision_on = models.DateField()  # the last day of the extended period
    reason = models.TextField(_("motif"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(blank=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, decided_by_id, decided_at, returned_reason, from_on)")
    frozen_when = {"decided_at": ("*",)}
    sealed = ("*",)

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("prolongation"), _("prolongations")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="proposed"), name="prorogation_one_open"),
            models.CheckConstraint(condition=Q(decision_on__gt=F("from_on")), name="prorogation_later"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="prorogation_reasoned"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="prorogation_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state="validated", decided_at__isnull=False, decided_by__isnull=False)
                | Q(state="returned", decided_at__isnull=False, decided_by__isnull=False, returned_reason__gt=""),
                name="prorogation_decided",
            ),
        ]


class Reminder(models.Model):
    """One reminder of one deadline of a dossier: the row is what makes it leave once."""

    class Kind(models.TextChoices):
        COMPLEMENT = "complement", _("Réponse à une demande de compléments")
        ADMISSIBILITY = "admissibility", _("Recevabilité")
        DECISION = "decision", _("Décision")

    application = models.ForeignKey(Application, models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    ends_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("rappel"), _("rappels")
        constraints = [models.UniqueConstraint(fields=["application", "kind", "ends_at", "days"], name="reminder_once")]
