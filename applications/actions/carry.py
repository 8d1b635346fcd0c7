"""Carrying a dossier that did not succeed to the next wave (R02): a new dossier, with what the old one said.

NOUNS is the list of what is copied, in order; a new noun of the dossier adds its line there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import (
    Answer,
    Application,
    BudgetLine,
    DataPerimeter,
    FundingPlan,
    Membership,
    Piece,
    Wave,
)
from ..rules import REGISTER_KINDS
from .consortium import invite_partner
from .dossier import create
from .hold import hold

IDENTITY = ("title", "goal", "starts_on", "months", "maturity_now", "maturity_target")


@dataclass
class Carriage:
    """One carrying: from a dossier to its new one, and which new row stands for which old one."""

    old: Application
    new: Application
    by: Any
    at: datetime
    associated: dict[int, Any] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)


def carry_identity(carriage: Carriage) -> None:
    for name in IDENTITY:
        setattr(carriage.new, name, getattr(carriage.old, name))
    carriage.new.save(update_fields=IDENTITY)


def carry_answers(carriage: Carriage) -> None:
    """The text in place of each question, as the first of the new dossier; the history stays with the old one."""
    latest = carriage.old.answers.filter(key__startswith="answers.").latest_of_each()
    Answer.objects.bulk_create(
        Answer(application=carriage.new, key=held.key, version=1, text=held.text, by=carriage.by, at=carriage.at)
        for held in latest
        if held.text
    )


def carry_associated(carriage: Carriage) -> None:
    for partner in carriage.old.associated.order_by("pk"):
        carriage.associated[partner.pk] = carriage.new.associated.create(
            name=partner.name, kind=partner.kind, siren=partner.siren, establishment_id=partner.establishment_id
        )


def carry_projects(carriage: Carriage) -> None:
    for project in carriage.old.projects.prefetch_related("partners").order_by("pk"):
        made = carriage.new.projects.create(title=project.title, theme=project.theme, summary=project.summary)
        made.partners.set([carriage.associated[partner.pk] for partner in project.partners.all()])


def carry_perimeters(carriage: Carriage) -> None:
    fields = ("scope", "depth", "refresh", "duration", "interest")
    DataPerimeter.objects.bulk_create(
        DataPerimeter(application=carriage.new, **{name: getattr(held, name) for name in fields})
        for held in carriage.old.perimeters.order_by("pk")
    )


def carry_members(carriage: Carriage) -> None:
    """The coordinator as it is; each partner is invited again and answers for itself. As many as the new wave allows."""
    most = carriage.new.wave.settings.max_members
    live = carriage.old.memberships.live().filter(establishment__kind__in=REGISTER_KINDS)
    live = live.select_related("establishment").order_by("role", "pk")
    for member in live[:most]:
        if member.role == Membership.Role.COORDINATOR:
            made = carriage.new.memberships.get()
        else:
            made = invite_partner(carriage.new, member.establishment, by=carriage.by, at=carriage.at)
        made.work = member.work
        made.save(update_fields=["work"])
        carriage.members[member.pk] = made


def carry_budgets(carriage: Carriage) -> None:
    kept = carriage.members
    BudgetLine.objects.bulk_create(
        BudgetLine(membership=kept[line.membership_id], category=line.category, year=line.year, cents=line.cents)
        for line in BudgetLine.objects.filter(membership__in=kept).order_by("pk")
    )
    amounts = ("aid_cents", "own_cents", "public_cents", "other_cents")
    FundingPlan.objects.bulk_create(
        FundingPlan(membership=kept[plan.membership_id], **{name: getattr(plan, name) for name in amounts})
        for plan in FundingPlan.objects.filter(membership__in=kept).order_by("pk")
    )


def carry_pieces(carriage: Carriage) -> None:
    """Current pieces that the new wave asks for too, pointing to the same documents."""
    asked = dict(carriage.new.wave.settings.pieces.values_list("code", "per_member"))
    current = carriage.old.pieces.filter(replaced_at__isnull=True).order_by("pk")
    Piece.objects.bulk_create(
        Piece(
            application=carriage.new,
            code=piece.code,
            membership=carriage.members[piece.membership_id] if piece.membership_id else None,
            document_id=piece.document_id,
            added_by=carriage.by,
            added_at=carriage.at,
        )
        for piece in current
        if asked.get(piece.code) == (piece.membership_id is not None)
        and (piece.membership_id is None or piece.membership_id in carriage.members)
    )


NOUNS: tuple[Callable[[Carriage], None], ...] = (
    carry_identity,
    carry_answers,
    carry_associated,
    carry_projects,  # after associated: projects name them
    carry_perimeters,
    carry_members,
    carry_budgets,  # after members
    carry_pieces,  # after members
)


@transaction.atomic
def carry_over(application: Application, wave: Wave | None, *, by: Any, at: datetime | None = None) -> Application:
    """A new draft in the next open wave of the call, with the content of this dossier, which stays as it is. Once a wave.

    Refused R02 when no later wave is open, W01 when it was carried there already.
    """
    at = hold(application, at)
    if not permissions.can_carry(by, application):
        raise PermissionDenied
    if wave is None or wave.call_id != application.wave.call_id or wave.opens_at < application.wave.closes_at:
        raise Refused(_("Aucune relève suivante n’est ouverte : la reprise se fera à son ouverture."), code="R02")
    if application.carried_to.filter(wave=wave).exists():
        raise Refused(_("Ce dossier est déjà repris dans cette relève."), code="W01")
    new = create(wave, coordinator=application.coordinator, acronym=application.acronym, by=by, at=at)
    new.carried_from = application
    new.save(update_fields=["carried_from"])
    carriage = Carriage(application, new, by, at)
    for carry in NOUNS:
        carry(carriage)
    record("application.carried", new, by=by, at=at, carried_from=application.pk, members=len(carriage.members))
    record("application.carried_on", application, by=by, at=at, carried_to=new.pk, wave=wave.pk)
    return new
