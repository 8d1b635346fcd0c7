"""Carrying a dossier that did not succeed to the next wave (R02): a new dossier, with what the old one said.

NOUNS is the list of what is copied, in order; a new noun of the dossier adds its line there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Wave
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..content.fields import PLACED, SECTIONS, One, Section, Several
from ..models import Answer, Application, AssociatedPartner, BudgetLine, FundingPlan, Membership, Piece, SocleState
from ..rules import REGISTER_KINDS
from .consortium import invite_partner
from .dossier import create
from .locks import lock_dossier


@dataclass
class Carriage:
    """One carrying: from a dossier to its new one, and which new row stands for which old one, by the relation of the dossier
    that holds them."""

    old: Application
    new: Application
    by: Any
    at: datetime
    made: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))  # {relation: {old row: new one}}

    def stand(self, relation: str, made: Iterable[Any], old: Iterable[Any]) -> None:
        """The rows `made` stand for the rows `old`, in the same order."""
        self.made[relation] |= {held.pk: new.pk for new, held in zip(made, old, strict=True)}

    def stands(self, relation: str, old: int | None) -> int | None:
        """The new row of an old one; None of one that is not taken up."""
        return self.made[relation].get(old) if old else None


def _twin(row: Any, **changes: Any) -> Any:
    """An unsaved row with every column of this one but its number, and `changes`: a new column is carried of itself."""
    held = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    held.pop(row._meta.pk.attname)
    return type(row)(**held | changes)


def carry_rows(carriage: Carriage, section: Section) -> None:
    """The rows of a section, each in what it stood in, leading to the rows that stand for those it led to."""
    leads = {f"{name}_id": to.among for name, to in section.fields.items() if isinstance(to, One)}
    several = {name: to.among for name, to in section.fields.items() if isinstance(to, Several)}
    leads |= {f"{section.within}_id": section.part} if section.within else {}
    own = {} if section.within else {"application_id": carriage.new.pk}
    held = list(section.rows(carriage.old).prefetch_related(*several).order_by("pk"))
    twins = section.model.objects.bulk_create(
        _twin(row, **own, **{column: carriage.stands(to, getattr(row, column)) for column, to in leads.items()})
        for row in held
    )
    for name, to in several.items():
        for twin, row in zip(twins, held, strict=True):
            getattr(twin, name).set([carriage.stands(to, one.pk) for one in getattr(row, name).all()])
    carriage.stand(section.name, twins, held)


def carry_identity(carriage: Carriage) -> None:
    columns = SECTIONS["identity"].fields
    for name in columns:
        setattr(carriage.new, name, getattr(carriage.old, name))
    carriage.new.save(update_fields=[*columns])


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
    held = list(carriage.old.associated.order_by("pk"))
    twins = AssociatedPartner.objects.bulk_create(_twin(row, application_id=carriage.new.pk) for row in held)
    carriage.stand("associated", twins, held)


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
        carriage.stand("memberships", [made], [member])


def carry_budgets(carriage: Carriage) -> None:
    """Of the members asked again: their expenses, and their funding plan with the terms they declared."""
    members = carriage.made["memberships"]
    lines = BudgetLine.objects.filter(membership__in=members).order_by("pk")
    BudgetLine.objects.bulk_create(
        _twin(
            line,
            membership_id=members[line.membership_id],
            work_package_id=carriage.stands("packages", line.work_package_id),
        )
        for line in lines
    )
    FundingPlan.objects.bulk_create(
        _twin(plan, membership_id=members[plan.membership_id])
        for plan in FundingPlan.objects.filter(membership__in=members).order_by("pk")
    )


def carry_socle(carriage: Carriage) -> None:
    made = carriage.made["warehouses"]
    states = SocleState.objects.filter(warehouse__in=made).order_by("pk")
    SocleState.objects.bulk_create(_twin(state, warehouse_id=made[state.warehouse_id]) for state in states)


def carry_pieces(carriage: Carriage) -> None:
    """Current pieces that the new wave asks for too, pointing to the same documents."""
    asked = dict(carriage.new.wave.settings.pieces.values_list("code", "per_member"))
    current = carriage.old.pieces.filter(replaced_at__isnull=True).order_by("pk")
    Piece.objects.bulk_create(
        Piece(
            application=carriage.new,
            code=piece.code,
            membership_id=carriage.stands("memberships", piece.membership_id),
            document_id=piece.document_id,
            added_by=carriage.by,
            added_at=carriage.at,
        )
        for piece in current
        if asked.get(piece.code) == (piece.membership_id is not None)
        and (piece.membership_id is None or piece.membership_id in carriage.made["memberships"])
    )


# In this order: what leads to a row comes after it.
NOUNS: tuple[Callable[[Carriage], None] | Section, ...] = (
    carry_identity,
    carry_answers,
    carry_associated,
    SECTIONS["projects"],
    SECTIONS["indicators"],
    SECTIONS["perimeters"],
    carry_members,
    SECTIONS["packages"],  # a leader that is not asked again is left to be named
    SECTIONS["milestones"],
    SECTIONS["deliverables"],
    carry_budgets,
    SECTIONS["warehouses"],
    carry_socle,
    PLACED,
    SECTIONS["matchings"],
    SECTIONS["governance"],
    carry_pieces,
)
UNTOLD = ("associated", "functions", "governance")  # no key of a field names one of these rows by its number


@transaction.atomic
def carry_over(application: Application, wave: Wave | None, *, by: Any, at: datetime | None = None) -> Application:
    """A new draft in the next open wave of the call, with the content of this dossier, which stays as it is. Once a wave.

    Refused R02 when no later wave is open, W01 when it was carried there already.
    """
    at = lock_dossier(application, at)
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
    for noun in NOUNS:
        if isinstance(noun, Section):
            carry_rows(carriage, noun)
        else:
            noun(carriage)
    record(
        "application.carried",
        new,
        by=by,
        at=at,
        carried_from=application.pk,
        members=len(carriage.made["memberships"]),
        rows={
            "members" if relation == "memberships" else relation: {str(made): old for old, made in pairs.items()}
            for relation, pairs in carriage.made.items()
            if relation not in UNTOLD
        },
    )
    record("application.carried_on", application, by=by, at=at, carried_to=new.pk, wave=wave.pk)
    return new
