"""The arithmetic of small drawings (bars, gauge): widths in a fixed box, so that a template only writes them out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from edsh_portal.numbers import money, percent

register = template.Library()
BOX = 1000  # width of the drawing in its own units


@register.filter
def drawn_bars(bars: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """[{label, value, text, highlight}] → the same with `width` out of BOX; every bar starts from zero."""
    kept = list(bars or [])
    largest = max((bar["value"] for bar in kept), default=0) or 1
    return [
        {
            "label": bar["label"],
            "text": bar.get("text", bar["value"]),
            "width": round(BOX * max(bar["value"], 0) / largest),
            "class": "highlight" if bar.get("highlight") else "bar",
        }
        for bar in kept
    ]


@register.filter
def drawn_gauge(parts: Iterable[Mapping[str, Any]], total: int) -> dict[str, Any]:
    """[{label, cents}] of `total` cents → rectangles side by side, what is left, and one sentence for who cannot see."""
    drawn: list[dict[str, Any]] = []
    begin = spent = 0
    for rank, part in enumerate(parts or []):
        spent += part["cents"]
        end = min(BOX, _share(spent, total, BOX))
        share = _percent(part["cents"], total)
        drawn.append({**part, "rank": min(rank, 4), "x": begin, "width": end - begin, "percent": share})
        begin = end
    left = total - spent
    sentences = [f"{part['label']} {money(part['cents'])}, {percent(part['percent'])}" for part in drawn]
    left_share = _percent(left, total)
    sentences.append(_("reste %(left)s, %(share)s") % {"left": money(left), "share": percent(left_share)})
    return {"parts": drawn, "left": left, "left_percent": left_share, "says": " ; ".join(sentences)}


def _share(cents: int, total: int, of: int) -> int:
    return round(of * cents / total) if total else 0


def _percent(cents: int, total: int) -> Decimal:
    """Percents with one decimal, exact before rounding."""
    return (Decimal(100 * cents) / total).quantize(Decimal("0.1")) if total else Decimal(0)
