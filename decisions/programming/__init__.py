"""What a cut-off makes of a ranked wave: pure arithmetic in whole cents, no query, no clock."""

from .compare import Change, Difference, compare
from .plan import Fund, Member, Part, Plan, Row, Standing, drafted, plan, spread

__all__ = [
    "Change",
    "Difference",
    "Fund",
    "Member",
    "Part",
    "Plan",
    "Row",
    "Standing",
    "compare",
    "drafted",
    "plan",
    "spread",
]
