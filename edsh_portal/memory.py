"""What is read once in a request, whoever asks again: who holds which role, how a person stands on a dossier.

It begins and ends with the request. Elsewhere (a command, a task, a test) nothing is kept. What a verb checks under its lock is
read after it: whoever locks says what it forgets.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_held: ContextVar[dict[tuple[Hashable, ...], Any] | None] = ContextVar("memory", default=None)


@contextmanager
def opened() -> Iterator[None]:
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def remembered(*of: Hashable, read: Callable[[], Any]) -> Any:
    """What `read` answers, once for each `of`: what it is (« standing »), then of whom and of what, by their keys."""
    held = _held.get()
    if held is None:
        return read()
    if of not in held:
        held[of] = read()
    return held[of]


def forget(*kinds: str) -> None:
    held = _held.get() or {}
    for of in [of for of in held if of[0] in kinds]:
        del held[of]
