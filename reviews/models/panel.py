"""What the scores leave unsure of a ranking: shown beside it, and never in its place."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .jury import Session


class Panel(models.Model):
    """Expected ranks of a session's dossiers from its counted reports; a row each time what they are made of has changed.

    `figures`: {"line": how many the envelope reaches in the official order, "error": the largest Monte Carlo error, "draws",
    "tranches" (the last rank of each), "dossiers": {id: {"expected", "low", "high", "error", "funded" (null below a floor), "spread" (per mille, by tranche of ranks)}},
    "experts": {id: {"severity" (points of 100), "low", "high", "reports"}}}. Ranks are those of the model: 1 is the best.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="panels")
    made_at = models.DateTimeField()
    seed = models.PositiveIntegerField()
    inputs_sha256 = models.CharField(max_length=64)
    envelope_cents = models.BigIntegerField()
    figures = models.JSONField()

    sealed = ("*",)
    grants = grants_worker = ("SELECT", "INSERT")

    @property
    def event_stream(self) -> str:
        return f"session:{self.session_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("classement attendu"), _("classements attendus")
        constraints = [
            models.CheckConstraint(condition=Q(envelope_cents__gte=0), name="panel_envelope"),
            models.CheckConstraint(condition=Q(inputs_sha256__regex="^[0-9a-f]{64}$"), name="panel_inputs"),
        ]
