"""Verbs of the work plan: its packages."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import Application, BudgetLine, Membership, WorkPackage
from .dossier import MOST_MONTHS, _text
from .hold import hold_for_edit

MOST_PACKAGES = 20
MOST_ORDER = 999


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
) -> WorkPackage:
    """Adds a work package, numbered after the last, or changes `package`, which keeps its number.

    Months count from the first of the project; `order` places it in the list (by default, at its number).
    """
    at = hold_for_edit(application, at, by)
    package = application.packages.get(pk=package.pk) if package is not None else _new(application)
    if leader is not None and not application.memberships.filter(pk=leader.pk, state="accepted").exists():
        raise Refused(_("Le responsable d’un lot est un membre qui a accepté."), code="E04", field="leader")
    _check_months(starts_month, ends_month)
    if order is not None and not 0 <= order <= MOST_ORDER:
        raise Refused(_("La place va de 0 à %(most)s.") % {"most": MOST_ORDER}, code="E04", field="order")
    package.title = _text(title, field="title", most=160, name=_("Le titre"))
    package.summary = _text(summary, field="summary", most=3000, name=_("Le résumé"), needed=False)
    package.leader, package.starts_month, package.ends_month = leader, starts_month, ends_month
    package.order = order if order is not None else package.order or package.number
    package.save()
    record("application.edited", application, by=by, at=at, section="work_packages", package=package.pk)
    return package


def _new(application: Application) -> WorkPackage:
    if application.packages.count() >= MOST_PACKAGES:
        raise Refused(_("Un dossier compte %(most)s lots au plus.") % {"most": MOST_PACKAGES}, code="E03")
    last = application.packages.aggregate(last=Max("number"))["last"] or 0
    return WorkPackage(application=application, number=last + 1)


def _check_months(first: int | None, last: int | None) -> None:
    for field, month in (("starts_month", first), ("ends_month", last)):
        if month is not None and not 1 <= month <= MOST_MONTHS:
            raise Refused(_("Un mois du projet est un nombre, à partir de 1."), code="E04", field=field)
    if first is not None and last is not None and last < first:
        raise Refused(_("Le dernier mois ne peut pas précéder le premier."), code="E04", field="ends_month")


@transaction.atomic
def remove_work_package(package: WorkPackage, *, by: Any, at: datetime | None = None) -> None:
    """Takes out a package on which nobody spends any more: expenses are moved by those they belong to, never by this."""
    application = package.application
    at = hold_for_edit(application, at, by)
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
