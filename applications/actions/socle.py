"""The verb of the common core: how far each item has come in one warehouse."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from ..models import SocleItem, SocleState, Warehouse
from ..socle import RANK, VERSION
from .hold import hold_for_edit
from .said import choice


@transaction.atomic
def save_socle(
    warehouse: Warehouse,
    states: Mapping[str, tuple[str, str]],
    *,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Present and target stages of the items given, {number: (now, target)}; the others stay as they are.

    « » says nothing; refused, on « number-target », is a target that falls back behind what is there.
    """
    application = warehouse.application
    at = hold_for_edit(application, at, by, key="mesh")
    items = dict(SocleItem.objects.filter(version=VERSION, number__in=states).values_list("number", "pk"))
    for number, (now, target) in states.items():
        if number not in items:
            raise Refused(_("Cet élément n’est pas du socle commun."), code="E05", field=f"{number}-now")
        _check(number, now, target)
    said = {items[number]: pair for number, pair in states.items()}
    warehouse.states.filter(item__in=[pk for pk, pair in said.items() if not any(pair)]).delete()
    SocleState.objects.bulk_create(
        [SocleState(warehouse=warehouse, item_id=pk, now=n, target=t) for pk, (n, t) in said.items() if n or t],
        update_conflicts=True,
        unique_fields=["warehouse", "item"],
        update_fields=["now", "target"],
    )
    record("application.edited", application, by=by, at=at, section="socle", warehouse=warehouse.pk, items=len(states))


def _check(number: str, now: str, target: str) -> None:
    choice(now, RANK, field=f"{number}-now")
    choice(target, RANK, field=f"{number}-target")
    if now and target and RANK[target] < RANK[now]:
        raise Refused(
            _("%(number)s : la cible est en deçà de l’état actuel.") % {"number": number},
            code="E08",
            field=f"{number}-target",
        )
