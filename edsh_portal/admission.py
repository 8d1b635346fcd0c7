"""The door of a web process: so many requests inside at a time, presses that a deadline waits for before the others; whoever
finds the line too long is told at once to come back (503, Retry-After), and nothing was begun.

A thread that waits here holds nothing: neither a transaction nor a row, and its request has arrived whole (porch.py). Who is
signed in is known here by a signed cookie, without the database: a forged or an old one loses a priority, and opens nothing.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.urls import Resolver404, resolve
from django.utils import translation

from . import errors, health

WATCHED = {"/healthz": health.healthz, "/readyz": health.readyz}  # answered here: neither session nor transaction
TO_ALL = "/static/"
SEEN = TimestampSigner(salt="portal.door")
SEEN_SECONDS = settings.SESSION_COOKIE_AGE

View = Callable[..., HttpResponse]


def first(view: View) -> View:
    """Decorator: a POST to this view by somebody signed in goes before all the others, and is never sent away."""
    vars(view)["first"] = True
    return view


def takes(most: int, *, anonymous: bool = False) -> Callable[[View], View]:
    """Decorator: files of `most` bytes together may be sent to this view, beside the usual text; by anybody if `anonymous`."""
    known = most + settings.WEB_MOST_BYTES

    def wrap(view: View) -> View:
        vars(view)["takes"] = (known, known if anonymous else settings.WEB_MOST_BYTES_ANONYMOUS)
        return view

    return wrap


def _declared(path: str, name: str, default: Any) -> Any:
    with suppress(Resolver404):
        return getattr(resolve(path).func, name, default)
    return default


def most_bytes(path: str, cookies: str) -> int:
    """How long the body of a request may be: asked by the porch once it has read the head, before any of the body."""
    usual = (settings.WEB_MOST_BYTES, settings.WEB_MOST_BYTES_ANONYMOUS)
    known, anonymous = _declared(unquote(path), "takes", usual)
    return known if _is_known(parse_cookie(cookies)) else anonymous


def _is_known(cookies: Mapping[str, str], seconds: int = SEEN_SECONDS, *, who: str = "") -> bool:
    """Signed in for less than `seconds`, as `who` if told."""
    with suppress(BadSignature):
        seen = SEEN.unsign(cookies.get(settings.DOOR_COOKIE_NAME, ""), max_age=seconds)
        return seen == who if who else True
    return False


class Door:
    """Places are handed over, not fought for: whoever leaves gives theirs to the next of the first line that has one."""

    def __init__(self, places: int, most: int) -> None:
        self.places, self.most = places, most
        self.lines: tuple[deque[threading.Event], ...] = (deque(), deque(), deque())  # pressing, received, the others
        self.inside = 0
        self._lock = threading.Lock()

    def enter(self, *, pressing: bool = False) -> bool:
        """Waits for a place; False at once when the line of the others is full."""
        with self._lock:
            if self.inside < self.places:
                self.inside += 1
                return True
            line = self.lines[0 if pressing else 2]
            if not pressing and len(line) >= self.most:
                return False
            turn = _queued(line)
        turn.wait()
        return True

    def leave(self) -> None:
        with self._lock:
            line = next(filter(None, self.lines), None)
            if line is None:
                self.inside -= 1
            else:
                line.popleft().set()

    def give_way(self) -> None:
        """Whoever has been received lets those in who press, and waits behind them."""
        with self._lock:
            if not self.lines[0]:
                return
            turn = _queued(self.lines[1])
            self.lines[0].popleft().set()
        turn.wait()

    def step_out(self, seconds: float) -> None:
        """Lets others use the place for a while; comes back before those who are new."""
        self.leave()
        time.sleep(seconds)
        with self._lock:
            if self.inside < self.places:
                self.inside += 1
                return
            turn = _queued(self.lines[1])
        turn.wait()


def _queued(line: deque[threading.Event]) -> threading.Event:
    line.append(threading.Event())
    return line[-1]


door = Door(settings.WEB_PLACES, settings.WEB_LINE)
_here = threading.local()  # whether this thread holds a place


@contextmanager
def stepped_out() -> Iterator[None]:
    """While a request waits for something else than its own work, its place is another's; it comes back before those at the door."""
    if not getattr(_here, "inside", False):
        yield
        return
    door.leave()
    try:
        yield
    finally:
        door.enter(pressing=True)


def admission(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if watcher := WATCHED.get(request.path):
            return watcher(request)
        if refused := request.META.get("portal.refused"):  # by the porch
            most = most_bytes(request.path, request.META.get("HTTP_COOKIE", ""))
            return _outside(request, errors.unread, refused, most)
        if request.path.startswith(TO_ALL):
            return get_response(request)
        if not door.enter(pressing=_presses(request)):
            return _outside(request, errors.crowded)
        _here.inside = True
        try:
            return _recognised(request, get_response(request))
        finally:
            _here.inside = False
            door.leave()

    return middleware


def _outside(request: HttpRequest, answer: Callable[..., HttpResponse], *more: object) -> HttpResponse:
    """In the language of whoever is answered before anything has looked at it."""
    with translation.override(translation.get_language_from_request(request)):
        return answer(request, *more)


def _presses(request: HttpRequest) -> bool:
    return bool(request.method == "POST" and _declared(request.path, "first", False) and _is_known(request.COOKIES))


def _recognised(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Whoever a session has let in is given the cookie by which the door will know them; renewed at half its life."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or hasattr(request, "api_token"):
        return response
    if not _is_known(request.COOKIES, SEEN_SECONDS // 2, who=str(user.pk)):
        response.set_cookie(
            settings.DOOR_COOKIE_NAME, SEEN.sign(user.pk), secure=settings.SECURE, httponly=True, samesite="Lax"
        )
    return response
