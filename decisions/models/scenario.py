"""Named scenarios of a wave: a draft of who is aided and how, until one is frozen into proposals; and the reserve called out of order."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import open_to
from edsh_portal.access import OFFICERS, has_role
from edsh_portal.models import Act
from edsh_portal.workflow import STATES

SEES_SCENARIOS = (*OFFICERS, "direction", "auditor")


class ScenarioQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ScenarioQuerySet":
        """One's own, and those that their authors share; frozen ones are everybody's who programmes."""
        if not has_role(user, *SEES_SCENARIOS):
            return self.none()
        return self.filter(Q(author=user.pk) | Q(shared=True) | Q(frozen_at__isnull=False))

    def for_list(self) -> "ScenarioQuerySet":
        return self.select_related("author", "wave").order_by("-pk")


class Scenario(models.Model):
    """`cut`: how many of the dossiers that may be called are above the line. It binds nobody: the proposals that it is frozen into do."""

    wave = models.ForeignKey("calls.Wave", models.PROTECT, related_name="scenarios")
    name = models.CharField(_("nom"), max_length=80)
    cut = models.PositiveSmallIntegerField(_("dossiers au-dessus de la coupure"))
    shared = models.BooleanField(_("partagé"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True)

    objects = ScenarioQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (name, cut, shared, frozen_by_id, frozen_at)")
    frozen_when = {"frozen_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("scénario"), _("scénarios")
        constraints = [
            models.UniqueConstraint(fields=["wave", "author", "name"], name="scenario_name"),
            models.CheckConstraint(condition=Q(name__gt=""), name="scenario_named"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, frozen_by__isnull=True)
                | Q(frozen_at__isnull=False, frozen_by__isnull=False),
                name="scenario_frozen",
            ),
        ]

    @property
    def event_stream(self) -> str:
        return f"programme:{self.wave_id}"

    @property
    def state(self) -> str:
        return "frozen" if self.frozen_at else "shared" if self.shared else "own"

    def __str__(self) -> str:
        return self.name


class ScenarioPart(models.Model):
    """Cents of one member of a dossier on one source."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="parts")
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="+")
    establishment = models.ForeignKey("directory.Establishment", models.PROTECT, related_name="+")
    line = models.ForeignKey("funding.Line", models.PROTECT, related_name="+")
    cents = models.BigIntegerField()

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("part d’un scénario"), _("parts d’un scénario")
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "application", "establishment", "line"], name="scenario_part_once"
            ),
            models.CheckConstraint(condition=Q(cents__gt=0), name="scenario_part_cents"),
        ]


class ScenarioAside(models.Model):
    """A dossier above the line that the scenario passes over, and why: it is never done without a reason (R61)."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="asides")
    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="+")
    reason = models.TextField(_("motif"))

    grants = ("SELECT", "INSERT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("dossier écarté d’un scénario"), _("dossiers écartés d’un scénario")
        constraints = [
            models.UniqueConstraint(fields=["scenario", "application"], name="scenario_aside_once"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="scenario_aside_reasoned"),
        ]


class ScenarioComment(models.Model):
    """What somebody says of a scenario to those who see it."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.TextField(_("commentaire"))

    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("commentaire d’un scénario"), _("commentaires d’un scénario")
        constraints = [models.CheckConstraint(condition=Q(body__gt=""), name="scenario_comment_said")]


class ReserveCallQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ReserveCallQuerySet":
        return self.filter(open_to(user)) if has_role(user, *SEES_SCENARIOS) else self.none()


class ReserveCall(models.Model):
    """By an act of two, a dossier of the reserve may be aided before those that stand ahead of it (`over`), which its reason says (R61)."""

    application = models.ForeignKey("applications.Application", models.PROTECT, related_name="reserve_calls")
    over = ArrayField(models.BigIntegerField())
    reason = models.TextField(_("motif"))
    act = models.OneToOneField(Act, models.PROTECT, related_name="+")

    sealed = ("*",)
    objects = ReserveCallQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("appel hors de l’ordre"), _("appels hors de l’ordre")
        constraints = [models.CheckConstraint(condition=Q(reason__gt=""), name="reserve_call_reasoned")]

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"


STATES["scenario"] = {
    "own": (_("Pour vous seul"), "todo"),
    "shared": (_("Partagé"), "info"),
    "frozen": (_("Proposé"), "ok"),
}
# Where a dossier stands at a cut-off (programming.Standing).
STATES["standing"] = {
    "in": (_("Retenu"), "ok"),
    "out": (_("Sous la coupure"), "closed"),
    "aside": (_("Écarté"), "warn"),
    "proposed": (_("Proposé"), "waiting"),
    "decided": (_("Décidé"), "ok"),
    "refused": (_("Rejet proposé ou décidé"), "closed"),
    "gone": (_("Retiré"), "closed"),
    "not_selected": (_("Non retenu"), "closed"),
}
