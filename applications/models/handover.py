"""The coordination of a dossier handed over to a partner: proposed by one establishment, accepted by the other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .consortium import Membership
from .dossier import Application


class Handover(models.Model):
    """What the coordinator's legal representative proposed, and what became of it. One at a time a dossier."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposée")
        ACCEPTED = "accepted", _("Acceptée")
        DECLINED = "declined", _("Déclinée")
        CANCELLED = "cancelled", _("Annulée")

    application = models.ForeignKey(Application, models.PROTECT, related_name="handovers")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="handovers")  # who would coordinate
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    reason = models.TextField(_("motif"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, answered_by_id, answered_at)")
    frozen_when = {"answered_at": ("*",)}
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("transmission de la coordination"), _("transmissions de la coordination")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="proposed"), name="one_handover"),
            models.CheckConstraint(
                condition=Q(state="proposed", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(state="proposed") & Q(answered_at__isnull=False)),
                name="handover_answered",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="handover_reasoned"),
        ]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"
