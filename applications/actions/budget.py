"""Verbs of a member's own part: its work on the warehouse, its expenses and who pays them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.money import LARGEST, display
from edsh_portal.workflow import Refused

from .. import grid, permissions, rules
from ..models import Application, BudgetLine, FundingPlan, Membership
from .hold import hold_for_edit
from .writing import Saved, save_fields


def years(application: Application) -> list[int]:
    """The civil years a budget may name: those of the project, or from the cut-off for the longest duration allowed."""
    starts_on, most = application.starts_on or application.wave.closes_at.date(), application.wave.settings.max_months
    return list(rules.project_years(starts_on, min(application.months or most, most)))


@transaction.atomic
def save_work(
    membership: Membership, work: str, *, by: Any, at: datetime | None = None, read: Mapping[str, int] | None = None
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
) -> None:
    """Replaces the whole budget of a member: {(work package's number or 0, category, year): cents} and {aid, own, public, other}_cents, all ≥ 0.

    An unbalanced plan is kept (the checklist says so); an aid above the expenses is refused (R33).
    """
    application = membership.application
    at = hold_for_edit(application, at, by, permissions.can_edit_member, membership, f"budget.{membership.pk}")
    packages = dict(application.packages.values_list("number", "pk"))
    _check_cells(cells, {grid.UNALLOTTED, *packages}, set(years(application)))
    amounts = {name: int(plan.get(name, 0)) for name in grid.PLAN}
    for name, cents in amounts.items():
        if not 0 <= cents < LARGEST:
            raise Refused(_("Un montant du plan de financement ne peut pas être négatif."), code="R30", field=name)
    total = sum(cells.values())
    if amounts["aid_cents"] > total:
        raise Refused(
            _("L’aide demandée (%(aid)s) dépasse les dépenses (%(total)s) : abaissez l’aide ou complétez les dépenses.")
            % {"aid": display(amounts["aid_cents"]), "total": display(total)},
            code="R33",
            field="aid_cents",
        )
    membership.lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(
            membership=membership,
            work_package_id=packages.get(package),
            category=category,
            year=year,
            cents=cents,
        )
        for (package, category, year), cents in sorted(cells.items())
        if cents
    )
    FundingPlan.objects.update_or_create(membership=membership, defaults=amounts)
    record(
        "application.edited",
        application,
        by=by,
        at=at,
        section="budget",
        membership=membership.pk,
        expenses_cents=total,
        **amounts,
    )


def _check_cells(cells: Mapping[grid.Key, int], packages: set[int], span: set[int]) -> None:
    for (package, category, year), cents in cells.items():
        field = grid.field((package, category, year))
        if package not in packages:
            raise Refused(_("Le lot %(n)s n’existe pas.") % {"n": package}, code="R30", field=field)
        if category not in BudgetLine.Category.values:
            raise Refused(_("Cette catégorie de dépenses n’existe pas."), code="R30", field=field)
        if not 0 <= cents < LARGEST:
            raise Refused(_("Un montant ne peut pas être négatif."), code="R30", field=field)
        if cents and year not in span:
            raise Refused(
                _(
                    "L’année %(year)s est hors du projet (%(first)s à %(last)s) : déplacez la dépense, ou corrigez les dates du projet."
                )
                % {"year": year, "first": min(span), "last": max(span)},
                code="R35",
                field=field,
            )
