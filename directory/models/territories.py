"""The 18 regions and 101 départements with their municipal populations (INSEE, COG 2026)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DepartementQuerySet(models.QuerySet):
    def populations(self) -> dict[str, tuple[str, int]]:
        """{département: (region, inhabitants)}, as directory/coverage.py wants it."""
        return {code: (region, people) for code, region, people in self.values_list("code", "region_id", "population")}


class Region(models.Model):
    code = models.CharField(max_length=2, primary_key=True)  # INSEE
    name = models.CharField(max_length=60)
    ars = models.CharField(max_length=80)
    svg_code = models.CharField(max_length=3)
    overseas = models.BooleanField(default=False)

    grants = ("SELECT", "INSERT")
    grants_owner = ("UPDATE EXCEPT (code)",)

    class Meta:
        verbose_name, verbose_name_plural = _("région"), _("régions")

    def __str__(self) -> str:
        return self.name


class Departement(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departements")
    population = models.PositiveIntegerField()

    objects = DepartementQuerySet.as_manager()
    grants = ("SELECT", "INSERT")
    grants_owner = ("UPDATE EXCEPT (code)",)

    class Meta:
        verbose_name, verbose_name_plural = _("département"), _("départements")
        constraints = [models.CheckConstraint(condition=Q(population__gt=0), name="departement_population")]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
