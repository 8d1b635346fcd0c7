"""Where a dossier stands, its evaluation, decision and money included: one expression, for every list, page, count and filter.

Each floor says what it knows through its own `visible_to`: who may not read a ranking, a decision or a grant cannot tell
from the stage that there is one. What follows shows the furthest stage that this person may know of.
"""

from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
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


STATES["stage"] = {code: word for code, word in steps.STATES["application"].items() if code in Stage.values} | {
    "ranked": (Stage.RANKED.label, "doing"),
    "decided": (Stage.DECIDED.label, "doing"),
    "refused": (Stage.REFUSED.label, "closed"),
    "notified": (Stage.NOTIFIED.label, "ok"),
    "contracted": (Stage.CONTRACTED.label, "ok"),
    "settled": (Stage.SETTLED.label, "closed"),
}


def with_stage(rows: ApplicationQuerySet, user: Any) -> ApplicationQuerySet:
    """Adds `stage`, as far as this person may know: no query more than that of the rows, and a column to filter and count on;
    to sort on, `stage_rank`, in the order of a life."""
    ranks = (When(stage=stage.value, then=Value(rank)) for rank, stage in enumerate(Stage))
    return rows.annotate(stage=_expression(user)).alias(stage_rank=Case(*ranks, output_field=models.IntegerField()))


def stage_of(application: Application, user: Any) -> str:
    if application.state not in EVALUATED:
        return application.state
    found: Any = with_stage(Application.objects.filter(pk=application.pk), user)
    return found.values_list("stage", flat=True).get()


def _expression(user: Any) -> Case:
    here: dict[str, Any] = {"application": OuterRef("pk")}
    grants = Grant.objects.visible_to(user).filter(**here)
    unsigned = GrantShare.objects.filter(grant=OuterRef("pk")).exclude(convention__state__in=("signed", "closed"))
    decisions = Decision.objects.visible_to(user).in_force().filter(**here)
    notified = decisions.filter(notified_at__isnull=False)
    ranked = RankingLine.objects.visible_to(user).filter(session__state="closed", **here)
    known = (
        (Stage.SETTLED, grants.filter(state=Grant.State.CLOSED)),
        (Stage.CONTRACTED, grants.filter(~Exists(unsigned), state=Grant.State.ENGAGED)),
        (Stage.NOTIFIED, notified.filter(kind=Kind.AWARD)),
        (Stage.REFUSED, notified),
        (Stage.DECIDED, decisions),
        (Stage.RANKED, ranked.exclude(application__state="closed")),
    )
    return Case(
        When(~Q(state__in=EVALUATED), then=F("state")),
        *(When(Exists(rows), then=Value(stage.value)) for stage, rows in known),
        default=F("state"),
        output_field=models.CharField(),
    )
