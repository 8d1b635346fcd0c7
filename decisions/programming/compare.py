"""Two plans of a wave side by side: who enters, who leaves, whose aid changes, in cents."""

from dataclasses import dataclass

from .plan import Plan, Row


@dataclass(frozen=True)
class Change:
    """A dossier that both keep, its aid in each; `moved`: the same cents, on other sources or members."""

    row: Row
    before: int
    after: int

    @property
    def cents(self) -> int:
        return self.after - self.before

    @property
    def moved(self) -> bool:
        return self.after == self.before


@dataclass(frozen=True)
class Difference:
    """`cents`: what the second takes beyond the first; entering − leaving + changing."""

    enters: tuple[Row, ...]
    leaves: tuple[Row, ...]
    changes: tuple[Change, ...]
    cents: int


def compare(first: Plan, second: Plan) -> Difference:
    """From the first to the second, both over the same ranked dossiers."""
    before = {row.application: row for row in first.standing}
    after = {row.application: row for row in second.standing}
    both = [row for key, row in after.items() if key in before]
    return Difference(
        enters=tuple(row for key, row in after.items() if key not in before),
        leaves=tuple(row for key, row in before.items() if key not in after),
        changes=tuple(
            Change(row, before[row.application].cents, row.cents)
            for row in both
            if set(row.parts) != set(before[row.application].parts)
        ),
        cents=sum(row.cents for row in after.values()) - sum(row.cents for row in before.values()),
    )
