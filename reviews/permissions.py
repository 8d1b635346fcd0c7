"""Gates of the evaluation: who assigns, who judges, who lists; and the links that forbid judging (R50)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils.translation import ngettext

from applications.models import Application
from applications.permissions import can_open_document
from edsh_portal.access import OFFICERS, has_role

from .models import (
    SEES_ASSIGNMENTS,
    SEES_CLOSED_SESSION,
    SEES_OPEN_SESSION,
    SEES_OPINIONS,
    Assignment,
    AssignmentQuerySet,
    Calibration,
    Discussion,
    Feedback,
    RankingLine,
    Review,
    Session,
    Tie,
    in_words,
)
from .versions import is_behind

# Who holds one of these sees or decides what an expert must not (R91): an expert holds none of them.
STATE_ROLES = (
    "instructor",
    "validator",
    "jury_chair",
    "certifier",
    "orderer",
    "payer",
    "direction",
    "hdh",
    "auditor",
    "administrator",
)


# ── links ────────────────────────────────────────────────────────────────────────────────────────────────────────────
class Link(NamedTuple):
    """What ties a person to a dossier and shuts it to them: for good, or until the chair has ruled."""

    strong: bool
    fact: str
    key: str

    @property
    def words(self) -> str:
        return in_words(self.fact)


def conflict(user: Any, application: Application) -> str:
    """The strong fact that ties a person to a dossier, « kind|theirs|the dossier's »; empty when nothing does."""
    return _fact("review_conflict", user, application)


def waits(user: Any, application: Application) -> str:
    """The weak fact on which the chair has still to rule; empty when there is none, or a strong one."""
    return _fact("review_waits", user, application)


def _fact(function: str, user: Any, application: Application) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [user.pk, application.pk])
        return cursor.fetchone()[0] or ""


def tied(user: Any, applications: Iterable[int]) -> dict[int, str]:
    """Of these dossiers, those that are withheld from a person, with the plainest fact as conflict() writes it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT held, coalesce((SELECT fact FROM review_shut(held, ARRAY[%(user)s]) ORDER BY strong DESC, weight, fact LIMIT 1),"
            " 'recusal||') FROM unnest(review_withheld(%(user)s)) AS held WHERE held = ANY (%(asked)s::bigint[])",
            {"user": user.pk, "asked": [*applications]},
        )
        return dict(cursor.fetchall())


def named(user: Any, applications: Iterable[Application]) -> tuple[list[Application], list[str]]:
    """For a sentence of a refusal: the dossiers that it may name to this person, by reference; the words for those that it may not."""
    listed = sorted(applications, key=lambda application: application.reference)
    shut = tied(user, [application.pk for application in listed]) if listed else {}
    words = ngettext("%(n)s dossier en déport", "%(n)s dossiers en déport", len(shut)) % {"n": len(shut)}
    return [application for application in listed if application.pk not in shut], [words] if shut else []


def shut(application: Application, people: Iterable[int]) -> dict[int, list[Link]]:
    """Of these people, those to whom a dossier is shut, and by what, the strongest and plainest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, strong, fact, key FROM review_shut(%s, %s::bigint[]) ORDER BY user_id, strong DESC, weight, fact",
            [application.pk, [*people]],
        )
        found: dict[int, list[Link]] = {}
        for user, strong, fact, key in cursor.fetchall():
            found.setdefault(user, []).append(Link(strong, fact, key))
        return found


def leaving(application: Application, people: Iterable[int]) -> dict[int, str]:
    """Of these people, those who leave when it comes on the table, with the plainest fact. A query a person: a jury is a few."""
    users = get_user_model().objects.filter(pk__in=people).order_by("pk")
    return {user.pk: fact for user in users for fact in tied(user, [application.pk]).values()}


def to_rule(assignment: Assignment) -> list[Link]:
    """The weak links of an assignment on which the chair has not ruled."""
    links = shut(assignment.application, [assignment.expert_id]).get(assignment.expert_id, [])
    return [link for link in links if not link.strong]


# ── the expert ───────────────────────────────────────────────────────────────────────────────────────────────────────
def is_theirs(user: Any, assignment: Assignment) -> bool:
    return has_role(user, "expert") and assignment.expert_id == user.pk


def can_write_profile(user: Any, expert: Any) -> bool:
    """Each expert says who they are, and nobody else does."""
    return has_role(user, "expert") and user.pk == expert.pk


def can_withdraw(user: Any, tie: Tie) -> bool:
    return can_write_profile(user, tie.expert)


def can_declare(user: Any, assignment: Assignment) -> bool:
    return is_theirs(user, assignment) and assignment.state == "assigned"


def can_recuse(user: Any, assignment: Assignment) -> bool:
    """The expert, any time."""
    return is_theirs(user, assignment)


def can_read(user: Any, assignment: Assignment) -> bool:
    """The frozen version and its pieces: after the declaration, until a recusal or a suspension; link and state."""
    return is_theirs(user, assignment) and assignment.state == "declared" and hasattr(assignment, "link")


def versions_read(assignment: Assignment) -> set[int | None]:
    """The version of the report, and a later one while its marks may follow it."""
    review = assignment.review
    return {review.version_id} | ({assignment.application.version_id} if is_behind(review) else set())


def can_open_file(user: Any, assignment: Assignment, file: Any) -> bool:
    return (
        can_read(user, assignment) and file.version_id in versions_read(assignment) and can_open_document(file.document)
    )


def can_read_others(user: Any, review: Review) -> bool:
    """The locked reports of the other experts of the dossier: once theirs is, and if the call says so."""
    said = review.assignment.application.wave.settings.read_others
    return said and review.state == "locked" and can_read(user, review.assignment)


def can_write(user: Any, review: Review) -> bool:
    return can_read(user, review.assignment)


def can_reopen(user: Any, review: Review | None = None) -> bool:
    """The chair alone: a locked report."""
    return has_role(user, "jury_chair")


def can_revise(user: Any, review: Review) -> bool:
    """Marks of a locked report, once its dossier was heard: if the call says so."""
    said = review.assignment.application.wave.settings.revise_after_hearing
    return said and review.state == "locked" and can_read(user, review.assignment)


# ── the discussion ───────────────────────────────────────────────────────────────────────────────────────────────────
def experts_of(discussion: Discussion) -> AssignmentQuerySet:
    """Those whose locked report counts: who diverge, and talk."""
    counted = Assignment.objects.filter(application=discussion.application_id, state="declared")
    return counted.filter(review__state="locked")


def assignment_in(user: Any, discussion: Discussion) -> Assignment | None:
    return experts_of(discussion).filter(expert=user).first() if has_role(user, "expert") else None


def can_lead(user: Any, discussion: Discussion) -> bool:
    return has_role(user, "instructor", "jury_chair")


def can_speak(user: Any, discussion: Discussion) -> bool:
    return can_lead(user, discussion) or assignment_in(user, discussion) is not None


def can_draft(user: Any, discussion: Discussion) -> bool:
    """The rapporteur, as long as their report counts."""
    own = assignment_in(user, discussion)
    return own is not None and own.pk == discussion.rapporteur_id


# ── the State's side ─────────────────────────────────────────────────────────────────────────────────────────────────
def can_assign(user: Any, application: Any = None) -> bool:
    return has_role(user, "instructor")


def can_calibrate(user: Any, calibration: Any = None) -> bool:
    """Writes the fictitious dossier of a wave, opens it to its experts, closes it."""
    return has_role(user, "instructor")


def can_give(user: Any, calibration: Calibration) -> bool:
    """An expert of its wave, once it is open."""
    return has_role(user, "expert") and Calibration.objects.visible_to(user).filter(pk=calibration.pk).exists()


def can_see_assignments(user: Any, application: Any = None) -> bool:
    return has_role(user, *SEES_ASSIGNMENTS)


def can_suspend(user: Any, assignment: Assignment) -> bool:
    """The portal does it by itself; an officer may not wait for it."""
    return has_role(user, *OFFICERS)


def can_rule(user: Any, assignment: Assignment | None = None) -> bool:
    """The chair, on a weak link."""
    return has_role(user, "jury_chair")


def can_give_opinion(user: Any, application: Any = None) -> bool:
    return has_role(user, "hdh")


def can_see_opinions(user: Any, application: Any = None) -> bool:
    return has_role(user, *SEES_OPINIONS)


def can_chair(user: Any, session: Any = None) -> bool:
    return has_role(user, "jury_chair")


def can_be_seated(user: Any) -> bool:
    """Named to a jury: who judges, or chairs."""
    return has_role(user, "expert", "jury_chair")


def can_be_in_room(user: Any, session: Any) -> bool:
    """Whoever `sits` in the jury, which is read with the session, and whoever sees its table."""
    return session.sits or has_role(user, *SEES_OPEN_SESSION)


def can_see_ranking(user: Any, session: Session) -> bool:
    return has_role(user, *(SEES_CLOSED_SESSION if session.state == "closed" else SEES_OPEN_SESSION))


def can_see_schedule(user: Any, session: Session) -> bool:
    return has_role(user, *SEES_OPEN_SESSION)


def can_schedule(user: Any, session: Session) -> bool:
    """Hearings are laid out by who instructs."""
    return has_role(user, "instructor")


def can_see_panel(user: Any, session: Session) -> bool:
    """Who sees the ranking, when the published text of the call says that the panel is on the table."""
    return session.wave.settings.score_panel and can_see_ranking(user, session)


def can_ask_panel(user: Any, session: Session) -> bool:
    return can_see_panel(user, session) and has_role(user, "instructor", "jury_chair")


def can_list(user: Any, line: RankingLine) -> bool:
    return can_chair(user, line.session)


def need_file(user: Any, assignment: Assignment, file: Any) -> Any:
    """A file of the version this person reads: 404 when it is not of that version, 403 when its scan keeps it shut."""
    if file is None:
        raise Http404
    if not can_open_file(user, assignment, file):
        raise PermissionDenied
    return file


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────────
def rapporteur_of(application: Application) -> Assignment | None:
    """The one designated, as long as their report counts."""
    held = Discussion.objects.filter(application=application).first()
    return experts_of(held).filter(pk=held.rapporteur_id).first() if held and held.rapporteur_id else None


def can_write_feedback(user: Any, application: Application) -> bool:
    """The rapporteur of the dossier; an officer where there is none."""
    named = rapporteur_of(application)
    return has_role(user, "instructor") if named is None else is_theirs(user, named)


def can_see_feedback(user: Any, application: Application) -> bool:
    """Who writes or approves it; a chair who is tied to the dossier does neither."""
    if has_role(user, *OFFICERS, "auditor"):
        return True
    if can_chair(user) and not conflict(user, application):
        return True
    named = rapporteur_of(application) if has_role(user, "expert") else None
    return named is not None and is_theirs(user, named)


def can_approve_feedback(user: Any, feedback: Feedback) -> bool:
    return can_chair(user) and not conflict(user, feedback.application)
