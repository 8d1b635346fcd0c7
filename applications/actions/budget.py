"""Verbs of a member's own part: its work on the warehouse, its expenses and who pays them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import grid, permissions
from ..fields import EUROS
from ..models import BudgetLine, FundingPlan, Membership
from .columns import line_key
from .hold import hold_for_edit
from .rows import Reads
from .writing import Saved, save_fields


@transaction.atomic
def save_work(
    membership: Membership, work: str, *, by: Any, at: datetime | None = None, read: Reads = None
) -> list[Saved]:
    """What a financed member builds (R21)."""
    at = hold_for_edit(membership.application, at, by, permissions.can_edit_member, membership)
    saved = save_fields(membership.application, {f"members.{membership.pk}.work": work}, read, by=by, at=at)
    record("application.edited", membership.application, by=by, at=at, section="work", membership=membership.pk)
    membership.refresh_from_db(fields=["work"])
    return saved


@transaction.atomic
def save_budget(
    membership: Membership,
    cells: Mapping[grid.Key, int],
    plan: Mapping[str, int],
    *,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> list[Saved]:
    """The whole budget of a member: {(work package's number or 0, category, year): cents} and {aid, own, public, other}_cents,
    all ≥ 0; a cell that is not given is emptied. Each amount over the version that was read.

    An unbalanced plan is kept, and so is an aid above the expenses: the checklist says so, and the deposit is refused (R30).
    """
    application = membership.application
    at = hold_for_edit(application, at, by, permissions.can_edit_member, membership, f"budget.{membership.pk}")
    _check_cells(cells)
    written = BudgetLine.objects.filter(membership=membership).select_related("work_package")
    amounts: dict[str, int] = {grid.field(line_key(line)): 0 for line in written}
    amounts |= {grid.field(cell): cents for cell, cents in cells.items()}
    amounts |= {name: int(plan.get(name, 0)) for name in grid.PLAN}
    raws = {f"budget.{membership.pk}.{name}": EUROS.text(cents) for name, cents in amounts.items()}
    saved = save_fields(application, raws, read, by=by, at=at)
    held = FundingPlan.objects.get_or_create(membership=membership)[0]
    record(
        "application.edited",
        application,
        by=by,
        at=at,
        section="budget",
        membership=membership.pk,
        expenses_cents=membership.lines.aggregate(total=Coalesce(Sum("cents"), 0))["total"],
        **{name: getattr(held, name) for name in grid.PLAN},
    )
    return saved


def _check_cells(cells: Mapping[grid.Key, int]) -> None:
    for cell, cents in cells.items():
        if cell[1] not in BudgetLine.Category.values:
            raise Refused(_("Cette catégorie de dépenses n’existe pas."), code="R30", field=grid.field(cell))
        if cents < 0:
            raise Refused(_("Un montant ne peut pas être négatif."), code="R30", field=grid.field(cell))
