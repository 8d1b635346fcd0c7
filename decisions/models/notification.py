"""How a decision reaches its addressees: the row that notifies, its opening, the registered letter."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from edsh_portal import clock

from .decision import Decision
from .procedure import Procedure

DEEMED_AFTER_DAYS = 15  # unopened, a notification is deemed received (CRPA R112-20; CALL.md R71)


class Notification(models.Model):
    """The binding act: one row a decision and kind, in the secure space of its recipients. The mail is a courtesy."""

    class Kind(models.TextChoices):
        DECISION = "decision", _("Décision")
        REVOCATION = "revocation", _("Retrait")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.DECISION)
    sha256 = models.CharField(max_length=64)  # of the sealed PDF that was notified
    deposited_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("notification"), _("notifications")
        constraints = [models.UniqueConstraint(fields=["decision", "kind"], name="notification_once")]

    @property
    def deemed_on(self) -> date:
        """The civil day, in Paris, on which it counts as received if nobody has opened it; of a letter, that of its reception."""
        if (letter := self.letter) is not None and letter.received_on is not None:
            return letter.received_on
        return clock.civil(clock.days_from(self.deposited_at, DEEMED_AFTER_DAYS))

    @property
    def letter(self) -> "RegisteredLetter | None":
        """Which notified it, of what went by post."""
        return getattr(self.decision, "registered_letter", None)


class NotificationOpening(models.Model):
    """The first opening, dated (CRPA L112-15)."""

    notification = models.OneToOneField(Notification, models.PROTECT, related_name="opening")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("ouverture d’une notification"), _("ouvertures de notifications")


class RegisteredLetter(models.Model):
    """A decision, or the letter of a contradictory procedure, sent by post to who has not agreed to electronic notification: its clocks
    run from the day it was received."""

    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="registered_letter")
    procedure = models.OneToOneField(Procedure, models.PROTECT, null=True, related_name="registered_letter")
    number = models.CharField(max_length=20)  # of the post
    posted_on = models.DateField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    received_on = models.DateField(null=True)  # or presented, when nobody came for it
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    sealed = ("*",)
    grants = ("SELECT", "INSERT", "UPDATE (received_on, received_by_id)")
    frozen_when = {"received_on": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("lettre recommandée"), _("lettres recommandées")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="registered_letter_number"),
            models.CheckConstraint(condition=Q(number__gt=""), name="registered_letter_numbered"),
            models.CheckConstraint(
                condition=Q(decision__isnull=False, procedure__isnull=True)
                | Q(decision__isnull=True, procedure__isnull=False),
                name="registered_letter_of",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, received_by__isnull=True)
                | Q(received_on__isnull=False, received_on__gte=F("posted_on"), received_by__isnull=False),
                name="registered_letter_received",
            ),
        ]

    @property
    def event_stream(self) -> str:
        of = self.decision or self.procedure
        assert of is not None
        return of.event_stream

    def __str__(self) -> str:
        return self.number
