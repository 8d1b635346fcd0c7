"""The door of a web process: so many requests inside at a time, presses that a deadline waits for before the others; whoever
finds the line too long is told at once to come back (503, Retry-After), and nothing was begun.

A thread that waits here holds nothing: neither a transaction nor a row.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from .api import problem_of

RETRY_AFTER = 3  # seconds
OPEN_TO_ALL = ("/static/", "/healthz", "/readyz")

View = Callable[..., HttpResponse]


def first(view: View) -> View:
    """Decorator: a POST to this view goes before all the others, and is never sent away."""
    vars(view)["first"] = True
    return view


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
        if request.path.startswith(OPEN_TO_ALL):
            return get_response(request)
        if not door.enter(pressing=request.method == "POST" and _presses(request.path)):
            return _sent_away(request)
        _here.inside = True
        try:
            return get_response(request)
        finally:
            _here.inside = False
            door.leave()

    return middleware


def _presses(path: str) -> bool:
    with suppress(Resolver404):
        return getattr(resolve(path).func, "first", False)
    return False


def _sent_away(request: HttpRequest) -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        body = problem_of(
            503, "Le portail est très demandé ; rien n’a été commencé. Recommencez dans quelques secondes."
        )
        return JsonResponse(body, status=503, content_type="application/problem+json", headers=headers)
    return HttpResponse(render_to_string("errors/503.html"), status=503, headers=headers)
