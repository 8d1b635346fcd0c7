"""People on slow lines, or who mean harm: they drip a request, read an answer by spoonfuls, or say nothing; whoever is hung up on dials again.

Run as a process of its own (`crowd_of()`), so that it takes nothing from whoever measures. One selector, one tick a second.
"""

import errno
import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.processes import servers

KINDS = {"head": 100, "body": 100, "reader": 50, "silent": 50}
SPOON = 4096  # bytes a second


@dataclass(eq=False)
class Slow:
    kind: str
    sock: socket.socket | None = None
    began: float = 0.0
    calls: int = 0
    longest: float = 0.0  # seconds that one call was held
    offered: int = 0  # bytes of the longest answer that was begun


class Crowd:
    def __init__(self, port: int, counts: dict[str, int], path: str, cookies: str) -> None:
        self.port, self.path, self.cookies = port, path, cookies
        self.all = [Slow(kind) for kind, count in counts.items() for _n in range(count)]
        self.selector = selectors.DefaultSelector()

    def call(self, one: Slow) -> None:
        sock = socket.socket()
        if one.kind == "reader":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        sock.settimeout(5)
        try:
            sock.connect(("127.0.0.1", self.port))
            sock.sendall(self.opening(one.kind))
        except OSError:
            sock.close()
            return
        sock.setblocking(False)
        one.sock, one.began, one.calls = sock, time.monotonic(), one.calls + 1
        if one.kind != "reader":
            self.selector.register(sock, selectors.EVENT_READ, one)

    def opening(self, kind: str) -> bytes:
        host = b"Host: 127.0.0.1\r\n"
        return {
            "head": b"GET / HTTP/1.1\r\n" + host + b"X-Slow: ",
            "body": b"POST /connexion/ HTTP/1.1\r\n" + host + b"Content-Length: 5000\r\n\r\nemail=",
            "reader": f"GET {self.path} HTTP/1.1\r\nCookie: {self.cookies}\r\n".encode() + host + b"\r\n",
            "silent": b"",
        }[kind]

    def tick(self, one: Slow) -> None:
        """One second of each."""
        if one.sock is None:
            return self.call(one)
        try:
            if one.kind in ("head", "body"):
                one.sock.send(b"a")
            elif one.kind == "reader" and not self.spoonful(one):
                self.hung_up(one)
        except BlockingIOError:
            pass
        except OSError as error:
            assert error.errno in (errno.EPIPE, errno.ECONNRESET), error
            self.hung_up(one)

    def spoonful(self, one: Slow) -> bool:
        """False once there is no more."""
        assert one.sock is not None
        part = one.sock.recv(SPOON)
        if told := re.match(rb"HTTP/1\.1 200 .*?\r\nContent-Length: (\d+)\r\n", part, re.DOTALL):
            one.offered = max(one.offered, int(told[1]))
        return bool(part)

    def hung_up(self, one: Slow) -> None:
        assert one.sock is not None
        one.longest = max(one.longest, time.monotonic() - one.began)
        with suppress(KeyError):
            self.selector.unregister(one.sock)
        one.sock.close()
        one.sock = None

    def run(self, seconds: float) -> dict[str, dict[str, float]]:
        for one in self.all:
            self.call(one)
        print("there", flush=True)
        began = time.monotonic()
        for beat in range(1, int(seconds) + 1):
            while (left := began + beat - time.monotonic()) > 0:
                for key, _events in self.selector.select(left):
                    try:
                        gone = not key.data.sock.recv(65536)
                    except OSError:
                        gone = True
                    if gone:
                        self.hung_up(key.data)
            for one in self.all:
                self.tick(one)
        return {
            kind: {
                "calls": sum(one.calls for one in self.all if one.kind == kind),
                "longest": round(max((one.longest for one in self.all if one.kind == kind), default=0.0), 1),
                "offered": min((one.offered for one in self.all if one.kind == kind), default=0),
            }
            for kind in KINDS
        }


@contextmanager
def crowd_of(
    port: int, seconds: float, *, path: str = "/", cookies: str = "", counts: dict[str, int] = KINDS
) -> Iterator[subprocess.Popen]:
    """All of them at the door for the block; `told()` the process afterwards."""
    order = json.dumps({"port": port, "counts": counts, "path": path, "cookies": cookies})
    crowd = subprocess.Popen(
        [sys.executable, "-m", "tests.slow", order, str(seconds)], cwd=servers.ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert crowd.stdout is not None and crowd.stdout.readline() == "there\n"
        yield crowd
    finally:
        crowd.kill()
        crowd.wait()


def told(crowd: subprocess.Popen) -> dict[str, dict[str, float]]:
    """How often each kind called, and how long at most one call was held; waits for the end."""
    assert crowd.stdout is not None
    return json.loads(crowd.stdout.readline())


if __name__ == "__main__":
    print(json.dumps(Crowd(**json.loads(sys.argv[1])).run(float(sys.argv[2]))), flush=True)
