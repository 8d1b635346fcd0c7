"""What a research project promises: its family of outcomes, the procedure it follows, and the indicators that measure it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """The five families of outcomes that the call names, no other (CALL.md §4, F12)."""

    MEDICAL = "medical", _("Avancées médicales et scientifiques")
    PERSONALISED = "personalised", _("Médecine personnalisée")
    EPIDEMIOLOGY = "epidemiology", _("Épidémiologie")
    PUBLIC_HEALTH = "public_health", _("Santé publique")
    PERFORMANCE = "performance", _("Performance du système de santé")


class Procedure(models.TextChoices):
    """What research on health data goes through (CNIL: reference methodologies, or an authorisation)."""

    MR001 = "mr001", _("Méthodologie de référence MR-001")
    MR003 = "mr003", _("Méthodologie de référence MR-003")
    MR004 = "mr004", _("Méthodologie de référence MR-004")
    MR005 = "mr005", _("Méthodologie de référence MR-005")
    MR006 = "mr006", _("Méthodologie de référence MR-006")
    AUTHORISATION = "authorisation", _("Autorisation de la CNIL")
    UNDECIDED = "undecided", _("Pas encore arrêtée")


class Indicator(models.Model):
    """What a project will be measured by: where it starts, what it aims at, by when."""

    project = models.ForeignKey("applications.ResearchProject", models.CASCADE, related_name="indicators")
    outcome = models.CharField(_("bénéfice mesuré"), max_length=14, choices=Outcome.choices, blank=True)
    label = models.CharField(_("indicateur"), max_length=160)
    unit = models.CharField(_("unité"), max_length=40, blank=True)
    baseline = models.DecimalField(_("valeur de départ"), max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(_("cible"), max_digits=14, decimal_places=2, null=True, blank=True)
    target_on = models.DateField(_("date de la cible"), null=True, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (project_id)", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("indicateur"), _("indicateurs")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="indicator_outcome"),
        ]
