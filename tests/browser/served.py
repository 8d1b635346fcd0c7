"""The portal served to a real Chromium by this process, on the connection of the test: whatever a form does is undone with the test's
savepoint. Headers, cookies, redirects and bodies go over a real line; what differs from production is the server (edsh_portal/porch.py
has tests of its own).
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.http import HttpResponse
from django.test.testcases import QuietWSGIRequestHandler


class Server(ThreadedWSGIServer):
    def _close_connections(self) -> None:
        """The connection is the test's."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that is left hangs up; a fault of the portal has been answered as such."""


Answer = tuple[str, list[tuple[str, str]], bytes]  # status, headers, body
LANDED: Answer = (
    "200 OK",
    [("Content-Type", "text/html")],
    b'<!doctype html><link rel="icon" href="data:,"><title>seen</title>',
)


def asked_in(environ: dict[str, Any]) -> str:
    return environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else "")


def place(location: str) -> str:
    """Where it leads: what is made twice has two numbers."""
    return re.sub(r"\d+", "#", urlsplit(location).path)


class Served:
    """Requests are answered one after the other, and only while the test waits for its browser: never two on the connection.

    `spoil` changes the pages on their way, to plant a fault. `given`: pages that the client whose cookies the browser holds was just
    answered, by their address: the browser is shown these. `landed`: the places where presses have led, when each is to be drawn once."""

    def __init__(self) -> None:
        self.portal, self.turn, self.closed = WSGIHandler(), threading.Lock(), False
        self.turn.acquire()
        self.spoil: Callable[[str], str] | None = None
        self.given: dict[str, HttpResponse] = {}
        self.landed: set[str] | None = None
        self.leads = ""  # where the last press led
        self.connection = connections["default"]
        shared = {"default": self.connection}
        self.server = Server(("127.0.0.1", 0), QuietWSGIRequestHandler, connections_override=shared)
        self.server.set_app(self._answer)
        self.base_url = f"http://127.0.0.1:{self.server.server_port}"

    @contextmanager
    def answering(self) -> Iterator[None]:
        self.turn.release()
        try:
            yield
        finally:
            self.turn.acquire()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Whole before the next: a page may also ask the database while it is sent."""
        with self.turn:
            if self.closed:
                start_response("503 Closed", [])
                return []
            status, headers, body = self._known(environ) or self._asked(environ)
        self.leads = dict(headers).get("Location", "") if environ["REQUEST_METHOD"] == "POST" else ""
        if self.spoil and any("text/html" in value for name, value in headers if name == "Content-Type"):
            body = self.spoil(body.decode()).encode()
            headers = [(name, str(len(body)) if name == "Content-Length" else value) for name, value in headers]
        start_response(status, headers)
        return [body]

    def _known(self, environ: dict[str, Any]) -> Answer | None:
        asked = asked_in(environ)
        if environ["REQUEST_METHOD"] != "GET":
            return None
        if (given := self.given.pop(asked, None)) is not None:
            return f"{given.status_code} OK", [*given.items()], given.content
        if self.landed is not None and asked == self.leads.partition("#")[0]:
            if place(asked) in self.landed:
                return LANDED
            self.landed.add(place(asked))
        return None

    def _asked(self, environ: dict[str, Any]) -> Answer:
        said: list[Any] = []
        if self.spoil:
            environ.pop("HTTP_ACCEPT_ENCODING", None)  # what is packed is not rewritten
        answer = self.portal(environ, lambda *how: said.extend(how))
        try:
            body = b"".join(answer)
        finally:
            answer.close()
        return said[0], said[1], body


@contextmanager
def served() -> Iterator[Served]:
    here = Served()
    here.connection.inc_thread_sharing()
    here.connection.close_if_unusable_or_obsolete = lambda: None  # as each request begins and ends: it is the test's
    thread = threading.Thread(target=here.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        here.closed = True
        here.turn.release()
        here.server.shutdown()
        here.server.server_close()
        thread.join(10)
        del here.connection.close_if_unusable_or_obsolete
        here.connection.dec_thread_sharing()
