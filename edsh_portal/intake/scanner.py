"""A client of ClamAV: sends bytes to clamd's socket (INSTREAM, clamd(8)) and reads its verdict. Without a socket there is no scanner.

What answers no verdict raises Unavailable: the caller tries again later, and the file stays « non analysé ».
"""

import socket
import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

CHUNK = 65_536
SECONDS = 30  # of silence
LONGEST_ANSWER = 1000


class Unavailable(Exception):
    """The scanner is down, silent, or could not tell."""


@dataclass(frozen=True)
class Verdict:
    """`name`: what clamd calls the malware it recognised; empty when the bytes are clean."""

    name: str

    @property
    def clean(self) -> bool:
        return not self.name


def is_set() -> bool:
    return bool(settings.CLAMD_SOCKET)


def scan(content: bytes) -> Verdict:
    """Asks clamd about these bytes. Unavailable when it gives no verdict."""
    try:
        with _connected() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                line.sendall(struct.pack("!I", len(part)) + part)
            line.sendall(struct.pack("!I", 0))
            answer = _answer(line)
    except OSError as error:
        raise Unavailable(f"clamd: {error}") from error
    return _verdict(answer)


def _connected() -> socket.socket:
    """The socket of the settings: an absolute path, or tcp://host:port."""
    where = settings.CLAMD_SOCKET
    if where.startswith("tcp://"):
        parts = urlsplit(where)
        return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SECONDS)
    try:
        line.connect(where)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    """Up to the NUL that ends it."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        said += more
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    """« stream: OK », « stream: NAME FOUND »; anything else (a limit, an error, half an answer) is no verdict."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict("")
    if said.endswith(" FOUND") and said != answer:
        return Verdict(said.removesuffix(" FOUND")[:200])
    raise Unavailable(f"clamd: {answer[:200] or 'no answer'}")
