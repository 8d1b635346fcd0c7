"""What an award says, read for the frozen act: who is given what for which expense, on which budget, paid when, on which evidence.

Pure reading, of the deposited version, the proposal and the dated settings. Cents, basis points, ISO days.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application, BudgetLine, Version
from calls.models import AidRate
from calls.models.letters import IMPUTATION
from funding.models import Ceiling

from .models import Proposal, ProposalShare

WHOLE = 10_000  # basis points


def facts(application: Application, proposal: Proposal, terms: dict[str, str], at: datetime) -> dict[str, Any]:
    """The five blocks of décret n° 2018-514 art. 8, and what the letter says beside them."""
    version = application.version
    assert version is not None
    content = version.content
    identity, by_member = content["identity"], {m["establishment"]: m for m in content["members"]}
    shares = sorted(proposal.parts, key=lambda share: (share.establishment_id, share.line_id))
    ceilings = _in_force(shares, identity["months"] or 0, at)
    return {
        "beneficiaries": [_beneficiary(share, by_member.get(share.establishment_id)) for share in shares],
        "parts": [*_parts(shares, by_member)],
        "project": {
            "title": identity["title"],
            "goal": identity["goal"],
            "expense_cents": content["totals"]["expenses_cents"],
        },
        "amount": {
            "max_cents": proposal.cents,
            "requested_cents": content["totals"]["aid_cents"],
            "method": _(
                "montant maximal, ramené au taux appliqué à la dépense réelle éligible si elle est moindre (art. 10)"
            ),
        },
        "calendar": {
            "starts_on": identity["starts_on"],
            "months": identity["months"],
            "ends_on": end(identity["starts_on"], identity["months"]),
        },
        "payment": {
            "ceilings": [_ceiling(one) for one in ceilings],
            "schedule": [_instalments(share, ceilings) for share in shares],
            "recovery": _(
                "reversement total ou partiel si l’objet ou l’affectation change sans autorisation, si le plafond d’aides publiques est dépassé, ou si l’opération n’est pas réalisée dans les délais (art. 14)"
            ),
        },
        "imputations": [*_imputations(shares, terms)],
        "budget": budget(version),
    }


def _beneficiary(share: ProposalShare, member: dict[str, Any] | None) -> dict[str, Any]:
    """What an establishment is given on one line, and what it had said it would spend."""
    return {
        "name": share.establishment.name,
        "siret": share.establishment.siret,
        "finess": share.establishment.finess or "",
        "cents": share.cents,
        "line": share.line.code,
        "line_label": share.line.label,
        "fictitious": share.establishment.fictitious,
        "expense_cents": _expense(member),
    }


def _expense(member: dict[str, Any] | None) -> int:
    return sum(line["cents"] for line in member["lines"]) if member else 0


def _parts(shares: list[ProposalShare], by_member: dict[int, Any]) -> Iterable[dict[str, Any]]:
    """Each establishment once, whatever the number of its sources: its expense, its rate, its part, its regime."""
    regimes = {str(value): str(label) for value, label in AidRate.Regime.choices}
    for pk in dict.fromkeys(share.establishment_id for share in shares):
        own = [share for share in shares if share.establishment_id == pk]
        member = by_member.get(pk)
        cents, expense = sum(share.cents for share in own), _expense(member)
        yield {
            "name": own[0].establishment.name,
            "siret": own[0].establishment.siret,
            "finess": own[0].establishment.finess or "",
            "fictitious": own[0].establishment.fictitious,
            "expense_cents": expense,
            "cents": cents,
            "rate_bp": rate_bp(cents, expense),
            "rate": percent(rate_bp(cents, expense)) if expense else "–",
            "regime": regimes.get(member["declared"]["regime"], "") if member else "",
        }


def rate_bp(cents: int, expense_cents: int) -> int:
    """The rate of a part, in basis points, rounded up: the expense as it was planned reaches the maximum, which caps it (art. 10).

    Never above the rate of the call, a whole number of basis points, when the part is not above it. 0 without an expense.
    """
    return -(-cents * WHOLE // expense_cents) if expense_cents else 0


# ── how it is paid ───────────────────────────────────────────────────────────────────────────────────────────────────
def _in_force(shares: list[ProposalShare], months: int, at: datetime) -> list[Ceiling]:
    rules = (Ceiling.Rule.ADVANCE, Ceiling.before_balance(months))
    found = Ceiling.objects.filter(during__contains=at, line__in={share.line_id for share in shares}, rule__in=rules)
    return list(found.select_related("line").order_by("line_id", "rule"))


def _ceiling(ceiling: Ceiling) -> dict[str, Any]:
    return {
        "line": ceiling.line.code,
        "line_label": ceiling.line.label,
        "rule": ceiling.rule,
        "label": ceiling.get_rule_display(),
        "rate_bp": ceiling.rate_bp,
        "rate": percent(ceiling.rate_bp),
        "source": ceiling.source,
    }


def _instalments(share: ProposalShare, ceilings: list[Ceiling]) -> dict[str, Any]:
    """The most that may be paid of one part before each piece of evidence: Σ = the part, to the cent."""
    held = {one.rule == Ceiling.Rule.ADVANCE: one.rate_bp for one in ceilings if one.line_id == share.line_id}
    before = share.cents * held.get(False, WHOLE) // WHOLE
    advance = min(share.cents * held.get(True, 0) // WHOLE, before)
    return {
        "name": share.establishment.name,
        "line_label": share.line.label,
        "advance_cents": advance,
        "interim_cents": before - advance,
        "balance_cents": share.cents - before,
        "cents": share.cents,
    }


def _imputations(shares: list[ProposalShare], terms: dict[str, str]) -> Iterable[dict[str, Any]]:
    """Each source once: what it pays of the award, and where it stands in the budget, as far as the terms say it."""
    for line in dict.fromkeys(share.line for share in shares):
        yield {
            "line": line.code,
            "line_label": line.label,
            "cents": sum(share.cents for share in shares if share.line_id == line.pk),
            **{name: terms.get(f"{name}_{line.code}", "") for name in IMPUTATION},
        }


# ── what it is given for ─────────────────────────────────────────────────────────────────────────────────────────────
def budget(version: Version) -> dict[str, Any]:
    """{years, members: [{name, rows: [{label, years: [cents], cents}], years, cents}]} of the deposited version, category by category."""
    members = version.content["members"]
    years = sorted({line["year"] for member in members for line in member["lines"]})
    return {"years": years, "members": [_budget_of(member, years) for member in members]}


def _budget_of(member: dict[str, Any], years: list[int]) -> dict[str, Any]:
    labels = {str(value): str(label) for value, label in BudgetLine.Category.choices}
    cells: dict[tuple[str, int], int] = {}
    for line in member["lines"]:
        key = (line["category"], line["year"])
        cells[key] = cells.get(key, 0) + line["cents"]
    used = [category for category in labels if any(category == of for of, _year in cells)]
    rows = {name: [cells.get((name, year), 0) for year in years] for name in used}
    totals = [sum(of) for of in zip(*rows.values(), strict=True)] if rows else [0] * len(years)
    return {
        "name": member["name"],
        "rows": [{"label": labels[name], "years": of, "cents": sum(of)} for name, of in rows.items()],
        "years": totals,
        "cents": sum(totals),
    }


def end(starts_on: str | None, months: int | None) -> str | None:
    """The planned last day, or None when the deposited version does not tell."""
    if not starts_on or not months:
        return None
    first = date.fromisoformat(starts_on)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    after = date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
    return (after - timedelta(days=1)).isoformat()


def percent(bp: int) -> str:
    """« 25 % » or « 12,50 % » of basis points."""
    whole, rest = divmod(bp, 100)
    return f"{whole},{rest:02d}\u00a0%" if rest else f"{whole}\u00a0%"
