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


def unpacked(told: Any) -> str:
    """What packed() made; what is of another shape, or is not filled as it asks, is nobody's words: ""."""
    try:
        if isinstance(told, str):
            return told[:MOST_TEXT]
        filled = {
            str(name): int(one) if isinstance(one, int) else unpacked(one) for name, one in told["filled"].items()
        }
        return Sentence(str(told["written"]), filled)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return ""


def said(text: str, translated: Callable[[str], str]) -> str:
    """The text through a catalogue, and what fills it; a plain text is nobody's to translate."""
    if not isinstance(text, Sentence):
        return text
    filled = {name: said(one, translated) if isinstance(one, str) else one for name, one in text.filled.items()}
    return translated(text.written) % filled if filled else translated(text.written)
