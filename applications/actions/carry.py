"""Carrying a dossier that did not succeed to the next wave (R02): a new dossier, with what the old one said.

NOUNS is the list of what is copied, in order; a new noun of the dossier adds its line there.
"""

from collections.abc import Callable, Iterable
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
    Deliverable,
    FundingPlan,
    Governance,
    Indicator,
    Matching,
    Membership,
    Milestone,
    Piece,
    SocleState,
    Warehouse,
    Wave,
    WorkPackage,
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
    packages: dict[int, WorkPackage] = field(default_factory=dict)
    rows: dict[str, dict[int, int]] = field(
        default_factory=dict
    )  # {section of a key: {new row: the old one it stands for}}

    def stand(self, section: str, made: Iterable[Any], old: Iterable[Any]) -> None:
        """The rows `made` stand for the rows `old`, in the same order."""
        pairs = {new.pk: held.pk for new, held in zip(made, old, strict=True)}
        self.rows[section] = self.rows.get(section, {}) | pairs

    def member(self, old: int | None) -> int | None:
        """The new membership of an old one; None of one that is not asked again."""
        made = self.members.get(old) if old else None
        return made.pk if made else None


def _twin(row: Any, **changes: Any) -> Any:
    """An unsaved row with every column of this one but its number, and `changes`: a new column is carried of itself."""
    held = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    held.pop(row._meta.pk.attname)
    return type(row)(**held | changes)


def carry_identity(carriage: Carriage) -> None:
    for name in IDENTITY:
        setattr(carriage.new, name, getattr(carriage.old, name))
    carriage.new.save(update_fields=IDENTITY)


def carry_answers(carriage: Carriage) -> None:
    """The text in place of each question, as the first of the new dossier; the history stays with the old one, and the
    history of the field leads to it (views/writing.py)."""
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
    """With their indicators, and the associated partners that take part."""
    for project in carriage.old.projects.prefetch_related("partners", "indicators").order_by("pk"):
        made = _twin(project, application_id=carriage.new.pk)
        made.save()
        made.partners.set([carriage.associated[partner.pk] for partner in project.partners.all()])
        carriage.stand("projects", [made], [project])
        held = list(project.indicators.all())
        twins = Indicator.objects.bulk_create(_twin(indicator, project_id=made.pk) for indicator in held)
        carriage.stand("indicators", twins, held)


def carry_perimeters(carriage: Carriage) -> None:
    held = list(carriage.old.perimeters.order_by("pk"))
    made = DataPerimeter.objects.bulk_create(_twin(row, application_id=carriage.new.pk) for row in held)
    carriage.stand("perimeters", made, held)


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
        carriage.stand("members", [made], [member])


def carry_packages(carriage: Carriage) -> None:
    """The work plan, its milestones and deliverables; a leader that is not asked again is left to be named."""
    for package in carriage.old.packages.order_by("number"):
        made = _twin(package, application_id=carriage.new.pk, leader_id=carriage.member(package.leader_id))
        made.save()
        carriage.packages[package.pk] = made
        carriage.stand("packages", [made], [package])
    dated: list[tuple[Any, str]] = [(Milestone, "milestones"), (Deliverable, "deliverables")]
    for noun, section in dated:
        held = list(noun.objects.filter(work_package__in=carriage.packages).order_by("pk"))
        twins = noun.objects.bulk_create(
            _twin(row, work_package_id=carriage.packages[row.work_package_id].pk) for row in held
        )
        carriage.stand(section, twins, held)


def carry_budgets(carriage: Carriage) -> None:
    """Of the members asked again: their expenses, and their funding plan with the terms they declared."""
    lines = BudgetLine.objects.filter(membership__in=carriage.members).order_by("pk")
    BudgetLine.objects.bulk_create(
        _twin(
            line,
            membership_id=carriage.member(line.membership_id),
            work_package_id=carriage.packages[line.work_package_id].pk if line.work_package_id else None,
        )
        for line in lines
    )
    FundingPlan.objects.bulk_create(
        _twin(plan, membership_id=carriage.member(plan.membership_id))
        for plan in FundingPlan.objects.filter(membership__in=carriage.members).order_by("pk")
    )


def carry_mesh(carriage: Carriage) -> None:
    """The warehouses with the state of their common core, who does which function where, and the matchings planned."""
    made: dict[int, Warehouse] = {}
    for warehouse in carriage.old.warehouses.order_by("pk"):
        made[warehouse.pk] = _twin(
            warehouse, application_id=carriage.new.pk, membership_id=carriage.member(warehouse.membership_id)
        )
        made[warehouse.pk].save()
        carriage.stand("warehouses", [made[warehouse.pk]], [warehouse])
    states = SocleState.objects.filter(warehouse__in=made).order_by("pk")
    SocleState.objects.bulk_create(_twin(state, warehouse_id=made[state.warehouse_id].pk) for state in states)
    for placement in carriage.old.functions.prefetch_related("warehouses").order_by("pk"):
        twin = _twin(placement, application_id=carriage.new.pk)
        twin.save()
        twin.warehouses.set([made[held.pk] for held in placement.warehouses.all()])
    matchings = list(carriage.old.matchings.order_by("pk"))
    twins = Matching.objects.bulk_create(
        _twin(
            held,
            application_id=carriage.new.pk,
            warehouse_id=made[held.warehouse_id].pk if held.warehouse_id else None,
        )
        for held in matchings
    )
    carriage.stand("matchings", twins, matchings)


def carry_governance(carriage: Carriage) -> None:
    for held in Governance.objects.filter(application=carriage.old):
        _twin(held, application_id=carriage.new.pk).save()


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
    carry_packages,  # after members, who lead them
    carry_budgets,  # after members and packages
    carry_mesh,  # after members, who hold the warehouses
    carry_governance,
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
    record(
        "application.carried",
        new,
        by=by,
        at=at,
        carried_from=application.pk,
        members=len(carriage.members),
        rows={section: {str(made): old for made, old in pairs.items()} for section, pairs in carriage.rows.items()},
    )
    record("application.carried_on", application, by=by, at=at, carried_to=new.pk, wave=wave.pk)
    return new
