"""Verbs of the assignment: ask an expert, declare interests, decline or recuse, wait for the chair, suspend; the link that opens a
dossier."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, Step, move, need_reason, need_step, steps

from .. import permissions
from ..models import HELD, Assignment, Review, ReviewerPermission, Ruling, in_words
from .calibration import need_calibrated
from .locks import lock_rows, need_in_review

EVERY = Q()
REVIEW_DAYS = 21  # proposed to the officer, who may set another day

ASSIGNMENT_STEPS = steps(
    "assignment",
    Assignment,
    [
        Step("assign", ("",), "assigned", permissions.can_assign, gettext_lazy("Confier le dossier")),
        Step(
            "wait",
            ("", "assigned", "declared"),
            "waiting",
            permissions.can_suspend,
            gettext_lazy("Demander l’arbitrage de la présidence"),
        ),
        Step("allow", ("waiting",), "assigned", permissions.can_rule, gettext_lazy("Admettre")),
        Step("reopen", ("waiting",), "declared", permissions.can_rule, gettext_lazy("Admettre et rouvrir")),
        Step("exclude", ("waiting",), "suspended", permissions.can_rule, gettext_lazy("Écarter")),
        Step("declare", ("assigned",), "declared", permissions.can_declare, gettext_lazy("Déclarer l’absence de lien")),
        Step(
            "recuse",
            ("assigned", "declared"),
            "recused",
            permissions.can_recuse,
            gettext_lazy("Se déporter"),
            reason=True,
        ),
        Step("decline", ("assigned", "declared"), "declined", permissions.can_recuse, gettext_lazy("Décliner")),
        Step(
            "suspend",
            ("waiting", "assigned", "declared"),
            "suspended",
            permissions.can_suspend,
            gettext_lazy("Suspendre l’affectation"),
        ),
    ],
)


def _need_no_link(expert: Any, application: Application) -> None:
    fact = permissions.conflict(expert, application)
    if fact:
        raise Refused(
            _("Conflit d’intérêts : %(fact)s. Choisissez une autre personne.") % {"fact": in_words(fact)},
            code="R50",
            field="expert",
            fact=fact,
        )


def _need_expert(expert: Any) -> None:
    """An active expert who holds no other role of the State's side (R91: who scores does not decide, does not pay)."""
    names = set(expert.groups.values_list("name", flat=True))
    if not expert.is_active or "expert" not in names:
        raise Refused(
            _("Cette personne n’est pas inscrite comme experte : choisissez-en une dans la liste."),
            code="R51",
            field="expert",
        )
    if names.intersection(permissions.STATE_ROLES):
        raise Refused(
            _(
                "Cette personne exerce un autre rôle dans l’appel et ne peut pas évaluer : "
                "choisissez une autre personne."
            ),
            code="R91",
            field="expert",
        )


def _need_new(application: Application, expert: Any) -> None:
    states = set(Assignment.objects.filter(application=application, expert=expert).values_list("state", flat=True))
    if states.intersection(HELD):
        raise Refused(_("Ce dossier est déjà confié à cette personne : rechargez la page."), code="R57", field="expert")
    if "recused" in states:
        raise Refused(
            _("Cette personne s’est déportée de ce dossier : choisissez une autre personne."),
            code="R50",
            field="expert",
        )
    if "declined" in states:
        raise Refused(
            _("Cette personne a décliné ce dossier : choisissez une autre personne."), code="R57", field="expert"
        )


def _need_undertaking(expert: Any, application: Application) -> None:
    wave = application.wave
    if wave.settings.undertaking and not wave.undertakings.filter(expert=expert).exists():
        raise Refused(_("Signez d’abord l’engagement de la relève : il vaut pour tous ses dossiers."), code="R51")


@transaction.atomic
def assign(
    application: Application, expert: Any, *, by: Any, due_at: datetime | None = None, at: datetime | None = None
) -> Assignment:
    """Asks an expert to judge an admissible dossier by `due_at` (three weeks when silent). Nothing of it opens yet. With a weak link,
    nothing is asked before the chair has ruled."""
    at = lock_rows(application, at)
    if not permissions.can_assign(by, application):
        raise PermissionDenied
    need_in_review(application, at)
    _need_expert(expert)
    _need_new(application, expert)
    _need_no_link(expert, application)
    due_at = due_at or clock.days_from(at, REVIEW_DAYS)
    if due_at <= at:
        raise Refused(_("Indiquez une échéance à venir."), code="R57", field="due_at")
    assignment = Assignment(
        application=application, expert=expert, state="", assigned_by=by, assigned_at=at, due_at=due_at
    )
    fact = permissions.waits(expert, application)
    if fact:
        assignment.fact, assignment.waiting_at = fact, at
    move(assignment, "wait" if fact else "assign", by)
    assignment.save(force_insert=True)
    record(
        "assignment.waiting" if fact else "assignment.created",
        assignment,
        by=by,
        at=at,
        state=assignment.state,
        application=application.pk,
        expert=expert.pk,
        due_at=due_at.isoformat(),
    )
    return assignment


@transaction.atomic
def declare(
    assignment: Assignment,
    *,
    conflict: bool,
    statement: str,
    confidentiality: bool = True,
    by: Any,
    at: datetime | None = None,
) -> Assignment:
    """The expert's declaration: no interest opens the dossier (link, empty report), an interest recuses (R50). The undertaking of the wave
    is signed before (R51)."""
    application = assignment.application
    at = lock_rows(application, at, assignment)
    if conflict:
        _end(assignment, "recuse", by, at, reason=need_reason(statement, field="statement"), cause="conflict")
        return assignment
    move(assignment, "declare", by)
    need_in_review(application, at)
    if not statement.strip():
        raise Refused(
            _("Décrivez vos liens d’intérêts, ou écrivez que vous n’en avez aucun."), code="R50", field="statement"
        )
    if not confidentiality:
        raise Refused(
            _("Cochez l’engagement de confidentialité pour ouvrir le dossier."),
            code="R51",
            field="confidentiality",
        )
    _need_undertaking(assignment.expert, application)
    _need_no_link(assignment.expert, application)
    need_calibrated(assignment.expert, application)
    assignment.statement, assignment.confidentiality, assignment.declared_at = statement.strip(), True, at
    assignment.save(update_fields=["state", "statement", "confidentiality", "declared_at"])
    _open(assignment, by, at)
    record("assignment.declared", assignment, by=by, at=at, state=assignment.state, application=application.pk)
    return assignment


def _link(assignment: Assignment) -> None:
    view = Permission.objects.get(content_type__app_label="applications", codename="view_application")
    ReviewerPermission.objects.create(
        user=assignment.expert, permission=view, content_object=assignment.application, assignment=assignment
    )


def _open(assignment: Assignment, by: Any, at: datetime) -> None:
    """The link, and the report on the version that stood when the wave closed."""
    _link(assignment)
    version = assignment.application.version_id
    assert version is not None  # experts are given what was deposited
    review = Review(assignment=assignment, version_id=version, state="", opened_at=at)
    move(review, "open", by)
    review.save(force_insert=True)
    record(
        "review.opened",
        review,
        by=by,
        at=at,
        state=review.state,
        application=assignment.application_id,
        version=review.version_id,
    )


def _end(assignment: Assignment, step: str, by: Any, at: datetime, **said: str) -> None:
    """Ends it, with what is `said` of it: reason, fact, cause, suggested."""
    assignment.reason, assignment.fact, assignment.ended_at = said.get("reason", ""), said.get("fact", ""), at
    assignment.cause, assignment.suggested = said.get("cause", ""), said.get("suggested", "")
    _shut(assignment, step, by, at)


def _shut(assignment: Assignment, step: str, by: Any, at: datetime) -> None:
    """Shuts the dossier: the link goes in the same transaction, so the next request finds nothing."""
    move(assignment, step, by)
    ReviewerPermission.objects.filter(assignment=assignment).delete()
    assignment.save(update_fields=["state", "reason", "fact", "ended_at", "waiting_at", "cause", "suggested"])
    record(
        f"assignment.{assignment.state}",
        assignment,
        by=by,
        at=at,
        state=assignment.state,
        application=assignment.application_id,
        expert=assignment.expert_id,
    )


@transaction.atomic
def recuse(
    assignment: Assignment,
    reason: str,
    *,
    cause: str = Assignment.Cause.CONFLICT,
    suggested: str = "",
    by: Any,
    at: datetime | None = None,
) -> None:
    """The expert steps back. A link of interests, any time, with a reason: their report is no longer counted in an open ranking. Another
    cause, before their report is locked. `suggested`: who might judge in their place."""
    at = lock_rows(assignment.application, at, assignment)
    suggested = suggested.strip()
    if cause == Assignment.Cause.CONFLICT:
        _end(assignment, "recuse", by, at, reason=need_reason(reason), cause=cause, suggested=suggested)
        return
    if assignment.state == Assignment.State.DECLARED and assignment.is_done:
        raise Refused(
            _("Votre évaluation est verrouillée : vous ne pouvez plus décliner, seulement vous déporter."),
            code="R55",
            field="cause",
        )
    reason = need_reason(reason) if cause == Assignment.Cause.OTHER else reason.strip()
    _end(assignment, "decline", by, at, reason=reason, cause=cause, suggested=suggested)


@transaction.atomic
def suspend(assignment: Assignment, *, by: Any = None, at: datetime | None = None) -> None:
    """Shuts a dossier whose expert is now tied to it, or no expert any more; `by=None` is the portal. Refused for no fact."""
    at = lock_rows(assignment.application, at, assignment)
    fact = permissions.conflict(assignment.expert, assignment.application)
    if not fact and Assignment.objects.without_role().filter(pk=assignment.pk).exists():
        fact = "role||"
    if not fact:
        raise Refused(_("Aucun lien n’est constaté entre cette personne et ce dossier."), code="R50")
    _end(assignment, "suspend", by, at, fact=fact)


@transaction.atomic
def wait(assignment: Assignment, *, by: Any = None, at: datetime | None = None) -> None:
    """Shuts a dossier whose expert has now a weak link with it, until the chair rules; `by=None` is the portal."""
    at = lock_rows(assignment.application, at, assignment)
    fact = permissions.waits(assignment.expert, assignment.application)
    if not fact:
        raise Refused(_("Aucun lien à arbitrer n’est constaté entre cette personne et ce dossier."), code="R50")
    assignment.fact, assignment.waiting_at = fact, at
    _shut(assignment, "wait", by, at)


@transaction.atomic
def rule(assignment: Assignment, allowed: bool, reason: str, *, by: Any, at: datetime | None = None) -> Ruling:
    """The chair allows the person to judge in spite of the weak links that are there, or does not; a link that comes later waits anew."""
    application = assignment.application
    at = lock_rows(application, at, assignment)
    step = "exclude" if not allowed else "reopen" if assignment.declared_at else "allow"
    need_step(assignment, step, by)
    need_in_review(application, at)
    links = permissions.to_rule(assignment)
    ruling = Ruling.objects.create(
        expert=assignment.expert,
        application=application,
        keys=[link.key for link in links],
        facts=" ; ".join(link.words for link in links) or assignment.fact_in_words,
        allowed=allowed,
        reason=need_reason(reason),
        by=by,
        at=at,
    )
    if not allowed:
        _end(assignment, step, by, at, fact=assignment.fact)
        return ruling
    _need_no_link(assignment.expert, application)
    move(assignment, step, by)
    assignment.fact, assignment.waiting_at = "", None
    assignment.save(update_fields=["state", "fact", "waiting_at"])
    if assignment.state == Assignment.State.DECLARED:
        _link(assignment)
    record(
        "assignment.allowed",
        assignment,
        by=by,
        at=at,
        state=assignment.state,
        application=application.pk,
        expert=assignment.expert_id,
        ruling=ruling.pk,
    )
    return ruling


@transaction.atomic
def suspend_linked(among: Q = EVERY, *, at: datetime | None = None) -> int:
    """Suspends, in the portal's name, every assignment among these that a change has tied to its dossier, or whose expert is no expert any
    more; a weak link makes it wait for the chair. How many."""
    held = Assignment.objects.filter(among)
    ended = held.linked().order_by().values("pk").union(held.without_role().values("pk"))
    shut = _each(ended, suspend, at)
    return shut + _each(held.unruled().order_by().values("pk"), wait, at)


def _each(found: Any, verb: Callable[..., None], at: datetime | None) -> int:
    rows = Assignment.objects.filter(pk__in=[row["pk"] for row in found])
    touched = list(rows.select_related("application__wave", "expert").order_by("application_id", "id"))
    for assignment in touched:
        verb(assignment, by=None, at=at)
    return len(touched)
