"""The register of what the schema refuses: tests/ground/refused.txt, one line a wall, « table | wall | what it refuses ».

« row » instead of a wall makes a row for a table that the demonstration leaves empty; « equivalent: … » says why nothing that may be
written is refused by this wall (or for this column: « wall column ») alone. Lines are added by `bin/prove mutants --write`, and taken away by hand only.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from .standing import Wall

FILE = Path(__file__).parents[1] / "ground" / "refused.txt"
Key = tuple[str, str]


def lines() -> list[tuple[str, str, str]]:
    found = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(" | ", 2)) for line in found]  # type: ignore[misc]


def said() -> list[tuple[Key, str]]:
    """Each wall with a statement that it refuses; some have several."""
    return [
        ((table, wall), text) for table, wall, text in lines() if wall != "row" and not text.startswith("equivalent:")
    ]


def equivalent() -> dict[Key, str]:
    """(table, wall) → why it refuses nothing alone."""
    return {
        (table, wall): text.removeprefix("equivalent:").strip()
        for table, wall, text in lines()
        if text.startswith("equivalent:")
    }


def unsaid(standing: Mapping[Key, Wall]) -> list[tuple[Wall, list[str]]]:
    """The walls that no line names, and those of which no line names a column that they keep."""
    known, reasons = said(), equivalent()
    found = []
    for key, wall in standing.items():
        statements = " ".join(text for named, text in known if named == key)
        words = set(re.findall(r"\w+", statements))
        columns = [name for name in wall.parts if name not in words and (key[0], f"{key[1]} {name}") not in reasons]
        if key not in reasons and (not statements or columns):
            found.append((wall, columns))
    return found


def made() -> dict[str, list[str]]:
    """table → the rows to make there."""
    found: dict[str, list[str]] = {}
    for table, wall, text in lines():
        if wall == "row":
            found.setdefault(table, []).append(text)
    return found


def add(more: list[tuple[str, str, str]]) -> None:
    """Writes these lines among the others, in their order; comments stay at the top."""
    head = [line for line in FILE.read_text().splitlines() if line.startswith("#")]
    FILE.write_text("\n".join([*head, *(" | ".join(line) for line in sorted({*lines(), *more}))]) + "\n")
