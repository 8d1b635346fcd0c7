"""Arithmetic of the jury's votes (R59): no request, no query, no clock."""

from collections.abc import Iterable


def quorum(seated: int) -> int:
    """How many must be there, none of them withdrawn: half of those named, rounded up, and never nobody."""
    return max(1, (seated + 1) // 2)


def result(voices: Iterable[str], casting: str | None) -> tuple[bool, bool]:
    """(carried, by the casting vote): more for than against; equal voices follow the chair's, and fail when it chose no side."""
    given = list(voices)
    ahead = given.count("for") - given.count("against")
    if ahead or casting not in ("for", "against"):
        return ahead > 0, False
    return casting == "for", True
