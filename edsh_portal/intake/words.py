"""Sentences that cross the wall of the cage: their French and what fills them, said outside in the language of whoever reads."""

from collections.abc import Callable, Mapping
from typing import Any

MOST_TEXT = 2000  # characters of what fills a place: it may come from a file


class Sentence(str):
    """As written in the sources, then filled (`%`): read as a text, it is French."""

    written: str
    filled: Mapping[str, Any]

    def __new__(cls, written: str, filled: Mapping[str, Any] | None = None) -> "Sentence":
        made = super().__new__(cls, str.__mod__(written, filled) if filled else written)
        made.written, made.filled = written, filled or {}
        return made

    def __mod__(self, filled: Any) -> "Sentence":
        return Sentence(self.written, filled)


def packed(text: str) -> Any:
    """As JSON: a sentence with what fills it, or a plain text."""
    if not isinstance(text, Sentence):
        return text[:MOST_TEXT]
    filled = {name: packed(value) if isinstance(value, str) else value for name, value in text.filled.items()}
    return {"written": text.written, "filled": filled}


def said(told: Any, translated: Callable[[str], str]) -> str:
    """What packed() made, through a catalogue. What is no sentence of ours, or is not filled as it asks, is nobody's words: ""."""
    if isinstance(told, str):
        return told
    try:
        filled = {name: said(value, translated) if isinstance(value, str | dict) else int(value)
                  for name, value in told["filled"].items()}  # fmt: skip
        return translated(told["written"]) % filled if filled else translated(told["written"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""
