"""Panels other pages draw: the public page of the call, the ruling on a dossier, what waits for the admissibility."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from directory.models import Establishment

from . import clocks, grid, permissions
from .models import (
    Admissibility,
    Application,
    Call,
    CallSettings,
    ComplementRequest,
    Membership,
    Postponement,
    Side,
    Thread,
    Wave,
    unread_count,
)
from .models.dossier import ApplicationQuerySet


def call_page(call: Call, now: datetime) -> dict[str, Any]:
    """What applications/state/call_page.html shows of a published call, for anyone. Six queries; adds no envelope."""
    put_off = Prefetch("postponements", Postponement.objects.order_by("pk"))
    waves = list(call.waves.select_related("settings").prefetch_related(put_off).order_by("number"))
    current = current_wave(waves, now)
    settings = current.settings
    criteria = list(settings.criteria.order_by("number"))
    return {
        "call": call,
        "now": now,
        "settings": settings,
        "assumed": frozenset(settings.assumed),
        "wave": current,
        "open": current.opens_at <= now < current.closes_at,
        "form": settings.printouts.filter(application=None, document__isnull=False).select_related("document").first(),
        "calendar": [_wave_dates(wave, now) for wave in waves],
        "criteria": criteria,
        "total_weight": sum(criterion.weight for criterion in criteria),
        "heaviest": max((criterion.weight for criterion in criteria), default=1),
        "pieces": list(settings.pieces.order_by("-required", "order", "code")),
        "rates": _rates(settings),
        "members_may_be": [str(Establishment.Kind(kind).label) for kind in ("public", "private", "gcs")],
    }


def current_wave(waves: list[Wave], now: datetime) -> Wave:
    """The wave that is open, else the next to open, else the last. A published call has at least one (S05)."""
    return next((wave for wave in waves if now < wave.closes_at), waves[-1])


def _wave_dates(wave: Wave, now: datetime) -> dict[str, Any]:
    """A wave with its legal dates, as though deposited at its cut-off; `standing`: past, open or coming."""
    periods = clocks.periods(
        wave.closes_at,
        wave.closes_at,
        admissibility_months=wave.settings.admissibility_months,
        decision_months=wave.settings.decision_months,
    )
    standing = "past" if now >= wave.closes_at else "open" if now >= wave.opens_at else "coming"
    return {"wave": wave, "standing": standing, "periods": periods}


def _rates(settings: CallSettings) -> list[dict[str, Any]]:
    labels = dict(Establishment.Kind.choices)
    return [
        {"kind": rate.kind, "label": labels.get(rate.kind, rate.kind), "percent": rate.rate_bp / 100}
        for rate in settings.rates.filter(regime="").order_by("-rate_bp", "kind")
    ]


# ── admissibility: the piles of its page, which the home shows ──────────────────────────────────────────────────────
PROPOSED = Admissibility.objects.filter(application=OuterRef("pk"), state="proposed")
RETURNED = Admissibility.objects.filter(application=OuterRef("pk"), state="returned")
ASKED = ComplementRequest.objects.filter(application=OuterRef("pk"), state="asked")


def in_admissibility(user: Any) -> ApplicationQuerySet:
    """Every deposited dossier with its place in the circuit; the deadline follows the cut-off, so dates sort it."""
    return (
        Application.objects.visible_to(user)
        .exclude(submitted_at=None)
        .annotate(
            has_opinion=Exists(PROPOSED),
            was_returned=Exists(RETURNED),
            is_completed=Exists(ASKED),
            is_mine=Exists(PROPOSED.filter(proposed_by=user)),
            unread=unread_count(user, Side.SERVICE, thread__application=OuterRef("pk")),
        )
    )


def asked_before_deposit(user: Any) -> QuerySet[Any]:
    """The exchanges of the dossiers that are not deposited, for who answers them, each with how many messages wait (`unread`)."""
    heard = Application.objects.filter(submitted_at=None).heard_by(user)
    held = Thread.objects.filter(application__in=heard.order_by().values("pk"))
    return held.annotate(unread=unread_count(user, Side.SERVICE, thread=OuterRef("pk")))


def admissibility_piles(now: datetime) -> dict[str, tuple[str, Q]]:
    """The piles: their words and what is in them. Nobody may rule while complements are awaited."""
    waiting = Q(state="submitted", wave__closes_at__lte=now)
    return {
        "examiner": (_("À examiner"), waiting & Q(has_opinion=False, is_completed=False)),
        "complements": (_("Compléments attendus"), waiting & Q(is_completed=True)),
        "valider": (_("À valider"), waiting & Q(has_opinion=True)),
        "rendus": (_("Avis rendus"), Q(state__in=("admissible", "inadmissible", "ineligible", "closed"))),
        "a-venir": (_("Relève ouverte"), Q(state="submitted", wave__closes_at__gt=now)),
    }


RULED = (
    Application.State.ADMISSIBLE,
    Application.State.INADMISSIBLE,
    Application.State.INELIGIBLE,
    Application.State.CLOSED,
)


def ruling(application: Application) -> Admissibility | None:
    """What made a dossier admissible or not, for applications/state/_ruling.html; one query, none before the ruling."""
    if application.state not in RULED:
        return None
    return application.admissibilities.filter(state__in=("validated", "deemed")).first()


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
