"""What is read of a spreadsheet: values where they stand, never laid out as a rectangle (docs/decisions/0015)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Uncomputed:
    """A formula whose result the file does not keep (a program wrote it, no spreadsheet has opened it since): no value at all."""

    formula: str

    def __str__(self) -> str:
        return f"={self.formula}"


HIDDEN, VERY_HIDDEN = "hidden", "veryHidden"  # as XLSX says it
Value = str | Decimal | bool | date | Uncomputed


@dataclass
class Table:
    """One sheet: values by place, (row, column) from 0; what is empty is absent.

    `hidden` is "", HIDDEN or VERY_HIDDEN (which no menu of a spreadsheet shows again); `hidden_rows` and `hidden_columns` are
    those that hold something and that nobody sees: hidden, folded, filtered out, or of no height or width.
    """

    name: str
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    hidden: str = ""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def at(self, row: int, column: int) -> Value | None:
        return self.cells.get((row, column))

    def text(self, row: int, column: int) -> str:
        """The value as a text without spaces around, "" when there is none."""
        value = self.cells.get((row, column))
        return "" if value is None else str(value).strip()


@dataclass(frozen=True)
class Workbook:
    tables: tuple[Table, ...]

    @property
    def names(self) -> list[str]:
        return [table.name for table in self.tables]
