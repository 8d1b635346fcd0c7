"""What an address asks, read as it is written: anything else is nothing, never a fault."""

LONGEST = 9  # digits: what a whole column holds


def number(text: str) -> int | None:
    """A whole number; None for anything else. « ² » and « ٣ » are digits to Python, and no number of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
