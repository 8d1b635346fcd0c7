"""What review_links() finds between an expert and a dossier, in words; and what the chair rules on a weak link."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.dossier import SHUT, open_to
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.templatetags.portal import de

FACTS = {  # what the function finds, or that the role is gone
    "employer": _("même employeur : %(other)s"),
    "siren": _("même SIREN : %(own)s et %(other)s"),
    "ght": _("même GHT : %(own)s et %(other)s"),
    "gcs_member": _("%(own)s est membre %(of_other)s"),
    "gcs_itself": _("%(own)s a pour membre %(other)s"),
    "recusal": _("déport déclaré"),
    "role": _("le rôle d’expertise lui a été retiré"),
    "gcs_common": _("%(own)s et %(other)s sont membres d’un même GCS"),
    "former_employer": _("a travaillé pour %(own)s (dossier : %(other)s)"),
    "declared": _("lien déclaré avec %(own)s (dossier : %(other)s)"),
    "associated_name": _("%(own)s porte le nom d’un partenaire associé, %(other)s"),
    "mail": _("même domaine de messagerie : %(own)s et %(other)s"),
    "candidate": _("%(own)s est candidat dans la même relève"),
    "colleague": _("a travaillé avec %(other)s (%(own)s)"),
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


def _shut(person: int, dossier: str) -> Q:
    """Whether a link, a recusal or a withdrawal shuts it to them: review_withheld(), asked once a statement."""
    asked = " = ANY ((SELECT review_withheld("
    return Q(
        Func(
            dossier,
            Value(person),
            arg_joiner=asked,
            template="(%(expressions)s))::bigint[]))",
            output_field=BooleanField(),
        )
    )


SHUT.append(_shut)


class RulingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RulingQuerySet":
        """The chair's own acts, read by those who see who judges what."""
        return self.filter(open_to(user)) if has_role(user, *OFFICERS, "jury_chair", "auditor") else self.none()


class Ruling(models.Model):
    """The chair allows, or not, a person with a weak link to judge a dossier. A new one is a new row: on each link the last one stands."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rulings")
    application = models.ForeignKey(Application, models.PROTECT, related_name="rulings")
    keys = ArrayField(models.CharField(max_length=400))  # of review_links(): what it ruled on
    facts = models.TextField(_("faits relevés"))  # the same, in the words that were read
    allowed = models.BooleanField(_("admise à évaluer"))
    reason = models.TextField(_("motif"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    objects = RulingQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("arbitrage d’un lien d’intérêts"), _("arbitrages de liens d’intérêts")
        constraints = [
            models.CheckConstraint(condition=Q(reason__gt=""), name="ruling_reason"),
            models.CheckConstraint(condition=Q(facts__gt=""), name="ruling_facts"),
            models.CheckConstraint(condition=~Q(expert=F("by")), name="ruling_by_another"),
        ]
        indexes = [models.Index(fields=["expert", "application"], name="ruling_pair")]

    def __str__(self) -> str:
        return f"{self.application.reference} · {self.expert}"
