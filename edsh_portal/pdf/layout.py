"""Django template to PDF/A-3a bytes, through a press kept warm beside this process and walled off from everything."""

import atexit
import contextlib
import errno
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from .read import canonical

PRESS = Path(__file__).with_name("press.py")
START_SECONDS = 90  # importing the layout engine on a machine busy with other work
ANSWER_SECONDS = 5  # what the press may take to report a page it has already killed
WIDE_CELL = re.compile(r"<t[dh]\b[^>]*\b(?:col|row)span\s*=\s*[\"']?\s*\d{4}", re.IGNORECASE)
LEAVE_SECONDS = 2
LONGEST_HTML = 600_000  # characters: some 250 pages; a letter is 10 000


class RenderError(Exception):
    """The document cannot be laid out as it is (time, memory, forbidden address): trying again would not help."""


class PressUnavailable(Exception):
    """The press could not start or died: nothing is known against the document, try again later."""


def render(template: str, context: dict[str, Any], *, title: str, attachment: dict[str, Any] | None = None) -> bytes:
    """PDF/A-3a and PDF/UA-1 bytes of `template`, in French; same input, same bytes, on any machine.

    `context["at"]` (aware) dates the document: a letter laid out again a year later keeps its bytes.
    `attachment`, if any, is embedded as canonical JSON in `decision.json`.
    Raises RenderError (block it, tell a person) or PressUnavailable (try again).
    """
    at = context.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise ValueError("pdf.render: context['at'] must be an aware datetime, the instant the document bears")
    with translation.override("fr"):
        html = render_to_string(template, {**context, "title": title})
    if len(html) > LONGEST_HTML:
        raise RenderError(f"document too long: {len(html)} characters, {LONGEST_HTML} at most")
    if WIDE_CELL.search(html):  # minutes of layout each; in a text the same words are escaped and harmless
        raise RenderError("a table cell spans a thousand columns or rows")
    job = {
        "html": html,
        "title": title,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attachment": None if attachment is None else canonical(attachment).decode(),
        "seconds": settings.PDF_SECONDS,
        "memory": settings.PDF_MEMORY_BYTES,
    }
    return _ask(json.dumps(job).encode())


class _Press:
    """One child process with the layout engine loaded; it forks once a document, so a bomb kills only its own page.

    `multiprocessing` is not used: a Celery prefork worker is daemonic and may not have such children.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(PRESS)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        try:
            state = self.receive(START_SECONDS)
        except OSError as error:
            self.kill()
            raise PressUnavailable(f"the layout process did not start: {error}") from error
        if state != b"ready":
            self.kill()
            raise _failed(PressUnavailable, f"the layout process did not start: {state.decode(errors='replace')}")

    def send(self, payload: bytes) -> None:
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.sendall(struct.pack(">Q", len(payload)) + payload)

    def receive(self, seconds: float) -> bytes:
        self.socket.settimeout(seconds)
        (size,) = struct.unpack(">Q", self._exactly(8))
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self.socket.recv(min(size - len(parts), 1 << 20))
            if not part:
                raise ConnectionError("it closed the line")
            parts += part
        return bytes(parts)

    def kill(self) -> None:
        self.socket.close()  # alone, it ends the press in order
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LEAVE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "FONTCONFIG_FILE": str(PRESS.with_name("fonts.conf"))}


_lock = threading.Lock()
_press: _Press | None = None


def _ask(job: bytes) -> bytes:
    global _press
    with _lock:
        if _press is not None and _press.process.poll() is not None:
            _press.kill()
            _press = None
        if _press is None:
            _press = _Press()
        try:
            _press.send(job)
            answer = _press.receive(settings.PDF_SECONDS + ANSWER_SECONDS)
        except OSError as error:
            _press.kill()
            _press = None
            if isinstance(error, TimeoutError):
                raise RenderError(f"no layout after {settings.PDF_SECONDS + ANSWER_SECONDS} s") from error
            raise PressUnavailable(f"the layout process died: {error}") from error
    if answer[:1] != b"P":
        raise _failed(RenderError, answer[1:].decode(errors="replace"))
    return answer[1:]


def _failed(kind: type[Exception], said: str) -> Exception:
    """What the press says of its failure; a disk without room is neither the document's fault nor the press's."""
    return OSError(errno.ENOSPC, said) if f"[Errno {errno.ENOSPC}]" in said else kind(said)


def stop() -> None:
    """Ends the press of this process, if there is one."""
    global _press
    with _lock:
        if _press is not None:
            _press.kill()
            _press = None


def _forget() -> None:
    """A forked child must not talk on its parent's line: it closes its copy and starts its own press."""
    global _press, _lock
    _lock = threading.Lock()
    if _press is not None:
        _press.socket.close()
        _press = None


os.register_at_fork(after_in_child=_forget)
atexit.register(stop)
