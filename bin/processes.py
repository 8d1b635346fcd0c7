"""Keeps a set of processes alive: starts them, restarts the one that dies, stops them all with their children."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import servers

TICKS = os.sysconf("SC_CLK_TCK")  # of processor time, in a second
CALM = 10.0  # seconds a process must live for its last deaths to be forgotten
LONGEST = 1800.0  # seconds after which even a wait that moves is given up


class Patience:
    """How long to wait for what may be slow: as long as it moves. Given up after `still` seconds in which nothing did.

    `look` tells how far it is (an answer, processor time used): any other value than before is progress. Each `pause` seconds of
    waiting, `say` is told how long it has been.
    """

    def __init__(
        self,
        still: float,
        look: Callable[[], object],
        say: Callable[[float], None] = lambda _: None,
        *,
        pause: float = 15.0,
    ):
        self.still, self.look, self.say, self.pause = still, look, say, pause
        self.began = self.moved = self.said = time.monotonic()
        self.seen = look()

    @property
    def waited(self) -> float:
        return time.monotonic() - self.began

    def is_over(self) -> bool:
        now, seen = time.monotonic(), self.look()
        if seen != self.seen:
            self.seen, self.moved = seen, now
        if now - self.said >= self.pause:
            self.said = now
            self.say(now - self.began)
        return now - self.moved > self.still or now - self.began > LONGEST


@dataclass
class Process:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool] = lambda: True
    account: Mapping[str, Any] = field(default_factory=dict)
    stop_by: int = signal.SIGTERM
    patience: float = 8.0  # seconds between asking and killing
    feed: bytes = b""
    cwd: Path = servers.ROOT
    nice: int = 0  # how much it gives way to the others
    child: subprocess.Popen | None = None
    started: float = 0.0
    deaths: int = 0
    again_at: float = 0.0
    held: bool = False  # stopped on purpose: not to be restarted

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.poll() is None else None

    @property
    def begun(self) -> int:
        """How far it is in beginning, in quarters of a second of processor time, its children's included: at work, however slowly.
        Ten seconds are more than any of ours takes; what it uses after that is its ordinary life."""
        used = sum(_ticks(pid) for pid in (self.pid, *_children(self.pid))) if self.pid else 0
        return min(used, 10 * TICKS) * 4 // TICKS

    def start(self) -> None:
        with open(self.log, "ab") as log:
            if self.account:
                os.fchown(log.fileno(), self.account["user"], self.account["group"])
            self.child = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                cwd=self.cwd,
                stdin=subprocess.PIPE if self.feed else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=servers.tied_to_parent(self.stop_by, nice=self.nice),
                **self.account,
            )
        if self.feed and self.child.stdin:
            with suppress(BrokenPipeError):
                self.child.stdin.write(self.feed)
                self.child.stdin.close()
        self.started = time.monotonic()

    def signal_group(self, number: int) -> None:
        """To the process and its children; a child that made its own session answers to its parent's death."""
        if self.child:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, number)


class Supervisor:
    """start() in order, watch() for ever (or background()), stop() in the opposite order."""

    def __init__(self, say: Callable[[str], None] = print, changed: Callable[[], None] = lambda: None):
        self.processes: dict[str, Process] = {}
        self.say = say
        self.changed = changed
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.RLock()

    @property
    def is_watched(self) -> bool:
        return self._thread is not None

    def start(self, process: Process, *, wait: float = 0.0) -> None:
        """Starts it; with `wait`, returns only once it is ready (seconds allowed)."""
        with self._lock:
            self.processes[process.name] = process
            process.start()
        if wait:
            self.wait(process.name, wait)

    def wait(self, name: str, seconds: float) -> None:
        """Until it is ready; given up when it has not worked for so many seconds."""
        process = self.processes[name]
        patience = Patience(
            seconds, lambda: process.begun, lambda so_far: self.say(f"{name} démarre encore ({so_far:.0f} s)")
        )
        while not (process.pid and process.is_ready()):
            if process.pid is None and not self.is_watched:
                self.tick()
            broken = next((other for other in self.processes.values() if other.deaths > 3), None)
            if broken or patience.is_over():
                log = (broken or process).log
                raise SystemExit(f"{(broken or process).name} ne démarre pas. Fin de son journal :\n{tail(log)}")
            time.sleep(0.03)

    def tick(self) -> None:
        """Restarts whoever is dead and due. A process that dies again and again is retried ever more slowly, and said so."""
        with self._lock:
            if self._stopping.is_set():
                return
            for process in self.processes.values():
                if process.pid or process.held:
                    continue
                now = time.monotonic()
                if not process.again_at:
                    process.signal_group(signal.SIGKILL)  # what a killed parent left would work beside its successor
                    process.deaths = 1 if now - process.started > CALM else process.deaths + 1
                    pause = 0.0 if process.deaths == 1 else min(0.25 * 2 ** (process.deaths - 1), 20.0)
                    process.again_at = now + pause
                    code = process.child.returncode if process.child else None
                    self.say(
                        f"{process.name} s’est arrêté ({describe(code)}) ; relance dans {pause:.1f} s".replace(".", ",")
                    )
                if now >= process.again_at:
                    process.again_at = 0.0
                    process.start()
                    self.changed()

    def watch(self, pause: float = 0.2) -> None:
        while not self._stopping.wait(pause):
            self.tick()

    def background(self) -> None:
        self._thread = threading.Thread(target=self.watch, name="supervisor", daemon=True)
        self._thread.start()

    def hold(self, name: str) -> None:
        """Stops one process and leaves it down, until resume()."""
        with self._lock:
            self.processes[name].held = True
            _end([self.processes[name]])

    def resume(self, name: str, *, wait: float = 30.0) -> None:
        with self._lock:
            self.processes[name].held = False
            self.processes[name].again_at = 0.0
            self.processes[name].start()
        self.wait(name, wait)

    def stop(self) -> None:
        """Everything, last started first: those that serve, then those that they use."""
        self._stopping.set()
        with self._lock:
            _end([p for p in self.processes.values() if p.name not in ("postgres", "broker")])
            _end([p for p in self.processes.values() if p.name in ("postgres", "broker")])
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(5)


def _end(group: list[Process]) -> None:
    for process in group:
        if process.pid:
            with suppress(ProcessLookupError):
                os.kill(process.pid, process.stop_by)
    began = time.monotonic()
    while waiting := [p for p in group if p.pid]:
        for process in waiting:
            if time.monotonic() - began > process.patience:
                process.signal_group(signal.SIGKILL)
        time.sleep(0.03)
    for process in group:
        process.signal_group(signal.SIGKILL)


def _ticks(pid: int | None) -> int:
    with suppress(OSError, ValueError, IndexError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, told[11:15]))  # its own time and that of the children it has waited for
    return 0


def _children(pid: int | None) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def describe(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"code {code}"


def tail(file: Path, lines: int = 8) -> str:
    with suppress(OSError):
        return "\n".join(line[-1500:] for line in file.read_text(errors="replace").splitlines()[-lines:])
    return ""
