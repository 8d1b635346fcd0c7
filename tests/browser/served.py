"""The portal served to a real Chromium by this process, on the connection of the test: whatever a form does is undone with the test's
savepoint. Headers, cookies, redirects and bodies go over a real line; what differs from production is the server (edsh_portal/porch.py
has tests of its own).
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import QuietWSGIRequestHandler


class Server(ThreadedWSGIServer):
    def _close_connections(self) -> None:
        """The connection is the test's."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that is left hangs up; a fault of the portal has been answered as such."""


class Served:
    """Requests are answered one after the other, and only while the test waits for its browser: never two on the connection.

    `spoil` changes the pages on their way, to plant a fault."""

    def __init__(self) -> None:
        self.portal, self.turn, self.closed = WSGIHandler(), threading.Lock(), False
        self.turn.acquire()
        self.spoil: Callable[[str], str] | None = None
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
            said: list[Any] = []
            if self.spoil:
                environ.pop("HTTP_ACCEPT_ENCODING", None)  # what is packed is not rewritten
            answer = self.portal(environ, lambda *how: said.extend(how))
            try:
                body = b"".join(answer)
            finally:
                answer.close()
        status, headers = said[:2]
        if self.spoil and any("text/html" in value for name, value in headers if name == "Content-Type"):
            body = self.spoil(body.decode()).encode()
            headers = [(name, str(len(body)) if name == "Content-Length" else value) for name, value in headers]
        start_response(status, headers)
        return [body]


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
