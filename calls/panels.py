"""Panels other pages draw: the public page of the call."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from directory.models import Establishment

from . import clocks
from .models import Call, CallSettings, Postponement, Wave


def call_page(call: Call, now: datetime) -> dict[str, Any]:
    """What calls/call_page.html shows of a published call, for anyone. Five queries; neither its envelope nor its blank form."""
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
