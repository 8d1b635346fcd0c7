"""What `manage.py verify` recomputes: each room registers a check that yields what differs.

A room's checks live in its `verify.py`, found at start: `@check("documents") def …() -> Iterator[Finding]`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """One difference: a code, the thing by name, what should be, what is."""

    code: str
    what: str
    expected: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {}


def check(name: str) -> Callable:
    def register(function: Callable[[], Iterator[Finding]]) -> Callable[[], Iterator[Finding]]:
        CHECKS[name] = function
        return function

    return register


def findings() -> list[Finding]:
    return [finding for name in sorted(CHECKS) for finding in CHECKS[name]()]
