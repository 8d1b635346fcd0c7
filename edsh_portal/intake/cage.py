"""The cage: a stand-alone process that does one job a fork on bytes that may be hostile, without network, files or much time.

Run by keeper.py as `python -I cage.py SHOP`, its line on stdin; SHOP is the file of a shop, a module with `JOBS` (functions of
(content, **details) that answer (told, content)) and `warm()`. It imports neither Django nor a setting: no secret and no database
address is in its memory. Each fork lives within the limits of its order; what it throws, and what it dies of, is an answer.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
FOLDER = "portal-cage-"
FRAME = struct.Struct(">QQ")  # sizes of what is told (JSON) and of the bytes that follow
MOST_TOLD = 4 << 20  # bytes of JSON: whoever asked holds some ten times as much once it is read
Message = tuple[dict[str, Any], bytes]


def main(shop_file: str, niceness: str) -> None:
    line = socket.socket(fileno=0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    give_way(int(niceness))
    alone = empty_network()
    with own_folder() as folder:
        try:
            shop = opened(shop_file)
        except BaseException as error:  # a missing system library must reach the log of the caller, in words
            send(line, {"error": f"{type(error).__name__}: {error}"})
            return
        send(line, {"ready": True, "network": "none" if alone else "shared"})
        kept = set(os.listdir(folder))
        while (order := receive(line)) is not None:
            answer = forked(shop, *order, line)
            for left in set(os.listdir(folder)) - kept:  # what a job's child, killed perhaps, could not clear
                shutil.rmtree(Path(folder, left), ignore_errors=True)
            if answer is None:
                return
            send(line, *answer)


def give_way(niceness: int) -> None:
    """Below who started it, unless that gives way already; so does the session, by which Linux shares processors as well."""
    niceness = max(niceness, os.getpriority(os.PRIO_PROCESS, 0))
    os.setpriority(os.PRIO_PROCESS, 0, niceness)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


@contextlib.contextmanager
def own_folder() -> Iterator[str]:
    """A temporary folder for what engines write, gone at the end; those of cages killed days ago go too."""
    for old in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):
            if old.stat().st_uid == os.getuid() and time.time() - old.stat().st_mtime > 2 * 86400:
                shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        tempfile.tempdir = folder
        yield folder


def empty_network() -> bool:
    """No interface but a loopback that is down; False where the kernel refuses (no user namespaces)."""
    libc = ctypes.CDLL(None, use_errno=True)
    alone = libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return alone


def opened(file: str) -> ModuleType:
    """The shop, loaded and warm before the forks, so that none pays for it."""
    sys.path.insert(0, str(ROOT))
    spec = importlib.util.spec_from_file_location(Path(file).stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    shop = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shop)
    shop.warm()
    return shop


# ── one job ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def forked(shop: ModuleType, order: dict[str, Any], content: bytes, line: socket.socket) -> Message | None:
    """The answer of a child within its limits, and what it took; None when the caller has gone and nobody waits any more."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        work(shop, order, content, writer)
    os.close(writer)
    answer, why = collected(reader, line, time.monotonic() + order["seconds"], order["answer"])
    os.close(reader)
    if why:
        os.kill(child, signal.SIGKILL)
    _pid, status, used = os.wait4(child, 0)
    if why == "gone":
        return None
    if not why and (os.WIFSIGNALED(status) or len(answer) < FRAME.size):
        # the kernel ends what has had its processor time; anything else that kills is a fault of the file
        why = "time" if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "died"
    told, body = ({"outcome": why}, b"") if why else unpacked(answer)
    return told | {"cpu": round(used.ru_utime + used.ru_stime, 3), "peak": used.ru_maxrss * 1024}, body


def collected(reader: int, line: socket.socket, deadline: float, most: int) -> tuple[bytes, str]:
    """(all the child wrote, "") or (b"", why it must be killed)."""
    parts = bytearray()
    while True:
        waited: list[Any] = [reader, line]
        ready = select.select(waited, [], [], max(0.0, deadline - time.monotonic()))[0]
        if not ready:
            return b"", "time"
        if reader not in ready:  # the caller speaks only to leave: it waits for this answer
            return b"", "gone"
        part = os.read(reader, 1 << 16)
        if not part:
            return bytes(parts), ""
        parts += part
        if len(parts) > most:
            return b"", "heavy"


def unpacked(answer: bytes) -> Message:
    """What the child wrote: it may be anything, for the job may have been taken over by the file."""
    told_size, size = FRAME.unpack_from(answer)
    if told_size > MOST_TOLD:
        return {"outcome": "heavy"}, b""
    if FRAME.size + told_size + size != len(answer):
        return {"outcome": "died"}, b""
    try:
        told = json.loads(answer[FRAME.size : FRAME.size + told_size])
    except (ValueError, RecursionError):
        return {"outcome": "died"}, b""
    return (told, answer[FRAME.size + told_size :]) if isinstance(told, dict) else ({"outcome": "died"}, b"")


def work(shop: ModuleType, order: dict[str, Any], content: bytes, writer: int) -> NoReturn:
    """In the child: limits, the job, its answer, and out without running any destructor of the parent's."""
    try:
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        os.close(0)
        for limit, most in (
            (resource.RLIMIT_DATA, order["memory"]),
            (resource.RLIMIT_CPU, order["seconds"] + 1),
            (resource.RLIMIT_FSIZE, order["answer"]),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, order["descriptors"]),  # 0: neither file nor socket can be opened
        ):
            resource.setrlimit(limit, (most, most))
        late = [] if order["descriptors"] else watched_imports()
        told, body = shop.JOBS[order["job"]](content, **order["details"])
        if late:  # what could not be loaded was taken for a fault of the file: warm() must load it
            raise ImportError(f"late: {', '.join(late)}")
        answer = framed({"outcome": "done", **told}, body)
    except MemoryError:
        answer = framed({"outcome": "memory"})
    except BaseException as error:
        answer = framed({"outcome": "failed", "why": f"{type(error).__name__}: {error}"[:500]})
    try:
        view = memoryview(answer)
        while view:
            view = view[os.write(writer, view) :]
    finally:
        os._exit(0)


def watched_imports() -> list[str]:
    """The names of the modules that the job asks for from now on: it can open none."""
    asked: list[str] = []

    class Watch:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            asked.append(name)

    sys.meta_path.insert(0, Watch())  # it finds nothing
    return asked


# ── the line ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def framed(told: dict[str, Any], content: bytes = b"") -> bytes:
    head = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return FRAME.pack(len(head), len(content)) + head + content


def send(line: socket.socket, told: dict[str, Any], content: bytes = b"") -> None:
    line.sendall(framed(told, content))


def receive(line: socket.socket) -> Message | None:
    """The next message, or None when the line is closed."""
    sizes = exactly(line, FRAME.size)
    if sizes is None:
        return None
    told_size, size = FRAME.unpack(sizes)
    told, content = exactly(line, told_size), exactly(line, size)
    return None if told is None or content is None else (json.loads(told), content)


def exactly(line: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


if __name__ == "__main__":
    main(*sys.argv[1:])
