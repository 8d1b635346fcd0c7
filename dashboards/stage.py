"""Where a dossier stands, its evaluation, decision and money included: one expression, for every list, page, count and filter.

Each floor says what it knows through its own `visible_to`: who may not read a ranking, a decision or a grant cannot tell
from the stage that there is one. What follows shows the furthest stage that this person may know of.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from applications.actions import steps
from applications.models import Application
from applications.models.dossier import ApplicationQuerySet
from decisions.models import Decision, Kind
from edsh_portal.workflow import STATES
from funding.models import Grant, GrantShare
from reviews.models import RankingLine

EVALUATED = ("admissible", "closed")  # the states of a dossier that an evaluation and a decision may follow


class Stage(models.TextChoices):
    """In the order of a life; the first ones are the states of the dossier itself."""

    DRAFT = "draft", _("Brouillon")
    NOT_DEPOSITED = "not_deposited", _("Non déposé")
    SUBMITTED = "submitted", _("Déposé")
    WITHDRAWN = "withdrawn", _("Retiré")
    INADMISSIBLE = "inadmissible", _("Irrecevable")
    INELIGIBLE = "ineligible", _("Inéligible")
    ADMISSIBLE = "admissible", _("Recevable")
    RANKED = "ranked", _("Classé")
    DECIDED = "decided", _("Décidé")
    REFUSED = "refused", _("Rejet notifié")
    CLOSED = "closed", _("Clos")
    NOTIFIED = "notified", _("Aide notifiée")
    CONTRACTED = "contracted", _("Conventionné")
    SETTLED = "settled", _("Soldé")
    LAPSED = "lapsed", _("Aide caduque")


STATES["stage"] = {code: word for code, word in steps.STATES["application"].items() if code in Stage.values} | {
    "ranked": (Stage.RANKED.label, "doing"),
    "decided": (Stage.DECIDED.label, "doing"),
    "refused": (Stage.REFUSED.label, "closed"),
    "notified": (Stage.NOTIFIED.label, "ok"),
    "contracted": (Stage.CONTRACTED.label, "ok"),
    "settled": (Stage.SETTLED.label, "closed"),
    "lapsed": (Stage.LAPSED.label, "closed"),
}


def with_stage(rows: ApplicationQuerySet, user: Any) -> ApplicationQuerySet:
    """Adds `stage`, as far as this person may know: no query more than that of the rows, and a column to count on; to sort on,
    `stage_rank`, in the order of a life."""
    lives = Value(Stage.values, output_field=ArrayField(models.TextField()))
    rank = Func(lives, Cast("stage", models.TextField()), function="array_position", output_field=models.IntegerField())
    return rows.annotate(stage=_expression(user)).alias(stage_rank=rank)


def at_stage(rows: ApplicationQuerySet, stage: str, user: Any) -> ApplicationQuerySet:
    """Those of `rows` that stand there, each with its `stage`: what makes it is looked up, without finding the stage of the others."""
    known = _known(user)
    place = next((n for n, (name, _held) in enumerate(known) if name == stage), None)
    if place is None:
        found, past = rows.filter(state=stage), known if stage in EVALUATED else []
    else:
        found, past = rows.filter(Exists(known[place][1]), state__in=EVALUATED), known[:place]
    for _name, held in past:
        found = found.filter(~Exists(held))
    return all_at(found, stage)


def all_at(rows: ApplicationQuerySet, stage: str) -> ApplicationQuerySet:
    """`rows`, which are known to stand there: what with_stage() adds, and nothing is asked."""
    told = Value(stage, output_field=models.CharField())
    return rows.annotate(stage=told).alias(
        stage_rank=Cast(Value(0), models.IntegerField())
    )  # a bare 0 would be a column's place


def stage_of(application: Application, user: Any) -> str:
    if application.state not in EVALUATED:
        return application.state
    found: Any = with_stage(Application.objects.filter(pk=application.pk), user)
    return found.values_list("stage", flat=True).get()


def _known(user: Any) -> list[tuple[Stage, Any]]:
    """The stages that follow an evaluation, the furthest first, each with the rows of another table that make it."""
    here: dict[str, Any] = {"application": OuterRef("pk")}
    grants = Grant.objects.visible_to(user).filter(**here)
    unsigned = GrantShare.objects.filter(grant=OuterRef("pk")).exclude(convention__state__in=("signed", "closed"))
    decisions = Decision.objects.visible_to(user).in_force().filter(**here)
    notified = decisions.filter(notified_at__isnull=False)
    ranked = RankingLine.objects.visible_to(user).filter(session__state="closed", **here)
    return [
        (Stage.LAPSED, grants.filter(state=Grant.State.LAPSED)),
        (Stage.SETTLED, grants.filter(state=Grant.State.CLOSED)),
        (Stage.CONTRACTED, grants.filter(~Exists(unsigned), state=Grant.State.ENGAGED)),
        (Stage.NOTIFIED, notified.filter(kind=Kind.AWARD)),
        (Stage.REFUSED, notified),
        (Stage.DECIDED, decisions),
        (Stage.RANKED, ranked.exclude(application__state="closed")),
    ]


def _expression(user: Any) -> Case:
    return Case(
        When(~Q(state__in=EVALUATED), then=F("state")),
        *(When(Exists(rows), then=Value(stage.value)) for stage, rows in _known(user)),
        default=F("state"),
        output_field=models.CharField(),
    )
