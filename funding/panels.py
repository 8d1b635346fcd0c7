"""What funding offers to pages composed above it: the public envelope of the call."""

from typing import Any

from .models import Envelope


def public_envelope(call: Any) -> dict[str, Any] | None:
    """The last dated version of the envelope: {version, act, opened_at, cents, lines: [{label, cents, fictitious}]}."""
    envelope = Envelope.objects.filter(call=call).order_by("-version").first()
    if envelope is None:
        return None
    shares = envelope.shares.filter(year__isnull=True).select_related("line").order_by("line__code")
    lines = [{"label": s.line.label, "cents": s.cents, "fictitious": s.fictitious} for s in shares]
    return {
        "version": envelope.version, "act": envelope.act, "opened_at": envelope.opened_at,
        "cents": sum(line["cents"] for line in lines), "lines": lines,
    }
