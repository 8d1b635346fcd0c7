"""What review_conflict() finds between an expert and a dossier, in words."""

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from edsh_portal.templatetags.portal import de

FACTS = {  # what the function finds, or that the role is gone
    "employer": _("même employeur : %(other)s"),
    "siren": _("même SIREN : %(own)s et %(other)s"),
    "ght": _("même GHT : %(own)s et %(other)s"),
    "gcs_member": _("%(own)s est membre %(of_other)s"),
    "gcs_itself": _("%(own)s a pour membre %(other)s"),
    "role": _("le rôle d’expertise lui a été retiré"),
    "gcs_common": _("%(own)s et %(other)s sont membres d’un même GCS"),
}


def in_words(fact: str | None) -> str:
    """« ght|theirs|the dossier's », as review_conflict() writes it, as a sentence; empty when there is no link."""
    if not fact:
        return ""
    kind, own, other = fact.split("|", 2)
    return str(FACTS[kind] % {"own": own, "other": other, "of_other": de(other)})


def of_people_around(establishment: int) -> Q:
    """Assignments whose expert works in this establishment, or in one that its SIREN, its GHT or a GCS ties to it."""
    around = RawSQL("SELECT review_neighbours(%s)", [establishment])
    return Q(expert__affiliations__establishment__in=around, expert__affiliations__ended_at=None)
