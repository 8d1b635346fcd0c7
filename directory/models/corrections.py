"""What people corrected of an establishment: which file was wrong, in what, why, and since when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .establishments import Establishment


class Correction(models.Model):
    """One field of one establishment, as an officer found it and left it. From then on no file changes that field: it says what it
    would have written (actions/corrections.py)."""

    class Field(models.TextChoices):
        NAME = "name", _("Dénomination")
        KIND = "kind", _("Nature")
        CATEGORY = "category", _("Catégorie")
        SIRET = "siret", _("SIRET")
        DEPARTEMENT = "departement_id", _("Département")

    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=14, choices=Field.choices)
    before = models.CharField(max_length=160, blank=True)
    after = models.CharField(max_length=160, blank=True)
    reason = models.TextField(_("motif"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    sealed = ("*",)

    class Meta:
        verbose_name, verbose_name_plural = _("correction"), _("corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(field__in=("name", "kind", "category", "siret", "departement_id")), name="correction_field"
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="correction_reasoned"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="correction_changes"),
            models.CheckConstraint(condition=~Q(field="name") | Q(after__gt=""), name="correction_named"),
        ]

    @property
    def event_stream(self) -> str:
        return "directory"

    def told(self, value: str) -> str:
        """A value in words: a kind by its label, an empty one as such."""
        words = dict(Establishment.Kind.choices) if self.field == self.Field.KIND else {}
        return str(words.get(value, value) or _("non renseigné"))

    @property
    def was(self) -> str:
        return self.told(self.before)

    @property
    def now(self) -> str:
        return self.told(self.after)
