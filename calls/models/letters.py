"""What the letters of a call say beside the dossier: their sender, the texts they rest on, how they are signed, the budget they draw on."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Act

from .call import Call

# {name: (what it is called, what stands until somebody has set it)}. The letters are in French, whatever the reader's language.
TERMS: dict[str, tuple[Any, str]] = {
    "ministry": (_("Ministère"), "Ministère chargé de la santé"),
    "direction": (_("Direction"), "Direction générale de l’offre de soins"),
    "place": (_("Lieu de signature"), "Paris"),
    "specifications": (_("Arrêté qui approuve le cahier des charges, avec sa date et sa publication"), ""),
    "court": (_("Juridiction compétente"), "tribunal administratif de Paris"),
    "court_address": (_("Adresse de la juridiction"), "7 rue de Jouy, 75181 Paris Cedex 04"),
    "signing": (_("Signature"), "by_hand"),
    "reports": (
        _("Comptes rendus attendus"),
        "les indicateurs de suivi chaque semestre, un rapport technique et financier chaque année, et un rapport final "
        "à l’achèvement du projet",
    ),
    "publicity": (_("Mention à porter sur les publications"), "Financé par l’État"),
    "executed_by": (_("Autorité chargée de l’exécution"), "Le directeur général de l’offre de soins"),
}
BY_HAND, DISPENSED = "by_hand", "dispensed"
SIGNING = {
    BY_HAND: _("Manuscrite, sur l’original que le service conserve"),
    DISPENSED: _("Dispense : décision notifiée par le téléservice (CRPA, article L. 212-2)"),
}
# Of each source, under <name>_<code of the source>.
IMPUTATION = {
    "programme": _("programme"),
    "action": _("action"),
    "centre": _("centre financier"),
    "activity": _("activité"),
    "accountant": _("comptable assignataire"),
}
# Of each source too, for the files that the State's tools read; no letter prints it.
UNPRINTED = {"axis": _("axe ministériel")}


class LetterTermsQuerySet(models.QuerySet["LetterTerms"]):
    def in_force(self, at: datetime) -> "LetterTermsQuerySet":
        """The last set first."""
        return self.filter(set_at__lte=at).order_by("-pk")


class LetterTerms(models.Model):
    """The terms that the letters of a call bear from an instant on: set by an act of two, replaced by the next, never changed.

    `terms`: {name: text}, those of TERMS and, for each source, of IMPUTATION.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="letter_terms")
    terms = models.JSONField()
    act = models.OneToOneField(Act, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    sealed = ("*",)
    objects = LetterTermsQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("mentions des lettres"), _("mentions des lettres")

    @property
    def event_stream(self) -> str:
        return f"call:{self.call_id}"


def terms_of(call: Call, at: datetime) -> dict[str, str]:
    """What the letters of that call bear at that instant: the terms set, over those that stand by default."""
    held = LetterTerms.objects.filter(call=call).in_force(at).values_list("terms", flat=True).first()
    return over_defaults(held)


def over_defaults(held: dict[str, str] | None) -> dict[str, str]:
    """Terms as they were set, none or some, over those that stand by default."""
    return {name: default for name, (_label, default) in TERMS.items()} | (held or {})
