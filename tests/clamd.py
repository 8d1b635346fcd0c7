"""A clamd for tests: a thread on a UNIX socket that speaks zINSTREAM as clamd(8) tells it, and recognises EICAR."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hostile_files import EICAR

NAME = "Eicar-Test-Signature"
MOST = 25_000_000  # bytes: StreamMaxLength


def _exactly(line: socket.socket, size: int) -> bytes:
    said = b""
    while len(said) < size:
        more = line.recv(size - len(said))
        if not more:
            raise ConnectionError
        said += more
    return said


def served(line: socket.socket) -> bytes:
    if _exactly(line, 10) != b"zINSTREAM\0":
        return b"UNKNOWN COMMAND\0"
    content = b""
    while size := struct.unpack("!I", _exactly(line, 4))[0]:
        content += _exactly(line, size)
        if len(content) > MOST:
            return b"INSTREAM size limit exceeded. ERROR\0"
    return f"stream: {NAME} FOUND\0".encode() if EICAR in content else b"stream: OK\0"


@contextmanager
def clamd(path: Path, *, says: bytes | None = None) -> Iterator[str]:
    """The address of a scanner for as long as the block lasts; `says` answers that whatever is sent."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(8)

    def run() -> None:
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line:
                try:
                    answer = served(line)
                    line.sendall(answer if says is None else says)
                except OSError:
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield str(path)
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=5)
        path.unlink()
