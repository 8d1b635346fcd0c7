"""The arithmetic of claims: what the call keeps of real expenses, the final aid, the lines whose evidence is drawn for a check.

Pure. Whole euro cents, rates in basis points, rounded down. Sources: décret n° 2018-514 art. 10 (final amount, public aid), CALL.md §2.6 I6,
R39 (transfers between budget lines), R85 (sampling).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE = 10_000  # 100 %
SAMPLE_LEAST = 3  # R85: at least so many lines, or all of them, whatever the share that the call says: one alone would prove nothing


@dataclass(frozen=True)
class Final:
    """`kept`: {budget line: cents} after R39; `rated_cents`: Σ ⌊rate × kept⌋, under the maximum: what interim payments may come to;
    `aid_cents`: the same, under what other public aid leaves of the expense."""

    kept: dict[str, int]
    aid_cents: int
    rated_cents: int

    @property
    def kept_cents(self) -> int:
        return sum(self.kept.values())


def kept(eligible: Mapping[str, int], budget: Mapping[str, int], transfer_bp: int) -> dict[str, int]:
    """What counts of each budget line: its eligible expenses, up to its amount and the transfer allowed; nothing of an unplanned line."""
    return {name: min(cents, budget.get(name, 0) * (WHOLE + transfer_bp) // WHOLE) for name, cents in eligible.items()}


def final(
    budget: Mapping[str, int],
    eligible: Mapping[str, int],
    *,
    most_cents: int,
    transfer_bp: int,
    decided_cents: int | None = None,
    public_cents: int = 0,
    others_cents: int = 0,
    others_decided_cents: int | None = None,
) -> Final:
    """The final aid on these eligible expenses.

    `transfer_bp`: how far a budget line may pass its amount without an amendment, as the call says (R39). `budget`: {budget line: subsidised
    expense}; the rate is `decided_cents` over its sum: `most_cents`, unless a stop has lowered the maximum since (art. 10: the rate is the
    decision's). `public_cents`: other public aid of the beneficiary, a fixed amount; `others_cents`: the maximum of its other aid of this
    call, which follows the same expenses at its own rate, `others_decided_cents`.
    """
    base = sum(budget.values())
    counted = kept(eligible, budget, transfer_bp)
    if not base:
        return Final(counted, 0, 0)
    total = sum(counted.values())
    decided = most_cents if decided_cents is None else decided_cents
    beside = others_cents if others_decided_cents is None else others_decided_cents
    rated = min(most_cents, sum(decided * cents // base for cents in counted.values()))
    left = total - public_cents - min(others_cents, beside * total // base)
    return Final(counted, max(0, min(rated, left)), rated)


def drawn(count: int, sample_bp: int) -> int:
    """How many of so many lines are looked at, for the share that the call says (R85)."""
    return min(count, max(SAMPLE_LEAST, -(-count * sample_bp // WHOLE)))


def sample(seed: str, keys: Iterable[Any], sample_bp: int) -> set[Any]:
    """The lines whose evidence is looked at: those of the lowest SHA-256 of « seed:key », which anybody may compute again."""
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())
    return set(ranked[: drawn(len(ranked), sample_bp)])
