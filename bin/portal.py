"""The whole portal as a set of processes: one way to start it, for the demonstration and for the tests.

`serve()` starts PostgreSQL and the broker, `prepare_cluster()` makes the owner and a database, `prepare()` migrates, lays roles and loads
the call, `start_web()` and `start_workers()` do what their names say. Callers own the Supervisor, hence the end.
"""

import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from processes import Patience, Process, Supervisor, tail
from servers import MARK, ROOT, Postgres, Run, Valkey, passwords

ROLES = ("web", "worker", "auditor")
WORKERS = ("default", "pdf", "intake", "beat")
PASSED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TERM",
    "TMPDIR",
    "CI",
    "CHROMIUM",
    "SSL_CERT_FILE",
    "PORTAL_PG_BIN",
    "PORTAL_LOCAL",
    "PORTAL_SHOTS",
    "PORTAL_SLOW",
    "COVERAGE_PROCESS_START",
)


@dataclass
class Ground:
    """Running servers, before any database of ours."""

    run: Run
    postgres: Postgres
    valkey: Valkey
    supervisor: Supervisor

    def dsns(self, database: str) -> dict[str, str]:
        secret = passwords()
        return {name: self.postgres.url(database, f"edsh_{name}", secret[name]) for name in ("owner", *ROLES)}

    def environment(self, database: str, *, files: Path, **extra: str) -> dict[str, str]:
        """The contract between this launcher and the settings; `files` holds documents, signed roots and the seal's key."""
        dsns = self.dsns(database)
        kept = {name: os.environ[name] for name in PASSED if name in os.environ}
        return kept | {
            MARK: self.run.mark,
            "PYTHONUTF8": "1",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "edsh_portal.settings",
            "DATABASE_URL": dsns["owner"],
            "DATABASE_URL_WEB": dsns["web"],
            "DATABASE_URL_WORKER": dsns["worker"],
            "DATABASE_URL_AUDITOR": dsns["auditor"],
            "REDIS_URL": self.valkey.url,
            "PORTAL_SECRET_KEY": passwords()["secret_key"],
            "PORTAL_DEMO": "1",
            "PORTAL_DEBUG": "0",
            "PORTAL_ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
            "PORTAL_STATIC_ROOT": str(files / "static"),
            "PORTAL_MEDIA_ROOT": str(files / "media"),
            "PORTAL_ROOTS_DIR": str(files / "roots"),
            "PORTAL_SEAL_KEY": str(files / "seal.key.pem"),
            "PORTAL_SEAL_CERT": str(files / "seal.cert.pem"),
            **extra,
        }


@contextmanager
def serve(run: Run, supervisor: Supervisor, *, durable: bool, **settings: str) -> Iterator[Ground]:
    """PostgreSQL (with more `settings`) and the broker of one run, ready; all that the supervisor holds is stopped at the end."""
    logs = run.directory / "log"
    logs.mkdir(mode=0o755, exist_ok=True)
    postgres = Postgres(run.directory, durable=durable, settings=settings)
    valkey = Valkey(passwords()["broker"])
    plain = {name: os.environ[name] for name in ("PATH", "LANG", "SSL_CERT_FILE") if name in os.environ} | {
        MARK: run.mark
    }
    try:
        supervisor.start(
            Process(
                "broker",
                valkey.command(),
                plain,
                fresh(logs / "broker.log"),
                valkey.is_ready,
                feed=valkey.options(),
                cwd=run.directory,
            )
        )
        postgres.initialise()
        supervisor.start(
            Process(
                "postgres",
                postgres.command(),
                plain,
                fresh(logs / "postgres.log"),
                postgres.is_ready,
                account=postgres.account,
                stop_by=2,  # SIGINT: « fast », without waiting for clients
                patience=20.0,
                cwd=Path("/"),
            )
        )
        supervisor.wait("postgres", 60)
        supervisor.wait("broker", 10)
        yield Ground(run, postgres, valkey, supervisor)
    finally:
        supervisor.stop()


def fresh(log: Path) -> Path:
    """An empty log; the one before is kept beside it."""
    with suppress(FileNotFoundError):
        log.replace(log.with_suffix(".previous.log"))
    return log


# ── databases ────────────────────────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def superuser(ground: Ground, database: str = "postgres") -> Iterator[Any]:
    import psycopg

    with psycopg.connect(ground.postgres.url(database), autocommit=True) as connection:
        yield connection


def prepare_cluster(ground: Ground, database: str, *, anew: bool = False) -> bool:
    """The owner and its database; every login that exists gets the password of .local again. True when the database is new."""
    from psycopg import sql

    secret = passwords()
    with superuser(ground) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        if "edsh_owner" not in known:
            connection.execute("CREATE ROLE edsh_owner LOGIN NOSUPERUSER NOCREATEDB CREATEROLE")
        for name in ("owner", *(role for role in ROLES if f"edsh_{role}" in known)):
            word = sql.Literal(secret[name])
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(f"edsh_{name}"), word))
        named = sql.Identifier(database)
        if anew:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            _forget_heartbeats(ground, database)
            return False
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER edsh_owner").format(named))
        return True


def _forget_heartbeats(ground: Ground, database: str) -> None:
    """Signs of life of the workers of the last start would make this one look ready before it is."""
    with superuser(ground, database) as connection:
        if connection.execute("SELECT to_regclass('public.heartbeat') IS NOT NULL").fetchone()[0]:
            connection.execute("DELETE FROM heartbeat")


def clone(connection: Any, template: str, name: str) -> None:
    """Copies a database nobody is connected to, its own rights included (which CREATE DATABASE leaves behind)."""
    from psycopg import sql

    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER edsh_owner").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    connection.execute(
        "UPDATE pg_database SET datacl = (SELECT datacl FROM pg_database WHERE datname = %s) WHERE datname = %s",
        [template, name],
    )


def drop(connection: Any, name: str) -> None:
    from psycopg import sql

    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


# ── what runs in it ──────────────────────────────────────────────────────────────────────────────────────────────────
def sources_digest() -> str:
    """Of everything that preparing a database depends on: equal means that nothing has to be migrated, granted or filled again."""
    digest = hashlib.sha256()
    for top in sorted(
        p
        for p in ROOT.iterdir()
        if p.is_dir() and not p.name.startswith(".") and p.name not in ("bin", "tests", "docs", "deploy")
    ):
        for file in sorted(top.rglob("*")):
            if file.suffix in (".py", ".sql", ".json", ".csv", ".po") and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    digest.update((ROOT / "requirements.txt").read_bytes())
    return digest.hexdigest()


def tables() -> dict[str, str]:
    """{migration: its hash}: what a database was made with."""
    files = sorted(ROOT.glob("*/migrations/0*.py"))
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def rewritten(known: Mapping[str, str]) -> bool:
    """A migration that made this database is no longer what it was: no other can bring it up, it has to be made again."""
    now = tables()
    return any(now.get(name) != digest for name, digest in known.items())


def prepare(environment: Mapping[str, str], *steps: str) -> None:
    """One process for all the steps (`migrate`, `roles`, `seal`, `static`, `demo:STAGE`, `accounts:FILE`): Django is loaded once."""
    command = [sys.executable, str(ROOT / "bin" / "prepare.py"), *steps]
    done = subprocess.run(
        command,
        env={**environment, "PORTAL_ROLE": "owner", "PORTAL_LOG": "WARNING", "PORTAL_CAGE_NICE": "0"},
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"La préparation de la base a échoué ({' '.join(steps)}).")


def start_web(
    ground: Ground, environment: Mapping[str, str], port: int, *, name: str = "web", workers: int = 2
) -> None:
    python = str(Path(sys.executable))
    # The porch holds every connection; few are inside at a time; the other threads wait at the door (edsh_portal/admission.py).
    command = [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "--threads", "64"]
    command += [
        "--worker-class",
        "edsh_portal.porch.Porch",
        "--preload",
        "--timeout",
        "60",
        "--graceful-timeout",
        "5",
        "--keep-alive",
        "5",
    ]
    command += [
        "--max-requests",
        "20000",
        "--max-requests-jitter",
        "2000",
        "--worker-tmp-dir",
        shared_memory(),
        "--no-control-socket",
    ]
    log = ground.run.directory / "log" / f"{name}.log"
    ground.supervisor.start(
        Process(
            name,
            [*command, "edsh_portal.wsgi:application"],
            {**environment, "PORTAL_ROLE": "web"},
            fresh(log),
            lambda: answers(port, "/healthz"),
        )
    )


def shared_memory() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"


def start_workers(
    ground: Ground, environment: Mapping[str, str], *, names: tuple[str, ...] = WORKERS, give_way: bool = True
) -> None:
    """The three queues and the beat. The pdf worker's children are few, walled in memory and in time; files are examined one by one.
    They give way to the pages (`give_way`), unless whoever asks a page waits for them."""
    logs = ground.run.directory / "log"
    celery = [str(Path(sys.executable)), "-m", "celery", "-A", "edsh_portal"]
    # People first, then their receipts, then mails: at the cut-off each waits for the one before, and not the other way round.
    nice = {"pdf": 10, "default": 15, "intake": 10}
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    wall = ["--max-memory-per-child", "600000", "--max-tasks-per-child", "200", "--time-limit", "90"]
    schedule = ground.run.directory / "beat"
    commands = {
        "default": [*celery, "worker", "-Q", "default", "-n", "default@portal", "--concurrency", "2", *quiet],
        "pdf": [*celery, "worker", "-Q", "pdf", "-n", "pdf@portal", "--concurrency", "2", *quiet, *wall],
        "intake": [*celery, "worker", "-Q", "intake", "-n", "intake@portal", "--concurrency", "1", *quiet, *wall],
        "beat": [*celery, "beat", "--loglevel", "INFO", "--schedule", str(schedule), "--pidfile", ""],
    }
    for file in ground.run.directory.glob(
        "beat*"
    ):  # when it last rang is of no interest: what is due is in the database
        file.unlink()
    for name in names:
        ground.supervisor.start(
            Process(
                name,
                commands[name],
                {**environment, "PORTAL_ROLE": "worker"},
                fresh(logs / f"{name}.log"),
                patience=6.0,
                nice=nice.get(name, 0) if give_way else 0,
            )
        )


def answers(port: int, path: str, *, status: int = 200, timeout: float = 5.0) -> bool:
    return ask(port, path, timeout=timeout)[0] == status


def ask(port: int, path: str, *, timeout: float = 5.0) -> tuple[int, bytes]:
    """(status, body), or (0, b"") when nobody answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        line.request("GET", quote(path))
        answer = line.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()


class NotReady(SystemExit):
    """What was waited for has not moved for long: the sentence says what it is, and what the log of the culprit ends with."""


def wait_for(port: int, path: str, seconds: float, supervisor: Supervisor) -> float:
    """Polls until 200; returns the instant (time.time()). The supervisor goes on restarting whoever dies.

    A busy machine is slow, not broken: given up only after `seconds` in which nothing moved, neither the answer nor, while nobody
    answers or other processes are awaited, their work. Says what it waits for. Raises NotReady.
    """
    status, body = 0, b""

    def far() -> object:
        return status, awaited(body), *(supervisor.processes[name].begun for name in busy(supervisor, status))

    def say(so_far: float) -> None:
        nothing = f"réponse {status}" if status else "personne ne répond encore"
        supervisor.say(f"Attente de {path} depuis {so_far:.0f} s : {awaited(body) or nothing}")

    patience = Patience(seconds, far, say)
    failing = 0.0  # since when it answers errors: a page that breaks is not one that is late
    while True:
        status, body = ask(port, path)
        if status == 200:
            return time.time()
        failing = (failing or time.monotonic()) if status in (404, 500) else 0.0
        broken = next((p for p in supervisor.processes.values() if p.deaths > 3), None)
        if broken or patience.is_over() or (failing and time.monotonic() - failing > 15):
            culprit = broken or supervisor.processes["web"]
            answer = f"{path} répond {status or 'rien'} au bout de {patience.waited:.0f} s : {awaited(body)}"
            raise NotReady(f"{answer}\nFin du journal de {culprit.name} :\n{tail(culprit.log)}")
        if not supervisor.is_watched:
            supervisor.tick()
        time.sleep(0.05 if patience.waited < 5 else 0.25)


def busy(supervisor: Supervisor, status: int) -> list[str]:
    """Whose work counts as progress: the web's until it answers (then it works for whoever asks), and the workers' until they show
    signs of life."""
    return [name for name in supervisor.processes if name in WORKERS or (name == "web" and not status)]


WORDS = {"database": "la base", "broker": "le courtier", "migrations": "les migrations"}


def awaited(body: bytes) -> str:
    """What /readyz lacks, in words; the beginning of any other answer."""
    with suppress(ValueError, KeyError, AttributeError, TypeError):
        checks = json.loads(body)["checks"]
        lacks = [words for name, words in WORDS.items() if not checks[name]]
        return ", ".join(lacks + [f"la file « {name} »" for name, alive in checks["workers"].items() if not alive])
    return body[:200].decode(errors="replace")


def accounts(file: Path) -> Any:
    return json.loads(file.read_text()) if file.exists() else []
