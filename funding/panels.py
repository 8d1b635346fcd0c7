"""What other pages show of the money: the envelope's gauge per source, and the queue of who certifies, orders, pays."""

from typing import Any

from django.db.models import Sum

from applications.models import Call
from edsh_portal.access import roles

from . import ledger
from .models import Account, Envelope, Instalment, Line

# What each finance role finds in its queue: the state it moves from.
QUEUES = {"certifier": "planned", "orderer": "certified", "payer": "ordered"}


def current_call() -> Call | None:
    """The call the portal runs: the last published."""
    return Call.objects.order_by("-published_at", "-id").first()


def envelope_gauge() -> list[dict[str, Any]]:
    """One entry a line: its figures in cents, the parts of its gauge, and its accounts by family (three queries in all)."""
    codes: dict[int, dict[str, str]] = {}
    plain = Account.objects.filter(family__in=("ae.budget", "ae.available", "ae.lapsed", "cp.budget", "cp.available"))
    for account in plain.order_by("pk"):
        codes.setdefault(account.line_id, {})[account.code.replace(f":{account.line_id}", "", 1)] = account.code
    found = []
    lines = list(Line.objects.order_by("call_id", "code"))
    all_stand = ledger.summaries(line.pk for line in lines)
    for line in lines:
        stands = all_stand[line.pk]
        years = [
            {"year": year, **of, "budget_code": f"cp.budget:{line.pk}:{year}", "available_code": f"cp.available:{line.pk}:{year}"}
            for year, of in sorted(stands["cp"].items())
        ]
        found.append({"line": line, **stands, "years": years, "codes": codes.get(line.pk, {}), "parts": _parts(stands)})
    return found


def _parts(stands: dict[str, Any]) -> list[dict[str, Any]]:
    from django.utils.translation import gettext as _

    due = stands["engaged"] - stands["paid"] - stands["recovered"]
    return [
        {"label": _("Payé"), "cents": stands["paid"] + stands["recovered"]},
        {"label": _("Engagé, à payer"), "cents": due},
        {"label": _("Réservé"), "cents": stands["reserved"]},
        {"label": _("Caduc"), "cents": stands["lapsed"]},
    ]


def finance_queue(user: Any) -> list[dict[str, Any]]:
    """[{role, state, count, cents}] for the finance roles this person holds."""
    found = []
    for role, state in QUEUES.items():
        if role in roles(user):
            waiting = Instalment.objects.filter(state=state)
            cents = waiting.aggregate(cents=Sum("cents"))["cents"] or 0
            found.append({"role": role, "state": state, "count": waiting.count(), "cents": cents})
    return found


def public_envelope(call: Any) -> dict[str, Any]:
    """The last dated version of the envelope, for the call's public page: {act, opened_at, total_cents, sources: [{label, cents, fictitious}]}."""
    envelope = Envelope.objects.filter(call=call).order_by("-version").first()
    if envelope is None:
        return {}
    shares = envelope.shares.filter(year__isnull=True).select_related("line").order_by("line__code")
    sources = [{"label": s.line.label, "cents": s.cents, "fictitious": s.fictitious} for s in shares]
    return {"act": envelope.act, "opened_at": envelope.opened_at, "total_cents": sum(s["cents"] for s in sources), "sources": sources}
