"""The verb of a member's whole budget, as a sheet or a plan gives it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from ..models import BudgetLine, Membership
from ..shapes import grid
from .columns import line_key
from .rows import Reads, save_row


@transaction.atomic
def save_budget(
    membership: Membership,
    cells: Mapping[grid.Key, int],
    plan: Mapping[str, int],
    *,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> None:
    """The whole budget of a member: {(work package's number or 0, category, year): cents} and {aid, own, public, other}_cents,
    all ≥ 0; a cell that is not given is emptied. Each amount over the version that was read.

    An unbalanced plan is kept, and so is an aid above the expenses: the checklist says so, and the deposit is refused (R30).
    """
    for cell in cells:
        if cell[1] not in BudgetLine.Category.values:
            raise Refused(_("Cette catégorie de dépenses n’existe pas."), code="R30", field=grid.field(cell))
    written = BudgetLine.objects.filter(membership=membership).select_related("work_package")
    amounts = {grid.field(line_key(line)): 0 for line in written}
    amounts |= {grid.field(cell): cents for cell, cents in cells.items()}
    amounts |= {name: plan.get(name, 0) for name in grid.PLAN}
    save_row(membership.application, "budget", row=membership, read=read, by=by, at=at, **amounts)
