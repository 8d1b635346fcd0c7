"""What `manage.py verify` recomputes: each room registers a check that yields what differs.

A room's checks live in its `verify.py`, found at start: `@check("documents") def …() -> Iterator[Finding]`.
Only the owner of the tables sees everything: the command is the owner's, and a check may be (`owner=True`).

`parts`: a check that takes long is made part by part, `function(part=Part(3, 16))`. `since`: one that reads all that was ever written is
able to begin after the last signed root, `function(since=…)`; it trusts that what stands under the root is as it was.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from django.db import connection, transaction


@dataclass(frozen=True)
class Finding:
    """One difference: a code, the thing by name, what should be, what is."""

    code: str
    what: str
    expected: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Part(NamedTuple):
    """The things whose number leaves this rest: `number` of `of`."""

    number: int
    of: int


ALL = Part(0, 1)


class Since(NamedTuple):
    """A signed root: its file, the last event of each stream under it (number, hash), the first seal after it."""

    root: str
    heads: dict[str, tuple[int, str]]
    seal: int

    @property
    def numbers(self) -> str:
        """For AFTER."""
        return json.dumps({stream: seq for stream, (seq, _hash) in self.heads.items()})


WHOLE = Since("", {}, 0)  # no root: everything
AFTER = "seq > coalesce((%s::jsonb->>stream)::bigint, 0)"  # events and seals that the root does not stand over


class Check(NamedTuple):
    function: Callable[..., Iterator[Finding]]
    owner: bool
    parts: int
    since: bool


class Step(NamedTuple):
    """A check, or a part of one."""

    name: str
    check: Check
    given: dict[str, Any]

    def findings(self, since: Since = WHOLE) -> list[Finding]:
        known = {"since": since} if self.check.since else {}
        with _one_instant():
            return list(self.check.function(**self.given, **known))


@contextmanager
def _one_instant() -> Iterator[None]:
    """All that a check reads is of one instant: what is recorded meanwhile is in none of its statements, or in all of them."""
    if connection.in_atomic_block:  # somebody else's transaction
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = 'repeatable read'")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute("RESET default_transaction_isolation")


CHECKS: dict[str, Check] = {}


def check(name: str, *, owner: bool = False, parts: int = 1, since: bool = False) -> Callable:
    """Registers a check; `owner`: another login is not able to make it."""

    def register(function: Callable[..., Iterator[Finding]]) -> Callable[..., Iterator[Finding]]:
        CHECKS[name] = Check(function, owner, parts, since)
        return function

    return register


def is_owner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'event'")
        return bool(cursor.fetchone()[0])


def steps() -> list[Step]:
    """All that this login is able to make, in order."""
    owner, found = is_owner(), list[Step]()
    for name, made in sorted(CHECKS.items()):
        if made.owner and not owner:
            continue
        if made.parts == 1:
            found.append(Step(name, made, {}))
        else:
            parts = (Part(number, made.parts) for number in range(made.parts))
            found += [Step(f"{name} {part.number + 1}/{part.of}", made, {"part": part}) for part in parts]
    return found


def findings() -> list[Finding]:
    return [finding for step in steps() for finding in step.findings()]
