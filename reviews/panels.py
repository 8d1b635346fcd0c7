"""What the evaluation has left to do: the piles of its pages, which the home counts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from applications.models import Application
from applications.models.dossier import ApplicationQuerySet, open_to
from calls.models import Call, Wave

from .models import LIVE, Assignment, AssignmentQuerySet, Profile
from .ranking import Source

# What rooms above know of the money of a wave, filled by their panels.py: its sources, in the order in which they are spent.
SOURCES: list[Callable[[Wave], Sequence[Source]]] = []


def sources(wave: Wave) -> list[Source]:
    return [source for told in SOURCES for source in told(wave)]


LEAST_TOLD = 5  # fewer people than that would be told one by one


def skills() -> list[tuple[str, str]]:
    """The list of the call that runs: (code, title), in its order."""
    call = Call.objects.current()
    version = call and call.settings.order_by("-version").first()
    return list(version.skills.order_by("order", "code").values_list("code", "title")) if version else []


def parity() -> dict[str, int] | None:
    """Women and men among those who say it, and how many do not; None where too few are counted."""
    experts = Q(expert__groups__name="expert", expert__is_active=True)
    counted = Profile.objects.filter(experts).aggregate(
        women=Count("pk", filter=Q(civility="woman")), men=Count("pk", filter=Q(civility="man")), all=Count("pk")
    )
    counted["unsaid"] = counted["all"] - counted["women"] - counted["men"]
    return counted if counted["all"] >= LEAST_TOLD else None


def short_of_experts(user: Any) -> ApplicationQuerySet:
    """Admissible dossiers, not ranked yet, confided to fewer experts than the quorum of their wave."""
    live = Assignment.objects.filter(application=OuterRef("pk"), state__in=LIVE).order_by().values("application")
    waiting = Application.objects.filter(open_to(user, "pk"), state="admissible", rankings__isnull=True)
    count = Coalesce(Subquery(live.values(n=Count("pk"))), 0)
    return waiting.annotate(live=count).filter(live__lt=F("wave__settings__quorum"))


def to_sign(user: Any) -> list[Wave]:
    """Waves of which dossiers wait for this expert's undertaking, each with how many (`files`)."""
    mine = Assignment.objects.live().filter(expert=user)
    asked = mine.exclude(pk__in=mine.signed().values("pk"))
    count = Count("applications__assignments", filter=Q(applications__assignments__in=asked.values("pk")))
    return list(Wave.objects.annotate(files=count).filter(files__gt=0).order_by("-call", "number"))


def to_rule(user: Any) -> AssignmentQuerySet:
    """Weak links on which the chair has to rule, the oldest first."""
    waiting = Assignment.objects.visible_to(user).filter(state="waiting")
    rows = waiting.exclude(application__wave__session__state="closed")
    return rows.select_related("application__wave", "application__coordinator", "expert").order_by("waiting_at", "pk")


def assignments_of(user: Any, pile: str = "") -> AssignmentQuerySet:
    """An expert's files: all, those whose interests are to declare (« declarer »), those to score (« evaluer »)."""
    mine = Assignment.objects.visible_to(user).filter(expert=user)
    if pile == "declarer":
        return mine.filter(state="assigned")
    return mine.filter(state="declared").exclude(review__state="locked") if pile == "evaluer" else mine


def without_opinion(user: Any) -> ApplicationQuerySet:
    """Dossiers on which the Health Data Hub has still to advise."""
    return Application.objects.visible_to(user).filter(state="admissible", opinions__isnull=True)


def open_waves(user: Any) -> QuerySet[Wave]:
    """Waves whose jury sits, each with how many dossiers that this person reads are on no list yet."""
    waits = Q(open_to(user, "session__lines__application"), session__lines__list="")
    unlisted = Count("session__lines", filter=waits, distinct=True)
    rows = Wave.objects.filter(session__state="open").select_related("session__chair")
    return rows.annotate(unlisted=unlisted).order_by("-call", "number")
