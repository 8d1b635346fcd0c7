"""How every page of a dossier finds it: through visibility, then the gate."""

from collections.abc import Callable
from typing import Any

from django.db.models import DateTimeField, Func, OuterRef, Subquery
from django.http import HttpRequest

from edsh_portal.access import fetch

from ..models import AidRate, Application, Membership

NOW = Func(function="portal_now", output_field=DateTimeField())


def the_dossier(request: HttpRequest, reference: str, gate: Callable[[Any, Any], bool] | None = None) -> Application:
    """The dossier with what every page of it shows, and the portal's instant as `now`; 404 unseen, 403 not allowed."""
    rows = Application.objects.select_related("wave__settings", "wave__call", "coordinator", "version").annotate(
        now=NOW
    )
    return fetch(rows, request.user, gate, reference=reference)


def the_member(
    request: HttpRequest, reference: str, pk: int, gate: Callable[[Any, Any], bool] | None = None
) -> Membership:
    """A member of the dossier, with its dossier, its establishment and the aid rate of its kind as `ceiling_bp`."""
    rows = Membership.objects.select_related(
        "application__wave__settings",
        "application__wave__call",
        "application__coordinator",
        "application__version",
        "establishment",
        "plan",
    )
    rate = AidRate.objects.filter(
        settings=OuterRef("application__wave__settings"), kind=OuterRef("establishment__kind")
    )
    rows = rows.annotate(ceiling_bp=Subquery(rate.values("rate_bp")))
    return fetch(rows, request.user, gate, pk=pk, application__reference=reference)
