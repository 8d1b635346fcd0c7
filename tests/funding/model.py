"""What the ledger should do, said again in plain arithmetic: running totals per act, what is left as differences.

Nothing is taken from funding/: no accounts, no movements, no transfers. An act adds to totals; it is allowed when no
remainder falls below zero.
"""

from collections import Counter
from typing import Any


class Model:
    """Totals of one line. Keys are tuples: ("held", grant), ("promised", share), ("certified", instalment), …"""

    def __init__(self, shares: dict[int, list[int]]):
        self.instalments = shares  # share -> its instalments
        self.totals: Counter[tuple[Any, ...]] = Counter()
        self.years: set[int] = set()
        self.engaged_in: dict[int, int] = {}
        self.hands: dict[int, dict[int, str]] = {}
        self.undone: set[int] = set()
        self.closed: set[int] = set()
        self.done: dict[str, tuple[int, object]] = {}

    def left(self, totals: Counter[tuple[Any, ...]] | None = None) -> dict[str, int]:
        """Every remainder of the line by name; each must be ≥ 0 (« budget » ones are what was opened)."""
        t = self.totals if totals is None else totals
        out = {
            "ae.available": t["opened",] - sum(n for k, n in t.items() if k[0] in ("held", "promised")) - t["lapsed",],
            "ae.budget": t["opened",],
            "ae.lapsed": t["lapsed",],
        }
        for key, n in t.items():
            if key[0] == "held":
                out[f"ae.reserved:{key[1]}"] = n
        for share, instalments in self.instalments.items():
            out[f"ae.engaged:{share}"] = t["promised", share] - sum(t["certified", i] for i in instalments)
            out[f"ae.paid:{share}"] = sum(t["paid", i] for i in instalments) - t["recovered", share]
            out[f"ae.recovered:{share}"] = t["recovered", share]
            for i in instalments:
                out[f"ae.certified:{i}"] = t["certified", i] - t["ordered", i]
                out[f"ae.ordered:{i}"] = t["ordered", i] - t["paid", i]
        for year in self.years:
            taken = sum(n for k, n in t.items() if k[0] == "cp ordered" and k[1] == year)
            gone = taken + t["cp lapsed", year] + t["cp carried", year]
            out[f"cp.available:{year}"] = t["cp opened", year] + t["cp carried", year - 1] - gone
            out[f"cp.budget:{year}"] = t["cp opened", year]
            out[f"cp.brought:{year}"] = t["cp carried", year - 1]
            out[f"cp.carried:{year}"] = t["cp carried", year]
            out[f"cp.lapsed:{year}"] = t["cp lapsed", year]
            for share, instalments in self.instalments.items():
                out[f"cp.paid:{year}:{share}"] = sum(t["cp paid", year, i] for i in instalments)
                for i in instalments:
                    out[f"cp.ordered:{year}:{i}"] = t["cp ordered", year, i] - t["cp paid", year, i]
        return out

    def missing(self, delta: dict[tuple[Any, ...], int]) -> int:
        """By how many cents the act would go below zero, 0 when it is allowed."""
        after = self.totals.copy()
        for key, cents in delta.items():
            after[key] += cents
        before = self.left()
        return max(0, *(-n for name, n in self.left(after).items() if n < before.get(name, 0)), 0)

    def apply(self, delta: dict[tuple[Any, ...], int]) -> None:
        for key, cents in delta.items():
            self.totals[key] += cents

    def assert_invariants(self) -> None:
        """I01–I08 on the totals themselves, not on accounts."""
        t = self.totals
        committed = sum(n for k, n in t.items() if k[0] in ("held", "promised")) + t["lapsed",]
        assert committed <= t["opened",]  # I01, I08
        for year in self.years:
            paid = sum(n for k, n in t.items() if k[0] == "cp paid" and k[1] == year)
            assert paid <= t["cp opened", year] + t["cp carried", year - 1]  # I02
        for year in self.closed:
            assert self.left()[f"cp.available:{year}"] == 0  # I15
        for share, instalments in self.instalments.items():
            paid = sum(t["paid", i] for i in instalments)
            assert 0 <= paid <= t["promised", share]  # I03
            assert 0 <= t["recovered", share] <= paid  # I07
            assert all(0 <= t["paid", i] <= t["ordered", i] <= t["certified", i] for i in instalments)  # I04
        for i in (i for of in self.instalments.values() for i in of):
            assert t["paid", i] == sum(
                n for k, n in t.items() if k[0] == "cp paid" and k[2] == i
            )  # AE and CP move together
