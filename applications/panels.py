"""Panels other pages draw: the public page of the call, the ruling on a dossier, what waits for the admissibility."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from calls.models import CallSettings

from . import permissions
from .models import Application, Membership, Printout
from .shapes import grid

# ── admissibility: the piles of its page, which the home shows ──────────────────────────────────────────────────────

# What rooms above show on the pages of a dossier, filled by their panels.py: asked with the dossier itself, {name: an expression,
# of the person's key}; shown on its home, {name: of the dossier}.
MORE: dict[str, Callable[[int], Any]] = {}
HOME: dict[str, Callable[[Application], Any]] = {}


def part_lacks(expenses_cents: int, resources_cents: int, work: str) -> list[str]:
    """What is missing of a member's own part, in words."""
    lacks = []
    if not expenses_cents:
        lacks.append(_("les dépenses"))
    if resources_cents != expenses_cents:
        lacks.append(_("l’équilibre du plan de financement"))
    if not work.strip():
        lacks.append(_("les travaux sur l’entrepôt"))
    return lacks


def own_parts(dossiers: Iterable[Application], establishments: Iterable[int], now: datetime) -> dict[int, list[Any]]:
    """{dossier: [{member, lacks}]} of what these establishments fill as partners, while it may be filled. One query."""
    live = [held.pk for held in dossiers if held.state in permissions.OPEN_STATES and now < held.wave.closes_at]
    rows = Membership.objects.filter(
        application__in=live, establishment__in=establishments, role="partner", state="accepted"
    )
    found: dict[int, list[Any]] = {}
    for member in rows.select_related("establishment", "plan").annotate(spent=Sum("lines__cents")).order_by("pk"):
        plan = getattr(member, "plan", None)
        resources = sum(getattr(plan, name) for name in grid.PLAN) if plan else 0
        lacks = part_lacks(member.spent or 0, resources, member.work)
        found.setdefault(member.application_id, []).append({"member": member, "lacks": lacks})
    return found


def carriage(application: Application, user: Any) -> dict[str, Any]:
    """For applications/_carriage.html: the dossier this one takes up, those that took it up, as this person sees them;
    whether this person may carry it on. One query, none of a dossier that stands alone.
    """
    if application.carried_from_id is None and application.state not in permissions.CARRIED_STATES:
        return {}
    around = Q(carried_from=application) | Q(pk=application.carried_from_id)
    seen = list(Application.objects.visible_to(user).filter(around).select_related("wave").order_by("pk"))
    return {
        "carried_from": next((held for held in seen if held.pk == application.carried_from_id), None),
        "carried_to": [held for held in seen if held.carried_from_id == application.pk],
        "may_carry": permissions.can_carry(user, application),
    }


def blank_form(settings: CallSettings) -> Printout | None:
    """The blank form of a version of the settings, as the public page of the call offers it. One query."""
    return settings.printouts.filter(application=None, document__isnull=False).select_related("document").first()
