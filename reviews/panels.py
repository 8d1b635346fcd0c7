"""What the evaluation has left to do: the piles of its pages, which the home counts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from applications.models import Application
from applications.models.dossier import ApplicationQuerySet, open_to
from applications.panels import HOME
from calls.models import Call, Criterion, Wave
from edsh_portal.access import has_role

from . import schedules, scoring
from .models import (
    LIVE,
    Assignment,
    AssignmentQuerySet,
    Calibration,
    CalibrationReport,
    Discussion,
    Profile,
    Score,
    Summons,
)
from .models.assignment import unsigned
from .models.feedback import SEES_FEEDBACK, reported_by
from .models.hearing import SummonsQuerySet
from .ranking import Source

# What rooms above know of the money of a wave, filled by their panels.py: its sources, in the order in which they are spent.
SOURCES: list[Callable[[Wave], Sequence[Source]]] = []


def sources(wave: Wave) -> list[Source]:
    return [source for told in SOURCES for source in told(wave)]


def hearing(application: Application) -> Summons | None:
    """Of a dossier in review, for reviews/_hearing.html; one query, none before nor where the call holds none."""
    if application.state != "admissible" or not application.wave.settings.hearings:
        return None
    return schedules.heard(application)


def hearings_of(user: Any, now: datetime) -> SummonsQuerySet:
    """Those to come, of a member of the jury or of a team, the nearest first."""
    rows = Summons.objects.live().summoning(user).filter(ends_at__gt=now).select_related("application")
    return rows.order_by("starts_at", "pk")


HOME["hearing"] = hearing
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
    mine = Q(applications__assignments__expert=user, applications__assignments__state__in=LIVE)
    waves = unsigned(user).annotate(files=Count("applications__assignments", filter=mine))
    return list(waves.filter(files__gt=0).order_by("-call", "number"))


def experts_of(wave: Wave) -> list[Any]:
    """Who signed for a wave, or holds one of its dossiers: whoever scores its fictitious one."""
    signed = wave.undertakings.values("expert")
    held = Assignment.objects.held().filter(application__wave=wave).values("expert")
    people = get_user_model().objects.filter(Q(pk__in=signed) | Q(pk__in=held), groups__name="expert", is_active=True)
    return list(people.order_by("full_name", "pk"))


def to_calibrate(user: Any) -> list[Calibration]:
    """Calibrations that concern this expert: those to score (`given` false), and those whose marks they may read."""
    mine = CalibrationReport.objects.filter(calibration=OuterRef("pk"), expert=user.pk)
    rows = Calibration.objects.visible_to(user).annotate(given=Exists(mine)).select_related("wave__settings")
    return [one for one in rows.order_by("-wave") if one.given or one.state == Calibration.State.OPEN]


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


FEEDBACK_PILES = {
    "": gettext_lazy("Tous"),
    "rediger": gettext_lazy("À rédiger"),
    "approuver": gettext_lazy("À approuver"),
    "approuves": gettext_lazy("Approuvés"),
}


def feedbacks(user: Any, pile: str = "") -> ApplicationQuerySet:
    """Dossiers that a closed session has ranked, of which this person writes or approves what comes back; masked where they are tied."""
    rows = Application.objects.filter(rankings__session__state="closed").order_by("wave__number", "reference")
    if not has_role(user, *SEES_FEEDBACK):
        rows = rows.filter(reported_by(user, "") if has_role(user, "expert") else Q(pk__in=[]))
    return rows.filter(open_to(user, "pk")).filter(
        {
            "rediger": Q(feedback=None) | Q(feedback__state="draft"),
            "approuver": Q(feedback__state="proposed"),
            "approuves": Q(feedback__state="approved"),
        }.get(pile, Q())
    )


# ── what goes wrong while dossiers are judged ────────────────────────────────────────────────────────────────────────
FOLLOWED = {
    "retard": gettext_lazy("Évaluations en retard"),
    "declinees": gettext_lazy("Experts à remplacer"),
    "quorum": gettext_lazy("Dossiers sans quorum"),
    "divergents": gettext_lazy("Dossiers divergents"),
}


def _judged(user: Any) -> ApplicationQuerySet:
    """Dossiers under evaluation, whose jury has not closed its session; less those that a link shuts to this person."""
    rows = Application.objects.filter(open_to(user, "pk"), state="admissible")
    return rows.exclude(wave__session__state="closed")


def late_reports(user: Any, now: datetime) -> AssignmentQuerySet:
    """Reports awaited after their due date, the oldest first."""
    rows = Assignment.objects.live().exclude(review__state="locked").filter(due_at__lte=now)
    rows = rows.filter(application__in=_judged(user).values("pk"))
    return rows.select_related("application__wave", "expert").order_by("due_at", "pk")


def to_replace(user: Any) -> AssignmentQuerySet:
    """Experts who stepped back from a dossier that is short of experts since, the oldest first."""
    short = short_of_experts(user).filter(pk__in=_judged(user).values("pk"))
    rows = Assignment.objects.filter(state__in=("declined", "recused", "suspended"), application__in=short.values("pk"))
    return rows.select_related("application__wave", "expert").order_by("ended_at", "pk")


def without_quorum(user: Any, now: datetime) -> ApplicationQuerySet:
    """Dossiers of a wave that is closed with fewer locked reports than its quorum."""
    locked = Assignment.objects.filter(application=OuterRef("pk"), state="declared", review__state="locked")
    done = Coalesce(Subquery(locked.order_by().values("application").annotate(n=Count("pk")).values("n")), 0)
    rows = _judged(user).filter(wave__closes_at__lte=now).annotate(done=done, quorum=F("wave__settings__quorum"))
    return rows.filter(done__lt=F("quorum")).order_by("wave__closes_at", "reference")


def divergent(user: Any) -> QuerySet[Discussion]:
    """Discussions that no consensus has ended, the oldest first."""
    rows = Discussion.objects.filter(drafts=None, application__in=_judged(user).values("pk"))
    return rows.select_related("application__coordinator", "rapporteur").order_by("opened_at", "pk")


def next_criteria(assignments: Sequence[Assignment]) -> list[Assignment]:
    """Each with `next`, the number of the first criterion that lacks its mark or its comment, `done` and `of`. Two queries, however many."""
    least = {row.application.wave.settings_id: row.application.wave.settings.min_comment_chars for row in assignments}
    grids: dict[int, list[int]] = {}
    for settings, number in (
        Criterion.objects.filter(settings__in=least).order_by("number").values_list("settings", "number")
    ):
        grids.setdefault(settings, []).append(number)
    kept: dict[int, dict[int, tuple[int | None, str]]] = {}
    rows = Score.objects.filter(review__assignment__in=[row.pk for row in assignments])
    for key, number, value, comment in rows.values_list("review__assignment", "criterion__number", "value", "comment"):
        kept.setdefault(key, {})[number] = (value, comment)
    for row in assignments:
        settings = row.application.wave.settings_id
        given = kept.get(row.pk, {})
        lacks = [n for n in grids.get(settings, []) if _lacks(*given.get(n, (None, "")), least[settings])]
        row.next, row.of = next(iter(lacks), None), len(grids.get(settings, []))  # type: ignore[attr-defined]  # told by the home
        row.done = row.of - len(lacks)  # type: ignore[attr-defined]  # the same
    return list(assignments)


def _lacks(value: int | None, comment: str, least: int) -> bool:
    return bool(scoring.standing(0, value, comment, least=least, floor=None).lack)
