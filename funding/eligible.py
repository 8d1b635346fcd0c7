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
    """`kept`: {budget line: cents} after R39; `aid_cents`: Σ ⌊rate × kept⌋, under the maximum and under what other public aid leaves."""

    kept: dict[str, int]
    aid_cents: int

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
    public_cents: int = 0,
    others_cents: int = 0,
) -> Final:
    """The final aid on these eligible expenses.

    `transfer_bp`: how far a budget line may pass its amount without an amendment, as the call says (R39). `budget`: {budget line: subsidised expense}; the rate is `most_cents` over its sum. `public_cents`: other public aid of the
    beneficiary, a fixed amount; `others_cents`: the maximum of its other aid of this call, which follows the same expenses.
    """
    base = sum(budget.values())
    counted = kept(eligible, budget, transfer_bp)
    if not base:
        return Final(counted, 0)
    total = sum(counted.values())
    asked = min(most_cents, sum(most_cents * cents // base for cents in counted.values()))
    beside = public_cents + min(others_cents, others_cents * total // base)
    return Final(counted, max(0, min(asked, total - beside)))


def drawn(count: int, sample_bp: int) -> int:
    """How many of so many lines are looked at, for the share that the call says (R85)."""
    return min(count, max(SAMPLE_LEAST, -(-count * sample_bp // WHOLE)))


def sample(seed: str, keys: Iterable[Any], sample_bp: int) -> set[Any]:
    """The lines whose evidence is looked at: those of the lowest SHA-256 of « seed:key », which anybody may compute again."""
    ranked = sorted(keys, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())
    return set(ranked[: drawn(len(ranked), sample_bp)])
