"""Verbs of the work plan: its packages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import Application, BudgetLine, Membership, WorkPackage
from .hold import hold_section
from .rows import Reads, save_row

MOST_PACKAGES = 20


@transaction.atomic
def save_work_package(
    application: Application,
    *,
    title: str,
    summary: str = "",
    leader: Membership | None = None,
    starts_month: int | None = None,
    ends_month: int | None = None,
    order: int | None = None,
    package: WorkPackage | None = None,
    by: Any,
    at: datetime | None = None,
    read: Reads = None,
) -> WorkPackage:
    """Adds a work package, numbered after the last, or changes `package`, which keeps its number.

    Months count from the first of the project; `order` places it in the list (by default, at its number).
    """
    at = hold_section(application, at, by, "packages")
    package = application.packages.get(pk=package.pk) if package is not None else _new(application)
    values = {
        "title": title,
        "summary": summary,
        "leader": leader,
        "starts_month": starts_month,
        "ends_month": ends_month,
        "order": order if order is not None else package.order,
    }
    save_row(application, "packages", package.pk, values, read, by, at)
    record("application.edited", application, by=by, at=at, section="work_packages", package=package.pk)
    package.refresh_from_db()
    return package


def _new(application: Application) -> WorkPackage:
    if application.packages.count() >= MOST_PACKAGES:
        raise Refused(_("Un dossier compte %(most)s lots au plus.") % {"most": MOST_PACKAGES}, code="E03")
    number = (application.packages.aggregate(last=Max("number"))["last"] or 0) + 1
    return application.packages.create(number=number, order=number)


@transaction.atomic
def remove_work_package(package: WorkPackage, *, by: Any, at: datetime | None = None) -> None:
    """Takes out a package on which nobody spends any more: expenses are moved by those they belong to, never by this."""
    application = package.application
    at = hold_section(application, at, by, "packages")
    number = package.pk
    held = BudgetLine.objects.filter(work_package=number)
    names = list(
        held.filter(membership__state="accepted")
        .order_by("membership__establishment__name")
        .values_list("membership__establishment__name", flat=True)
        .distinct()
    )
    if names:
        raise Refused(
            _("Des dépenses sont inscrites sur ce lot (%(names)s) : déplacez-les d’abord.")
            % {"names": ", ".join(names)},
            code="E05",
        )
    held.delete()  # of establishments that have left the consortium
    application.packages.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="work_packages", removed=number)
