"""Acts as they were frozen, one a kind and format: what the letters are tried on. `bin/prove letters` writes their lines again."""

import json
from pathlib import Path
from typing import Any

from tests import printed

HERE = Path(__file__).parent
NAMES = ("award_1", "award_2", "ineligible_2", "refusal_2")


def act(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text())


def drawn(content: bytes) -> list[str]:
    """« page, left, base, text » of each line, in points: a letter as its lines stand."""
    return [f"{line.page} {line.left:.0f} {line.base:.0f} {line.text}" for line in printed.lines(content)]
