"""How the warehouses are governed, each fact with the piece that shows it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .dossier import Application


class Governance(models.Model):
    """The expectations of the call, one row a dossier (CALL.md §1.4; §4, F9). An evidence is the code of a piece, « to_join » or ""."""

    application = models.OneToOneField(Application, models.CASCADE, related_name="governance")
    cse_exists = models.BooleanField(_("un comité scientifique et éthique est en place"), null=True, blank=True)
    cse_women = models.PositiveSmallIntegerField(_("femmes qui y siègent"), null=True, blank=True)
    cse_men = models.PositiveSmallIntegerField(_("hommes qui y siègent"), null=True, blank=True)
    cse_chair = models.CharField(_("présidence"), max_length=160, blank=True)
    cse_evidence = models.SlugField(_("preuve : comité scientifique et éthique"), max_length=40, blank=True)
    transparency_url = models.URLField(_("adresse du portail de transparence"), max_length=300, blank=True)
    transparency_evidence = models.SlugField(_("preuve : portail de transparence"), max_length=40, blank=True)
    cnil = models.CharField(_("situation au regard de la CNIL"), max_length=300, blank=True)
    cnil_evidence = models.SlugField(_("preuve : situation au regard de la CNIL"), max_length=40, blank=True)
    dpo_contact = models.EmailField(_("adresse du délégué à la protection des données"), blank=True)
    dpo_evidence = models.SlugField(_("preuve : délégué à la protection des données"), max_length=40, blank=True)
    hds_host = models.CharField(_("hébergeur de données de santé"), max_length=160, blank=True)
    hds_evidence = models.SlugField(_("preuve : hébergeur de données de santé"), max_length=40, blank=True)
    charter = models.BooleanField(_("une charte d’accès aux données est adoptée"), null=True, blank=True)
    charter_evidence = models.SlugField(_("preuve : charte d’accès aux données"), max_length=40, blank=True)
    access_days = models.PositiveSmallIntegerField(_("délai d’accès aux données, en jours"), null=True, blank=True)
    access_evidence = models.SlugField(_("preuve : délai d’accès aux données"), max_length=40, blank=True)

    grants = ("SELECT", "INSERT", "UPDATE EXCEPT (application_id)")

    class Meta:
        verbose_name, verbose_name_plural = _("gouvernance"), _("gouvernances")
        constraints = [
            models.CheckConstraint(
                condition=Q(transparency_url="") | Q(transparency_url__startswith="https://"),
                name="governance_transparency_https",
            ),
        ]
