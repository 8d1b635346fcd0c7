"""The officer's verdict on a deposited dossier, validated by a second person; or, after two months, the silence itself."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.deposit import Version
from applications.models.dossier import Application


class Admissibility(models.Model):
    class Verdict(models.TextChoices):
        ADMISSIBLE = "admissible", _("Recevable")
        INADMISSIBLE = "inadmissible", _("Irrecevable")
        INELIGIBLE = "ineligible", _("Inéligible")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposée")
        VALIDATED = "validated", _("Validée")
        RETURNED = "returned", _("Renvoyée")
        DEEMED = "deemed", _("Réputée recevable")  # silence of the State (décret 2018-514 art. 4): the portal's own act
        LAPSED = "lapsed", _("Devenue sans objet")  # overtaken by the silence or by the withdrawal of the dossier

    application = models.ForeignKey(Application, models.PROTECT, related_name="admissibilities")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    rule = models.CharField(_("règle"), max_length=6, blank=True)
    evidence = models.TextField(_("fait et preuve"), blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # of a return

    grants = ("SELECT", "INSERT", "UPDATE (state, decided_by_id, decided_at, reason)")
    grants_worker = ("SELECT", "INSERT", "UPDATE (state, decided_at)")
    frozen_when = {"decided_at": ("*",)}
    born_with = ("decided_at",)
    sealed = ("*",)

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("avis de recevabilité"), _("avis de recevabilité")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="proposed"), name="admissibility_one_open"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(state__in=("validated", "deemed")), name="admissibility_one_valid"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="admissibility_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(verdict="admissible") | (Q(rule__gt="") & Q(evidence__gt="")), name="admissibility_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="proposed", proposed_by__isnull=False, decided_at__isnull=True, decided_by__isnull=True
                )
                | Q(
                    state__in=("validated", "returned"),
                    proposed_by__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(state="lapsed", proposed_by__isnull=False, decided_at__isnull=False)
                | Q(
                    state="deemed",
                    verdict="admissible",
                    proposed_by__isnull=True,
                    decided_at__isnull=False,
                    decided_by__isnull=True,
                ),
                name="admissibility_decided",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())
