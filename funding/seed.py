"""The two sources of the real call, their ceilings and the versions of its envelope, built through verbs.

Public: 40 M€ (France 2030) + 35 M€ (ONDAM) in the end (gnius.esante.gouv.fr, 14/12/2023); 50 M€ at the start. The split of
the 50 M€ and every year's CP are not public: fictitious, and shown so.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from edsh_portal import acts

from .actions import propose_ceiling, propose_envelope
from .models import Ceiling, Envelope, Line

M = 1_000_000_00
LINES = (("FR2030", gettext_noop("France 2030")), ("ONDAM", gettext_noop("ONDAM")))
CEILINGS = (
    ("FR2030", Ceiling.Rule.ADVANCE, 2500, "France 2030 : avance de 25 % au plus à la notification"),
    ("ONDAM", Ceiling.Rule.ADVANCE, 3000, "Décret n° 2018-514, art. 12 : avance de 30 % au plus"),
    ("FR2030", Ceiling.Rule.BEFORE_BALANCE, 8000, "France 2030 : solde de 20 % au moins"),
    ("ONDAM", Ceiling.Rule.BEFORE_BALANCE, 8000, "Décret n° 2018-514, art. 12 : avance et acomptes, 80 % au plus"),
    ("FR2030", Ceiling.Rule.BEFORE_BALANCE_LONG, 8000, "France 2030 : solde de 20 % au moins"),
    ("ONDAM", Ceiling.Rule.BEFORE_BALANCE_LONG, 9000, "Décret n° 2018-514, art. 12 : 90 % au-delà de 48 mois"),
)
FIRST = {
    "FR2030": (30 * M, {2023: 12 * M, 2024: 10 * M, 2025: 8 * M}),
    "ONDAM": (20 * M, {2023: 8 * M, 2024: 7 * M, 2025: 5 * M}),
}
FINAL = {
    "FR2030": (40 * M, {2023: 12 * M, 2024: 14 * M, 2025: 9 * M, 2026: 5 * M}),
    "ONDAM": (35 * M, {2023: 8 * M, 2024: 12 * M, 2025: 9 * M, 2026: 6 * M}),
}


@transaction.atomic
def seed_funding(call: Any, *, proposer: Any, by: Any, at: datetime | None = None) -> Envelope:
    """Lines, ceilings and the first envelope of 50 M€: `proposer` proposes each act, `by` approves it."""
    lines = {code: Line.objects.create(call=call, code=code, label=label) for code, label in LINES}
    since = datetime(2022, 1, 1, tzinfo=UTC)
    for code, rule, rate_bp, source in CEILINGS:
        asked = propose_ceiling(lines[code], rule, rate_bp, source=source, since=since, by=proposer, at=at)
        acts.approve(asked, by=by, at=at)
    act = "Cahier des charges du 22/07/2022 (répartition entre sources et crédits annuels fictifs)"
    shares = _shares(lines, FIRST, public=False)
    return acts.approve(propose_envelope(call, act=act, shares=shares, by=proposer, at=at), by=by, at=at)


def raise_to_final(call: Any, *, proposer: Any, by: Any, at: datetime | None = None) -> Envelope:
    """The second version: 75 M€, of which the split between sources is public."""
    lines = {line.code: line for line in Line.objects.filter(call=call)}
    act = "Relèvement à 75 M€ : 40 M€ France 2030 et 35 M€ ONDAM (crédits annuels fictifs)"
    shares = _shares(lines, FINAL, public=True)
    return acts.approve(propose_envelope(call, act=act, shares=shares, by=proposer, at=at), by=by, at=at)


def _shares(lines: dict[str, Line], amounts: dict[str, tuple[int, dict[int, int]]], *, public: bool) -> list[Any]:
    return [
        (lines[code], year, cents, year is not None or not public)
        for code, (ae, years) in amounts.items()
        for year, cents in [(None, ae), *years.items()]
    ]
