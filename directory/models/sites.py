"""Geographical sites (FINESS ET) of the legal entities, and the national files they were read from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .establishments import Establishment


class RegisterImport(models.Model):
    """One reading of the national file: which bytes, when. What it changed is in its event « register.imported »."""

    sha256 = models.CharField(max_length=64)
    lines = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT",)
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("lecture du fichier national"), _("lectures du fichier national")

    @property
    def event_stream(self) -> str:
        return "directory"


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user) -> "SiteQuerySet":
        return self if user.is_authenticated else self.none()

    def for_list(self) -> "SiteQuerySet":
        return self.select_related("departement").order_by("finess_et")


class Site(models.Model):
    """A place where a legal entity works (FINESS ET). Never removed: `read_in` says the last file that held it."""

    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="sites")
    finess_et = models.CharField(_("FINESS du site"), max_length=9, unique=True)
    name = models.CharField(_("dénomination"), max_length=160)
    category = models.CharField(_("catégorie"), max_length=20)
    postcode = models.CharField(_("code postal"), max_length=5, blank=True)
    town = models.CharField(_("commune"), max_length=80, blank=True)
    departement = models.ForeignKey("directory.Departement", models.PROTECT, related_name="sites", null=True)
    read_in = models.ForeignKey(RegisterImport, models.PROTECT, related_name="sites", null=True)  # None: of no file

    objects = SiteQuerySet.as_manager()
    grants = ("SELECT",)
    grants_owner = ("UPDATE EXCEPT (finess_et)",)

    class Meta:
        verbose_name, verbose_name_plural = _("site géographique"), _("sites géographiques")
        constraints = [
            models.CheckConstraint(
                condition=Q(finess_et__regex=r"^([0-9]{2}|2[AB])[0-9]{7}$"), name="site_finess_form"
            ),
            models.CheckConstraint(condition=Q(postcode="") | Q(postcode__regex=r"^[0-9]{5}$"), name="site_postcode"),
        ]

    def __str__(self) -> str:
        return self.name
