"""What letters say, as it was frozen, one a kind and format: what they are tried on. `bin/prove letters` writes their lines again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from decisions import letter, notice
from funding import printing
from reviews import minutes
from reviews import printing as evaluation
from tests import printed

HERE = Path(__file__).parent
DECISIONS = ("award_1", "award_2", "ineligible_2", "refusal_2")
LAID: dict[str, tuple[Callable[[Any], bytes], Callable[[Any], str]]] = {  # {name: (how it is laid out, its title)}
    **dict.fromkeys(DECISIONS, (letter.lay_out, letter.title)),
    "convention_2": (printing.lay_out, printing.title),
    "amendment_2": (printing.lay_out_amendment, printing.title_amendment),
    "minutes_2": (minutes.lay_out, minutes.title),
    "feedback_1": (evaluation.lay_out, evaluation.title),
    "notice_1": (notice.lay_out, notice.title),
}
NAMES = tuple(LAID)


def act(name: str) -> dict[str, Any]:
    return json.loads((HERE / f"{name}.json").read_text())


def lay_out(name: str) -> bytes:
    return LAID[name][0](act(name))


def drawn(content: bytes) -> list[str]:
    """« page, left, base, text » of each line, in points: a letter as its lines stand."""
    return [f"{line.page} {line.left:.0f} {line.base:.0f} {line.text}" for line in printed.lines(content)]
