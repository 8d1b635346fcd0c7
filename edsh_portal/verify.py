"""What `manage.py verify` recomputes: each room registers a check that yields what differs.

A room's checks live in its `verify.py`, found at start: `@check("documents") def …() -> Iterator[Finding]`.
Only the owner of the tables sees everything: the command is the owner's, and a check may be (`owner=True`).
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db import connection


@dataclass(frozen=True)
class Finding:
    """One difference: a code, the thing by name, what should be, what is."""

    code: str
    what: str
    expected: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Check(NamedTuple):
    function: Callable[[], Iterator[Finding]]
    owner: bool


CHECKS: dict[str, Check] = {}


def check(name: str, *, owner: bool = False) -> Callable:
    """Registers a check; `owner`: another login is not able to make it."""

    def register(function: Callable[[], Iterator[Finding]]) -> Callable[[], Iterator[Finding]]:
        CHECKS[name] = Check(function, owner)
        return function

    return register


def is_owner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'event'")
        return bool(cursor.fetchone()[0])


def findings(begun: Callable[[str], None] = lambda name: None) -> list[Finding]:
    """Of every check that this login is able to make; `begun` is told the name of each."""
    owner = is_owner()
    found: list[Finding] = []
    for name in sorted(CHECKS):
        if owner or not CHECKS[name].owner:
            begun(name)
            found += CHECKS[name].function()
    return found
