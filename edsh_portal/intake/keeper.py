"""Keeps cages: a warm one beside each process that asks, and so many at work at a time on the machine; the others queue."""

import atexit
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from . import cage

log = structlog.get_logger(__name__)

START_SECONDS = 90  # importing the engines on a machine busy with other work
ANSWER_SECONDS = 5  # what a cage may take to report a job it has already killed
LEAVE_SECONDS = 2
POLL_SECONDS = 0.02  # between two looks at the places, of whoever waits for one


class Unavailable(Exception):
    """No cage could be had (none free in time, none starts, the machine is too busy): nothing is known against the file."""


class GaveUp(Exception):
    """The cage ended by its limits, or died of the file: trying again would not help.

    `why`: time, memory, heavy, died or failed; `cpu`: the seconds of processor it had.
    """

    def __init__(self, why: str, more: str = "", cpu: float = 0.0) -> None:
        super().__init__(f"{why}: {more}" if more else why)
        self.why, self.cpu = why, cpu


@dataclass
class Shop:
    """A kind of job and the cage this process keeps for it.

    `places`: so many of them at work at a time on the machine (None: no bound); `line`: how many of this process may wait.
    """

    file: Path
    gives_way: bool = False  # to whoever started it, by CAGE_NICE
    places: int | None = None
    descriptors: int = 1024
    answer: int = 32 << 20  # bytes of one answer, and of any file the job writes
    environment: dict[str, str] = field(default_factory=dict)
    line: int = 8
    waiting: int = 0
    lock: Any = field(default_factory=threading.Lock)
    kept: "Cage | None" = None

    def ask(
        self,
        job: str,
        content: bytes = b"",
        *,
        seconds: int,
        memory: int,
        wait: float = START_SECONDS,
        places: int | None = None,
        **details: Any,
    ) -> cage.Message:
        """(told, content) of the job done within these limits; waits at most `wait` seconds for its turn, and for one of the
        first `places` of the machine where it may not have them all.

        Raises GaveUp or Unavailable.
        """
        until = time.monotonic() + wait
        order = {"job": job, "details": details, "seconds": seconds, "memory": memory,
                 "answer": self.answer, "descriptors": self.descriptors}  # fmt: skip
        with self._turn(wait), self._place(places or self.places, until):
            told, body = self._ask_cage(order, content)
        outcome = told.get("outcome")
        if outcome == "done":
            return told, body
        log.info("cage.gave_up", job=job, **{name: told.get(name) for name in ("outcome", "why", "cpu", "peak")})
        raise GaveUp(str(outcome), str(told.get("why", "")), told["cpu"])

    @contextlib.contextmanager
    def _turn(self, wait: float) -> Iterator[None]:
        """The cage of this process does one job at a time; few may wait for it."""
        if self.waiting >= self.line and self.lock.locked():
            raise Unavailable("too many wait")
        self.waiting += 1
        try:
            if not self.lock.acquire(timeout=max(0.0, wait)):
                raise Unavailable("no turn in time")
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self.lock.release()

    def _ask_cage(self, order: dict[str, Any], content: bytes) -> cage.Message:
        if self.kept is not None and self.kept.process.poll() is not None:
            self._end()
        if self.kept is None:
            self.kept = Cage(self)
        try:
            return self.kept.ask(order, content)
        except (OSError, ValueError) as error:
            self._end()
            raise Unavailable(f"the cage died: {error}") from error

    @contextlib.contextmanager
    def _place(self, places: int | None, until: float) -> Iterator[None]:
        """One of the machine's places, the last first, held by a lock of the kernel: whoever dies gives it back."""
        if places is None:
            yield
            return
        folder = Path(settings.MEDIA_ROOT) / "cages"
        folder.mkdir(parents=True, exist_ok=True)
        handles = [os.open(folder / str(number), os.O_RDWR | os.O_CREAT, 0o640) for number in reversed(range(places))]
        try:
            while not any(_taken(handle) for handle in handles):
                if time.monotonic() > until:
                    raise Unavailable("every cage is busy")
                time.sleep(POLL_SECONDS)
            yield
        finally:
            for handle in handles:
                os.close(handle)

    def stop(self) -> None:
        """Ends the cage of this process, if there is one."""
        with self.lock:
            self._end()

    def _end(self) -> None:
        if self.kept is not None:
            self.kept.kill()
            self.kept = None

    def forget(self) -> None:
        """A forked child must not talk on its parent's line: it closes its copy and starts its own cage."""
        self.lock, self.waiting = threading.Lock(), 0
        if self.kept is not None:
            self.kept.line.close()
            self.kept = None


def _taken(handle: int) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


class Cage:
    """One child process with a shop's engines loaded; it forks once a job, so a bomb kills only its own fork.

    `multiprocessing` is not used: a Celery prefork worker is daemonic and may not have such children.
    """

    def __init__(self, shop: Shop) -> None:
        self.line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", cage.__file__, str(shop.file), str(settings.CAGE_NICE if shop.gives_way else 0)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment() | shop.environment,
                start_new_session=True,
            )
        try:
            self.line.settimeout(START_SECONDS)
            told = (cage.receive(self.line) or ({"error": "it closed the line"}, b""))[0]
        except OSError as error:
            told = {"error": str(error)}
        if "error" in told:
            self.kill()
            raise Unavailable(f"the cage did not start: {told['error']}")
        self.network = told["network"]
        if self.network != "none":
            log.warning("cage.network_shared", shop=shop.file.stem)

    def ask(self, order: dict[str, Any], content: bytes) -> cage.Message:
        self.line.settimeout(ANSWER_SECONDS)
        cage.send(self.line, order, content)
        self.line.settimeout(order["seconds"] + ANSWER_SECONDS)
        answer = cage.receive(self.line)
        if answer is None:
            raise ConnectionError("it closed the line")
        return answer

    def kill(self) -> None:
        self.line.close()  # alone, it ends the cage in order
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LEAVE_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


HERE = Path(__file__).parent
PRESS = Shop(
    HERE.parent / "pdf" / "press.py",
    environment={"FONTCONFIG_FILE": str(HERE.parent / "pdf" / "fonts.conf")},
)
READERS = Shop(HERE / "jobs.py", gives_way=True, places=2, descriptors=0)
SHOPS = (PRESS, READERS)


def stop() -> None:
    for shop in SHOPS:
        shop.stop()


def _forget() -> None:
    for shop in SHOPS:
        shop.forget()


os.register_at_fork(after_in_child=_forget)
atexit.register(stop)
