"""Verbs of the assignment: ask an expert, declare interests, recuse, suspend; the link that opens a dossier."""

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
from edsh_portal.workflow import Refused, Step, move, need_reason, steps

from .. import permissions
from ..models import Assignment, Review, ReviewerPermission, in_words
from .locks import lock_rows, need_in_review

EVERY = Q()
REVIEW_DAYS = 21  # proposed to the officer, who may set another day

ASSIGNMENT_STEPS = steps(
    "assignment",
    Assignment,
    [
        Step("assign", ("",), "assigned", permissions.can_assign, gettext_lazy("Confier le dossier")),
        Step("declare", ("assigned",), "declared", permissions.can_declare, gettext_lazy("Déclarer l’absence de lien")),
        Step(
            "recuse",
            ("assigned", "declared"),
            "recused",
            permissions.can_recuse,
            gettext_lazy("Se déporter"),
            reason=True,
        ),
        Step(
            "suspend",
            ("assigned", "declared"),
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
    if states & {"assigned", "declared"}:
        raise Refused(_("Ce dossier est déjà confié à cette personne : rechargez la page."), code="R57", field="expert")
    if "recused" in states:
        raise Refused(
            _("Cette personne s’est déportée de ce dossier : choisissez une autre personne."),
            code="R50",
            field="expert",
        )


@transaction.atomic
def assign(
    application: Application, expert: Any, *, by: Any, due_at: datetime | None = None, at: datetime | None = None
) -> Assignment:
    """Asks an expert to judge an admissible dossier by `due_at` (three weeks when silent). Nothing of it opens yet."""
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
    move(assignment, "assign", by)
    assignment.save(force_insert=True)
    record(
        "assignment.created",
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
    """The expert's declaration: no interest opens the dossier (link, empty report), an interest recuses (R50, R51)."""
    application = assignment.application
    at = lock_rows(application, at, assignment)
    if conflict:
        _end(assignment, "recuse", by, at, reason=need_reason(statement, field="statement"))
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
    _need_no_link(assignment.expert, application)
    assignment.statement, assignment.confidentiality, assignment.declared_at = statement.strip(), True, at
    assignment.save(update_fields=["state", "statement", "confidentiality", "declared_at"])
    _open(assignment, by, at)
    record("assignment.declared", assignment, by=by, at=at, state=assignment.state, application=application.pk)
    return assignment


def _open(assignment: Assignment, by: Any, at: datetime) -> None:
    """The link, and the report on the version that stood when the wave closed."""
    view = Permission.objects.get(content_type__app_label="applications", codename="view_application")
    ReviewerPermission.objects.create(
        user=assignment.expert, permission=view, content_object=assignment.application, assignment=assignment
    )
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


def _end(assignment: Assignment, step: str, by: Any, at: datetime, *, reason: str = "", fact: str = "") -> None:
    """Shuts the dossier: the link goes in the same transaction, so the next request finds nothing."""
    move(assignment, step, by)
    ReviewerPermission.objects.filter(assignment=assignment).delete()
    assignment.reason, assignment.fact, assignment.ended_at = reason, fact, at
    assignment.save(update_fields=["state", "reason", "fact", "ended_at"])
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
def recuse(assignment: Assignment, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """The expert steps back, any time, with a reason; their report is no longer counted in an open ranking."""
    at = lock_rows(assignment.application, at, assignment)
    _end(assignment, "recuse", by, at, reason=need_reason(reason))


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
def suspend_linked(among: Q = EVERY, *, at: datetime | None = None) -> int:
    """Suspends, in the portal's name, every live assignment among these that a change has tied to its dossier, or whose expert is no
    expert any more; how many."""
    live = Assignment.objects.filter(among)
    found = live.linked().order_by().values("pk").union(live.without_role().values("pk"))
    rows = Assignment.objects.filter(pk__in=[row["pk"] for row in found])
    ended = list(rows.select_related("application__wave", "expert").order_by("application_id", "id"))
    for assignment in ended:
        suspend(assignment, by=None, at=at)
    return len(ended)
