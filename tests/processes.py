"""Real processes for browsers and faults: gunicorn, both Celery workers and beat on a database of their own, with their own broker.

`portal` (one a module): an empty call, migrated. `portal_of_its_own("review")`: the demonstration's call built once at that stage, then
cloned for each portal that asks for it. Everything is started by bin/portal.py, as bin/demo does.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any
from urllib.parse import urlsplit

import portal as launcher
import pytest
import servers
from processes import Process, Supervisor

from tests.database import Database, _superuser, cloned, help_verbs, leave_alone

ALL = ("web", "default", "pdf", "intake", "beat")


@dataclass
class Portal:
    """A running portal: where it answers, its database by role, its processes by name."""

    base_url: str
    port: int
    database: Database
    environment: dict[str, str]
    ground: launcher.Ground
    directory: Path
    accounts: Any = field(default_factory=list)

    @property
    def supervisor(self) -> Supervisor:
        return self.ground.supervisor

    @property
    def redis_url(self) -> str:
        return self.ground.valkey.url

    @property
    def dsns(self) -> dict[str, str]:
        return self.database.dsns

    def set_clock(self, at: Any, *, frozen: bool = False) -> None:
        self.database.set_clock(at, frozen=frozen)

    def pid(self, name: str) -> int | None:
        """Of "web", "default", "pdf", "intake", "beat" or "broker"; None while it is down."""
        return self.supervisor.processes[name].pid

    def log(self, name: str) -> str:
        return self.supervisor.processes[name].log.read_text(errors="replace")

    def manage(self, *arguments: str, role: str = "owner") -> str:
        """Runs one command of manage.py on this portal's database, with the rights of production; its output. A failure raises with
        what was said."""
        command = [sys.executable, "manage.py", *arguments]
        alone = leave_alone(self.database, False)
        done = subprocess.run(
            command, cwd=servers.ROOT, env={**self.environment, "PORTAL_ROLE": role}, capture_output=True, text=True
        )
        leave_alone(self.database, alone)
        if done.returncode:
            raise AssertionError(
                f"manage.py {' '.join(arguments)}: code {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done.stdout

    def work_here(self) -> None:
        """This process, in which Django is not set up yet, calls verbs on this portal's database, as its web."""
        import django

        os.environ.update(self.environment, PORTAL_ROLE="web")
        django.setup()
        help_verbs(self.database)

    def answers(self, path: str = "/healthz") -> bool:
        return launcher.answers(self.port, path)

    def wait_until_ready(self, seconds: float = 60) -> None:
        launcher.wait_for(self.port, "/readyz", seconds, self.supervisor)

    def wait_until(self, statement: str, expected: Any, *, seconds: float = 60, role: str = "auditor") -> None:
        """Until the first column of the first row of the query equals `expected`."""
        until = time.monotonic() + seconds
        with self.database.connect(role) as line:
            while True:
                row = line.execute(statement).fetchone()
                if row and row[0] == expected:
                    return
                assert time.monotonic() < until, (
                    f"{statement}: still {row and row[0]!r} after {seconds} s, expected {expected!r}"
                )
                time.sleep(0.1)

    def wait_until_examined(self) -> None:
        """Until no file waits for its cage."""
        self.wait_until("SELECT count(*) FROM delivery WHERE queue = 'intake' AND state <> 'done'", 0)


@contextmanager
def running(
    template: str | None = None,
    *,
    files: Path | None = None,
    names: tuple[str, ...] = ALL,
    webs: int = 2,
    give_way: bool = True,
    **settings: str,
) -> Iterator[Portal]:
    """A portal on a clone of the template, with copies of the files that its rows name; `settings` go to its environment. Its workers
    give way to its pages, as in production; `webs` processes answer."""
    run = SimpleNamespace(
        directory=Path(tempfile.mkdtemp(prefix="portal-", dir=os.environ["PORTAL_RUN_DIRECTORY"])),
        mark=os.environ[servers.MARK],
    )
    (run.directory / "log").mkdir()
    supervisor = Supervisor(say=lambda line: print(line, file=sys.stderr))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, run.directory, ignore_errors=True)
        database = stack.enter_context(cloned(template))
        stack.callback(supervisor.stop)
        valkey = servers.Valkey(servers.passwords()["broker"])
        postgres = SimpleNamespace(url=_url_maker(database))
        ground = launcher.Ground(run, postgres, valkey, supervisor)  # type: ignore[arg-type]
        port = servers.free_port()
        if files:
            shutil.copytree(files, run.directory / "files", dirs_exist_ok=True)
        else:
            _share_seal(run.directory / "files")
        base_url = f"http://127.0.0.1:{port}"
        told = {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"], "PORTAL_BASE_URL": base_url}
        environment = ground.environment(database.name, files=run.directory / "files", **told, **settings)
        plain = {"PATH": os.environ["PATH"], servers.MARK: run.mark}
        supervisor.start(
            Process(
                "broker",
                valkey.command(),
                plain,
                run.directory / "log" / "broker.log",
                valkey.is_ready,
                feed=valkey.options(),
            ),
            wait=10,
        )
        if "web" in names:
            launcher.start_web(ground, environment, port, workers=webs)
        workers = tuple(name for name in names if name != "web")
        launcher.start_workers(ground, environment, names=workers, give_way=give_way)
        supervisor.background()
        if "web" in names:
            supervisor.wait("web", 60)
        portal = Portal(base_url, port, database, environment, ground, run.directory)
        if set(ALL) <= set(names):
            portal.wait_until_ready()
        with suppress(FileNotFoundError):
            portal.accounts = json.loads((run.directory / "files" / "accounts.json").read_text())
        yield portal


def _url_maker(database: Database) -> Callable[..., str]:
    def url(name: str, user: str = "superuser", password: str | None = None) -> str:
        return database.dsns[user.removeprefix("edsh_")]

    return url


def _share_seal(files: Path) -> None:
    """One seal for the run: making a key takes time and teaches nothing."""
    files.mkdir(exist_ok=True)
    for name in ("PORTAL_SEAL_KEY", "PORTAL_SEAL_CERT"):
        made = Path(os.environ[name])
        if made.exists():
            shutil.copy2(made, files / made.name)


def pytest_sessionstart(session: pytest.Session) -> None:
    """A run of everything wants every stage: they are being built before the first test asks, which waits for its own alone."""
    config = session.config
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and config.getvalue("numprocesses")
    if everything and "PYTEST_XDIST_WORKER" not in os.environ:
        threading.Thread(target=staged, args=("running",), daemon=True).start()


_building: list["subprocess.Popen[bytes]"] = []  # by this process


def staged(stage: str) -> tuple[str, Path]:
    """(template database, its files): the demonstration's call at a stage, built once a run, whatever the number of test workers.

    A run that is shared builds the last stage and keeps the others on the way: whoever wants one waits for that one alone.
    """
    top = Path(os.environ["PORTAL_RUN_DIRECTORY"])
    made = top / f"at-{stage}" / "accounts.json"  # written last
    while not made.exists():
        if any(process.poll() for process in _building):
            raise AssertionError("the demonstration could not be built: see above")
        with open(top / "stages.lock", "w") as lock, suppress(BlockingIOError):
            fcntl.flock(
                lock, fcntl.LOCK_EX | fcntl.LOCK_NB
            )  # unless another process builds, and leaves this stage on its way
            if not made.exists():
                _building.append(_build_stages("running" if "PYTEST_XDIST_WORKER" in os.environ else stage, lock))
        time.sleep(0.1)
    return f"edsh_at_{stage}", top / f"at-{stage}"


def _build_stages(last: str, lock: IO[str]) -> "subprocess.Popen[bytes]":
    """The process that builds: it holds the lock as long as it lives."""
    name, files = "edsh_building", Path(os.environ["PORTAL_RUN_DIRECTORY"], "at-building")
    shutil.rmtree(files, ignore_errors=True)
    _share_seal(files)
    with _superuser() as connection:
        launcher.drop(connection, name)
        launcher.clone(connection, os.environ["PORTAL_TEMPLATE"], name)
    environment = {
        **os.environ,
        **{role: urlsplit(url)._replace(path=f"/{name}").geturl() for role, url in _role_urls().items()},
        "PORTAL_MEDIA_ROOT": str(files / "media"),
        "PORTAL_ROOTS_DIR": str(files / "roots"),
        "PORTAL_SEAL_KEY": str(files / "seal.key.pem"),
        "PORTAL_SEAL_CERT": str(files / "seal.cert.pem"),
        "PORTAL_ROLE": "owner",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.stages", last],
        env=environment,
        cwd=servers.ROOT,
        pass_fds=[lock.fileno()],
        preexec_fn=servers.tied_to_parent(signal.SIGTERM),
    )


def _role_urls() -> dict[str, str]:
    return {
        name: os.environ[name]
        for name in ("DATABASE_URL", "DATABASE_URL_WEB", "DATABASE_URL_WORKER", "DATABASE_URL_AUDITOR")
    }


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """A whole portal without any call, for the tests of one module."""
    with running() as here:
        yield here


@contextmanager
def portal_of_its_own(stage: str, *, names: tuple[str, ...] = ALL, webs: int = 1, **settings: str) -> Iterator[Portal]:
    """The demonstration at a stage, on a clone that nobody else touches: for tests that write. What no worker has to do is
    tried on the web alone (`names`), and where few people are one process of it answers: each compiles its pages for itself."""
    name, files = staged(stage)
    # Whoever tests a page waits for the workers.
    with running(name, files=files, names=names, webs=webs, give_way=False, **settings) as here:
        yield here
