"""The porch of a web process: a request arrives whole before anybody is disturbed for it, an answer waits for whoever reads slowly.

One loop holds every line; a thread works only from the last byte of a request to the first of its answer. Each phase of a line has
one deadline for the whole of it, not one a read: who drips costs a row in a table, for some seconds. gunicorn's worker class
(`--worker-class edsh_portal.porch.Porch`): its arbiter starts, restarts and stops, its parser reads, its Response writes. HTTP/1.1 in
clear, as behind a proxy; why not one of its own workers: docs/decisions/0021-door.md.
"""

import errno
import io
import os
import queue
import resource
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from itertools import chain
from tempfile import SpooledTemporaryFile, gettempdir
from typing import IO, Any

from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from gunicorn.workers import base

from .passing import is_full

HEAD_SECONDS = 10.0  # from the first byte to the empty line
BODY_SECONDS, ANSWER_SECONDS = 10.0, 30.0  # and, for each SLOWEST bytes, a second more
SLOWEST = 32_768  # bytes a second: 20 MB take ten minutes
PARTING_SECONDS = 2.0  # left to the other end to read the last answer and hang up
MOST_HEAD = 32_768
BODY_IN_MEMORY, ANSWER_IN_MEMORY = 65_536, 262_144  # bytes; beyond, a temporary file
HEAD, BODY, INSIDE, ANSWER, REST, PARTING = "head", "body", "inside", "answer", "rest", "parting"


@dataclass(eq=False)
class Line:
    """One connection and where it is. While it is INSIDE, a thread of the pool has it and the loop leaves it alone."""

    sock: socket.socket
    peer: Any
    server: Any
    until: float
    phase: str = HEAD
    events: int = 0  # what the poller watches
    came: bytes = b""  # received, and not yet part of a request
    request: Request | None = None
    refused: int = 0  # status that the request is worth whatever is in it: too long, no room
    body: IO[bytes] | None = None
    missing: int = 0  # bytes of the body
    answer: IO[bytes] = field(default_factory=io.BytesIO)
    size: int = 0  # bytes of the answer
    unsent: memoryview | bytes = b""
    keeps: bool = False  # open after this answer
    broken: bool = False


def _spool(in_memory: int) -> IO[bytes]:
    return SpooledTemporaryFile(in_memory)  # noqa: SIM115  (closed with its line)


class Socket:
    """What gunicorn's Response takes for a socket."""

    def __init__(self, file: IO[bytes]) -> None:
        self.send = self.sendall = file.write


class Porch(base.Worker):
    wsgi: Callable[..., Any]
    alive: bool

    @classmethod
    def setup(cls) -> None:
        """Before any worker is forked: where bodies are laid is settled while there is room to try it."""
        gettempdir()

    def init_process(self) -> None:
        self.lines: set[Line] = set()
        self.poller = selectors.DefaultSelector()
        self.threads = ThreadPoolExecutor(self.cfg.threads, "inside")
        self.answered: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self.swept = 0.0
        # A line has its socket and at most two files; the rest is for the threads (database, documents, children).
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wished = 3 * self.cfg.worker_connections + 1024
        limit = max(soft, wished if hard == resource.RLIM_INFINITY else min(wished, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        self.most = min(self.cfg.worker_connections, limit // 4)
        super().init_process()

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def run(self) -> None:
        from .admission import most_bytes  # Django is loaded by now

        self.most_bytes = most_bytes
        for listener in self.sockets:
            listener.setblocking(False)
            self.poller.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        self.poller.register(self.PIPE[0], selectors.EVENT_READ, self._woken)
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._stop()

    def _turn(self) -> None:
        self.notify()
        for key, _events in self.poller.select(1.0):
            key.data()
        now = time.monotonic()
        if now - self.swept >= 0.5:
            self.swept = now
            for line in [line for line in self.lines if line.until < now]:
                self._late(line)

    def _stop(self) -> None:
        """Nobody else comes in; those who have asked are answered, those who were about to are given a moment."""
        for listener in self.sockets:
            self.poller.unregister(listener)
            listener.close()
        end = time.monotonic() + self.cfg.graceful_timeout
        for line in self.lines:
            if line.phase in (HEAD, REST):
                line.until = min(line.until, time.monotonic() + PARTING_SECONDS)
        while self.lines and time.monotonic() < end:
            self._turn()
        self.threads.shutdown(wait=False)

    def _woken(self) -> None:
        """By a signal, or by a thread that has answered."""
        with suppress(BlockingIOError):
            os.read(self.PIPE[0], 4096)
        with suppress(queue.Empty):
            while True:
                self._do(self._leave, self.answered.get_nowait())

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, peer = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            return
        if len(self.lines) >= self.most:
            self._make_room()
        sock.setblocking(False)
        line = Line(sock, peer, listener.getsockname(), time.monotonic() + HEAD_SECONDS)
        self.lines.add(line)
        self._watch(line, selectors.EVENT_READ)
        self._do(self._read, line)  # most requests are there already

    def _do(self, act: Callable[[Line], None], line: Line) -> None:
        """What is wrong with one line ends that line, and not the loop."""
        try:
            act(line)
        except Exception:
            self.log.exception("A line is dropped")
            self._drop(line)

    def _make_room(self) -> None:
        """Of those whom nobody serves, the one with the least time left goes."""
        waiting = (line for line in self.lines if line.phase != INSIDE)
        if (line := min(waiting, key=lambda line: line.until, default=None)) is not None:
            self._drop(line)

    def _watch(self, line: Line, events: int) -> None:
        if events == line.events:
            return
        if not events:
            self.poller.unregister(line.sock)
        else:
            act = partial(self._do, self._read if events == selectors.EVENT_READ else self._send, line)
            (self.poller.modify if line.events else self.poller.register)(line.sock, events, act)
        line.events = events

    def _drop(self, line: Line) -> None:
        self._watch(line, 0)
        self.lines.discard(line)
        for file in (line.sock, line.body, line.answer):
            if file is not None:
                with suppress(OSError):
                    file.close()

    def _late(self, line: Line) -> None:
        if (line.phase == HEAD and line.came) or line.phase == BODY:
            self._say(line, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._drop(line)

    def _say(self, line: Line, status: HTTPStatus) -> None:
        """A few words for whoever has not made a request of which something could be done."""
        with suppress(OSError):
            util.write_error(line.sock, status.value, status.phrase, "")
        self._part(line)

    def _part(self, line: Line) -> None:
        """No more from us; what still comes is read and forgotten, for closing on it would lose the last answer."""
        with suppress(OSError):
            line.sock.shutdown(socket.SHUT_WR)
        line.phase, line.until = PARTING, time.monotonic() + PARTING_SECONDS
        self._watch(line, selectors.EVENT_READ)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def _read(self, line: Line) -> None:
        try:
            data = line.sock.recv(min(line.missing, 1 << 20) if line.phase == BODY else 1 << 14)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(line)
        elif line.phase == BODY:
            self._store(line, data)
        elif line.phase != PARTING:
            line.came += data
            self._head(line)

    def _head(self, line: Line) -> None:
        """Once its empty line is there, the head is read, and what may follow it decided."""
        if line.phase == REST:
            line.phase, line.until = HEAD, time.monotonic() + HEAD_SECONDS
        head, end, rest = line.came.partition(b"\r\n\r\n")
        if not end:
            if len(line.came) > MOST_HEAD:
                self._say(line, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        line.came = rest
        try:
            request = Request(self.cfg, IterUnreader([head + end]), line.peer)
            fields = dict(request.headers)
            missing = int(fields.get("CONTENT-LENGTH", 0))
        except NoMoreData:
            return self._say(line, HTTPStatus.BAD_REQUEST)
        except Exception as error:  # whatever is wrong with it, gunicorn has an answer
            self.handle_error(None, line.sock, line.peer, error)
            return self._part(line)
        if "TRANSFER-ENCODING" in fields:
            return self._say(line, HTTPStatus.LENGTH_REQUIRED)
        expected, request._expected_100_continue = request._expected_100_continue, False
        line.request, line.missing, line.refused = request, missing, 0
        if missing and missing > self.most_bytes(request.path, fields.get("COOKIE", "")):
            line.refused = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if not missing or line.refused:
            return self._enter(line)
        if expected:
            with suppress(OSError):
                line.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        line.phase, line.until = BODY, time.monotonic() + BODY_SECONDS + missing / SLOWEST
        line.body, line.came = _spool(BODY_IN_MEMORY), b""
        if rest:
            self._store(line, rest)

    def _store(self, line: Line, data: bytes) -> None:
        assert line.body is not None and line.request is not None
        try:
            line.body.write(data[: line.missing])
        except OSError as error:
            line.refused = HTTPStatus.INSUFFICIENT_STORAGE if is_full(error) else HTTPStatus.INTERNAL_SERVER_ERROR
            return self._enter(line)
        line.came = data[line.missing :]
        line.missing -= len(data) - len(line.came)
        if not line.missing:
            line.body.seek(0)
            line.request.unreader.iter = iter(partial(line.body.read, 1 << 16), b"")
            self._enter(line)

    def _enter(self, line: Line) -> None:
        self._watch(line, 0)
        line.phase, line.until = INSIDE, float("inf")
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
        self.threads.submit(self._serve, line)

    # ── answering: in a thread, until somebody reads slowly ──────────────────────────────────────────────────────────
    def _serve(self, line: Line) -> None:
        try:
            line.answer = _spool(ANSWER_IN_MEMORY)
            self._work(line)
        except Exception as error:
            self.log.exception("Error handling request %s", line.request and line.request.path)
            status = HTTPStatus.INSUFFICIENT_STORAGE if is_full(error) else HTTPStatus.INTERNAL_SERVER_ERROR
            line.keeps, said = False, f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n\r\n"
            line.answer = io.BytesIO(said.encode())
        finally:
            if line.body is not None:
                line.body.close()
            line.request = line.body = None
        try:
            self._push(line)
        finally:
            self.answered.put(line)
            with suppress(BlockingIOError):  # full: the loop is woken anyway
                os.write(self.PIPE[1], b"\0")

    def _work(self, line: Line) -> None:
        response, environ = wsgi.create(line.request, Socket(line.answer), line.peer, line.server, self.cfg)
        environ |= {"wsgi.multithread": True, "portal.refused": line.refused}
        if line.refused or not self.alive or not self.cfg.keepalive:
            response.force_close()
        began = time.monotonic()
        parts = self.wsgi(environ, response.start_response)
        try:
            for part in parts:
                response.write(part)
            response.close()
        finally:
            self.log.access(response, line.request, environ, timedelta(seconds=time.monotonic() - began))
            if hasattr(parts, "close"):
                parts.close()
        line.keeps, line.size = not response.should_close(), line.answer.tell()
        line.answer.seek(0)

    def _push(self, line: Line) -> None:
        """Sends what the other end takes now; nothing is left to be sent, or the line is broken, when it has all gone."""
        for part in chain([line.unsent], iter(partial(line.answer.read, 1 << 16), b"")):
            line.unsent = memoryview(part)
            while line.unsent:
                try:
                    line.unsent = line.unsent[line.sock.send(line.unsent) :]
                except BlockingIOError:
                    return
                except OSError:
                    line.broken = True
                    return

    def _send(self, line: Line) -> None:
        self._push(line)
        if line.broken:
            self._drop(line)
        elif not line.unsent:
            self._sent(line)

    def _leave(self, line: Line) -> None:
        """Back from its thread: answered, or with the rest of a long answer."""
        if line.broken:
            self._drop(line)
        elif not line.unsent:
            self._sent(line)
        else:
            line.phase, line.until = ANSWER, time.monotonic() + ANSWER_SECONDS + line.size / SLOWEST
            self._watch(line, selectors.EVENT_WRITE)

    def _sent(self, line: Line) -> None:
        line.answer.close()
        if not line.keeps:
            return self._part(line)
        patience = self.cfg.keepalive if self.alive else min(self.cfg.keepalive, PARTING_SECONDS)
        line.phase, line.until = REST, time.monotonic() + patience
        self._watch(line, selectors.EVENT_READ)
        if line.came:
            self._head(line)
