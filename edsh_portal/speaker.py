"""Who is at work in this thread, as the keys they bear: of a session or a program's token, and of a letter that serves once.

The database is told at the beginning of each transaction (database/base.py) and finds out by itself who it is
(directory/actor.sql). Nothing here is a name: a key proves, an id does not.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.http import HttpRequest

# The pages where a letter is answered: its secret is told there, and nowhere else.
ANSWERED = ("directory:accept_invitation", "directory:new_password", "directory:follow_request")
LONGEST = 200
NOT_PROVED = "EP006"  # what the database answers to a name that nobody has proved (ground.sql)


class Keys(NamedTuple):
    """`key` of a person or their program, `once` of a letter; empty: none."""

    key: str = ""
    once: str = ""


_asked: ContextVar[Callable[[], Keys] | None] = ContextVar("speaker", default=None)


def keys() -> Keys:
    """As they are now: whoever signs in, in the middle of a request, speaks for themselves from then on."""
    asked = _asked.get()
    return asked() if asked else Keys()


def is_not_proved(error: BaseException) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == NOT_PROVED


def at_work() -> bool:
    """Whether this thread works for a request."""
    return _asked.get() is not None


def of(request: HttpRequest) -> Keys:
    """A program's token where programs come in, the session elsewhere; and the secret of the letter, where it is answered."""
    match = request.resolver_match
    once = request.COOKIES.get(settings.LETTER_COOKIE_NAME, "") if match and match.view_name in ANSWERED else ""
    word, _, token = request.headers.get("Authorization", "").partition(" ")
    if request.path.startswith("/api/") and word.lower() == "bearer":
        key = token.strip()
    else:
        key = request.session.session_key or ""
    return Keys(sound(key), sound(once))


def sound(key: Any) -> str:
    """What cannot be a key is none: it comes from outside."""
    return key if isinstance(key, str) and key.isascii() and key.isprintable() and len(key) <= LONGEST else ""


def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """From here to the last byte of the answer, a stream included, this thread works for the request."""

    def work(request: HttpRequest) -> Any:
        _asked.set(lambda: of(request))
        return get_response(request)

    return work


def _forget(**_signal: Any) -> None:
    _asked.set(None)


request_started.connect(_forget, dispatch_uid="speaker")
request_finished.connect(_forget, dispatch_uid="speaker")
