"""Verbs of the discussion: the portal opens it when locked reports diverge (R56), experts speak, one of them drafts, each takes a position."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from calls.models import Criterion
from edsh_portal.events import record
from edsh_portal.workflow import Refused, need_reason

from .. import permissions, ranking, scoring
from ..models import Assignment, Consensus, ConsensusMark, Discussion, Position, Remark
from .further import propose_further
from .locks import lock_rows, need_in_review


@transaction.atomic
def open_discussion(application: Application, *, at: datetime | None = None) -> Discussion | None:
    """The portal's own, once a dossier: when two locked reports or more diverge on a criterion or on the total."""
    at = lock_rows(application, at)
    reports = ranking.reports([application.pk]).get(application.pk, [])
    if len(reports) < 2 or Discussion.objects.filter(application=application).exists():
        return None
    grid = ranking.grid(application.wave)
    found = [str(number) for number in scoring.divergent(reports, grid)]
    found += ["total"] if scoring.divergent_total(reports, grid) else []
    if not found:
        return None
    discussion = Discussion.objects.create(application=application, opened_at=at, found=", ".join(found))
    propose_further(discussion, at)
    record("discussion.opened", discussion, by=None, at=at, application=application.pk)
    return discussion


def _lock(discussion: Discussion, at: datetime | None) -> datetime:
    at = lock_rows(discussion.application, at, discussion)
    need_in_review(discussion.application, at)
    return at


@transaction.atomic
def say(discussion: Discussion, text: str, *, by: Any, at: datetime | None = None) -> Remark:
    at = _lock(discussion, at)
    own = permissions.assignment_in(by, discussion)
    if own is None and not permissions.can_lead(by, discussion):
        raise PermissionDenied
    remark = Remark.objects.create(
        discussion=discussion, assignment=own, by=by, text=need_reason(text, field="text"), at=at
    )
    record("discussion.said", discussion, by=by, at=at, application=discussion.application_id, remark=remark.pk)
    return remark


@transaction.atomic
def designate(discussion: Discussion, assignment: Assignment, *, by: Any, at: datetime | None = None) -> None:
    """One of its experts becomes the rapporteur, in place of the one before."""
    at = _lock(discussion, at)
    if not permissions.can_lead(by, discussion):
        raise PermissionDenied
    if not permissions.experts_of(discussion).filter(pk=assignment.pk).exists():
        raise Refused(_("Choisissez un expert dont l’évaluation est verrouillée."), code="R56", field="rapporteur")
    discussion.rapporteur, discussion.designated_at = assignment, at
    discussion.save(update_fields=["rapporteur", "designated_at"])
    record(
        "discussion.designated",
        discussion,
        by=by,
        at=at,
        application=discussion.application_id,
        assignment=assignment.pk,
    )


@transaction.atomic
def draft_consensus(
    discussion: Discussion, marks: Mapping[int, int | None], text: str, *, by: Any, at: datetime | None = None
) -> Consensus:
    """The rapporteur's common report: a mark for each criterion of the grid ({number: mark}), and why. The official means stay."""
    at = _lock(discussion, at)
    own = permissions.assignment_in(by, discussion)
    if own is None or not permissions.can_draft(by, discussion):
        raise PermissionDenied
    settings = discussion.application.wave.settings
    given: dict[Criterion, int] = {}
    for criterion in settings.criteria.order_by("number"):
        value = marks.get(criterion.number)
        if value is None or not 0 <= value <= settings.scale_max:
            raise Refused(
                _("Donnez une note entière de 0 à %(most)s.") % {"most": settings.scale_max},
                code="R54",
                field=f"value_{criterion.number}",
            )
        given[criterion] = value
    consensus = Consensus.objects.create(
        discussion=discussion,
        version=discussion.drafts.count() + 1,
        text=need_reason(text, field="text"),
        by=own,
        at=at,
    )
    rows = (ConsensusMark(consensus=consensus, criterion=one, value=value) for one, value in given.items())
    ConsensusMark.objects.bulk_create(rows)
    record(
        "consensus.drafted", consensus, by=by, at=at, application=discussion.application_id, version=consensus.version
    )
    return consensus


def is_outdated(consensus: Consensus) -> bool:
    """A report of the dossier was reopened, or locked, since this draft was written."""
    held = consensus.discussion
    if held.reopened_at is not None and held.reopened_at >= consensus.at:
        return True
    return permissions.experts_of(held).filter(review__locked_at__gt=consensus.at).exists()


@transaction.atomic
def take_position(
    consensus: Consensus, agrees: bool, reason: str = "", *, by: Any, at: datetime | None = None
) -> Position:
    """One of the experts agrees to the last draft, or dissents and says why. Once a draft."""
    discussion = consensus.discussion
    at = _lock(discussion, at)
    own = permissions.assignment_in(by, discussion)
    if own is None:
        raise PermissionDenied
    if discussion.drafts.order_by("version").last() != consensus:
        raise Refused(_("Un rapport plus récent a été rédigé : lisez-le d’abord."), code="R56")
    if is_outdated(consensus):
        raise Refused(
            _("Une évaluation a changé depuis ce rapport : le rapporteur doit en rédiger un nouveau."), code="R56"
        )
    if consensus.positions.filter(assignment=own).exists():
        raise Refused(_("Votre position sur ce rapport est déjà donnée."), code="R56")
    reason = reason.strip() if agrees else need_reason(reason)
    position = Position.objects.create(consensus=consensus, assignment=own, agrees=agrees, reason=reason, at=at)
    record(
        "consensus.answered", consensus, by=by, at=at, application=discussion.application_id, agrees=agrees,
        assignment=own.pk,
    )  # fmt: skip
    return position
