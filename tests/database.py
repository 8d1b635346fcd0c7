"""The tests' databases: real roles, clones of one template, nothing flushed (TRUNCATE is refused here as it is in production).

`db` (or @pytest.mark.django_db): the default connection is the *web* role; what the test writes is rolled back.
`committed` (or django_db(transaction=True)): the same on a clone of its own, dropped afterwards, where everything commits.
`owner`, `worker`, `auditor`, `web`: bare psycopg connections (autocommit) to the database of the test.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import portal as launcher
import psycopg
import pytest

from edsh_portal import speaker
from edsh_portal.database import apart

VARIABLES = {
    "owner": "DATABASE_URL",
    "web": "DATABASE_URL_WEB",
    "worker": "DATABASE_URL_WORKER",
    "auditor": "DATABASE_URL_AUDITOR",
}


def pytest_configure(config: pytest.Config) -> None:
    if "PORTAL_SUPERUSER_URL" not in os.environ:
        raise pytest.UsageError("run the tests by bin/test [pytest arguments]: it starts their servers")


_clock_lines: dict[str, psycopg.Connection[Any]] = {}  # by the name of the database


@dataclass(frozen=True)
class Database:
    """One database of the run: its name and how each role reaches it."""

    name: str
    dsns: dict[str, str]

    @contextmanager
    def connect(self, role: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.dsns[role], autocommit=True) as connection:
            yield connection

    def set_clock(self, at: datetime | None, *, frozen: bool = False) -> None:
        """Moves the portal's clock of this database, committed at once; None brings the real one back."""
        self._clock_line().execute(
            "UPDATE portal_clock SET frozen_at = CASE WHEN %(frozen)s THEN %(at)s::timestamptz END,"
            " shift = coalesce(%(at)s::timestamptz - clock_timestamp(), '0')",
            {"at": at, "frozen": frozen and at is not None},
        )

    def freeze_clock(self) -> None:
        """The portal's clock stays where it is."""
        self._clock_line().execute("UPDATE portal_clock SET frozen_at = portal_now()")

    def _clock_line(self) -> psycopg.Connection[Any]:
        """Thousands of tests move the clock: one connection of the owner's, for as long as the database is there."""
        if self.name not in _clock_lines:
            _clock_lines[self.name] = psycopg.connect(self.dsns["owner"], autocommit=True)
        return _clock_lines[self.name]


def _superuser() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["PORTAL_SUPERUSER_URL"], autocommit=True)


def described(name: str) -> Database:
    urls = {role: os.environ[variable] for role, variable in VARIABLES.items()}
    dsns = {role: urlsplit(url)._replace(path=f"/{name}").geturl() for role, url in urls.items()}
    superuser = urlsplit(os.environ["PORTAL_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    return Database(name, dsns | {"superuser": superuser})


@contextmanager
def cloned(template: str | None = None) -> Iterator[Database]:
    """A copy of the template for as long as the block lasts (about a quarter of a second to make)."""
    name = f"edsh_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
    with _superuser() as connection:
        launcher.clone(connection, template or os.environ["PORTAL_TEMPLATE"], name)
    try:
        yield described(name)
    finally:
        if name in _clock_lines:
            _clock_lines.pop(name).close()
        with _superuser() as connection:
            launcher.drop(connection, name)


@contextmanager
def used(database: Database) -> Iterator[Database]:
    """Django's default connection, and the URLs that child processes inherit, point at this database. What is opened last is left
    first: otherwise the connection would stand on a database that others have left, or on the template itself."""
    from django.db import connections

    help_verbs(database)
    conf = connections.settings["default"]
    before = conf["NAME"], {variable: os.environ[variable] for variable in VARIABLES.values()}
    connections.close_all()
    conf["NAME"] = database.name
    os.environ.update({variable: database.dsns[role] for role, variable in VARIABLES.items()})
    try:
        yield database
    finally:
        connections.close_all()
        assert conf["NAME"] == database.name, f"{database.name} is left while {conf['NAME']} is used"
        conf["NAME"] = before[0]
        os.environ.update(before[1])


def help_verbs(database: Database) -> None:
    """From here on verbs are called there, in this process, for whoever they name (`_stage`), or for nobody."""
    from django.db.backends.signals import connection_created

    connection_created.connect(_staged, dispatch_uid="tests")
    leave_alone(database, True)


def leave_alone(database: Database, may: bool) -> bool:
    """Whether the web writes and reads there in the portal's own name, nobody being at work: only where a test builds its world
    (by=None) and looks at all of it. Returns whether it did."""
    login = _login_of("web")
    alone = "FUNCTION portal_alone(), reads_all()"
    given = f"GRANT EXECUTE ON {alone} TO" if may else f"REVOKE EXECUTE ON {alone} FROM"
    with database.connect("superuser") as line:
        before = line.execute("SELECT has_function_privilege(%s, 'portal_alone()', 'EXECUTE')", [login]).fetchone()
        line.execute(f'{given} "{login}"'.encode())
    return before == (True,)


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Django's default connection signs in as another role, `superuser` included. Only where everything commits. Meanwhile the web's
    rights are those of production."""
    from django.db import connection, connections

    assert not connection.in_atomic_block, "as_role() needs a committed test"
    conf = connections.settings["default"]
    before = {key: conf[key] for key in ("USER", "PASSWORD")}
    database = described(conf["NAME"])
    parts = urlsplit(database.dsns[role])
    connections.close_all()
    conf.update(USER=parts.username, PASSWORD=parts.password)
    alone = leave_alone(database, role == "web")
    try:
        yield
    finally:
        connections.close_all()
        conf.update(before)
        leave_alone(database, alone)


@contextmanager
def by_hand() -> Iterator[Any]:
    """A cursor to write rows without a verb, in a transaction with the event that seals them (edsh_portal/chain.sql)."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor
        cursor.execute("SELECT event_append(%s, 'row.written', 'x', 0, NULL, NULL, '{}')", [f"test:{uuid.uuid4().hex}"])


@contextmanager
def files_apart() -> Iterator[Path]:
    """Documents and signed roots of one database, in a directory of their own."""
    from django.test import override_settings

    top = Path(os.environ["PORTAL_RUN_DIRECTORY"], "files", uuid.uuid4().hex[:8])
    names = {"PORTAL_MEDIA_ROOT": top / "media", "PORTAL_ROOTS_DIR": top / "roots"}
    before = {name: os.environ[name] for name in names}
    for path in names.values():
        path.mkdir(parents=True)
    os.environ.update({name: str(path) for name, path in names.items()})
    try:
        with override_settings(MEDIA_ROOT=names["PORTAL_MEDIA_ROOT"], ROOTS_DIR=names["PORTAL_ROOTS_DIR"]):
            yield top
    finally:
        os.environ.update(before)
        shutil.rmtree(top, ignore_errors=True)


# Functions of the database that ask who is at work, and which of their arguments names them.
ASKING = {
    "SELECT act_decide(": 3,
    "SELECT act_propose(": 6,
    "SELECT event_append(": 4,
    "SELECT ledger_post(": 3,
    "SELECT password_set(": 0,
}


def as_(person: Any) -> None:
    """In this transaction, Django's connection speaks for this person: by a true session, opened here, whose key is told."""
    from django.db import connection

    key = f"{person}-{connection.connection.info.backend_pid}"
    apart(
        "INSERT INTO web_session (key_sha256, user_id, epoch, data, expires_at)"
        " SELECT encode(sha256(%s), 'hex'), id, session_epoch, '', '2100-01-01' FROM directory_user WHERE id = %s"
        " ON CONFLICT (key_sha256) DO UPDATE SET epoch = excluded.epoch",
        [key.encode(), person],
    )
    connection.tell(speaker.Keys(key))


def _stage(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Tests call verbs as the person they name: whoever `by` is, is at work. In a request nobody is helped: its own keys are told
    again, since it did not begin the transaction of the test."""
    asked = next((start for start in ASKING if str(sql).startswith(start)), None)
    if asked and context["connection"].settings_dict["USER"] == _login_of("web"):
        said = sql[len(asked) :].removesuffix(")").split(", ")
        place = said[: ASKING[asked]].count("%s")
        if speaker.at_work():
            context["connection"].tell(speaker.keys())
        elif said[ASKING[asked]] == "%s" and params[place] is not None:
            as_(params[place])
    return execute(sql, params, many, context)


def _staged(connection: Any, **_signal: Any) -> None:
    if _stage not in connection.execute_wrappers:
        connection.execute_wrappers.append(_stage)


def _login_of(role: str) -> str:
    return str(urlsplit(os.environ[VARIABLES[role]]).username)


_here: list[Database] = []  # the database of the running test is the last


@contextmanager
def standing_in(template: str | None = None) -> Iterator[Database]:
    with cloned(template) as database, used(database), files_apart():
        _here.append(database)
        try:
            yield database
        finally:
            _here.pop()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Instead of Django's own test database: a clone for this process; committed tests get one each."""
    from django.test import TransactionTestCase

    standing: list[Any] = []

    def enter(_case: Any) -> None:
        standing.append(standing_in())
        standing[-1].__enter__()

    def leave(_case: Any) -> None:
        standing.pop().__exit__(None, None, None)

    with standing_in(), django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_setup", classmethod(enter))
        patch.setattr(TransactionTestCase, "_fixture_teardown", leave)
        yield


@contextmanager
def rolled_back(blocker: Any) -> Iterator[Database]:
    """A transaction around several tests of one file, for a world that is built once: each test stands in it as in a
    savepoint. tests/conftest.py puts the tests that commit, and those that stand on less, before it."""
    from django.db import transaction

    here = _here[-1]
    with blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        try:
            yield here
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            here.set_clock(None)


@pytest.fixture(scope="module")
def by_the_owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The default connection of a whole file signs in as the owner: what its tests do is a command of the owner's."""
    with django_db_blocker.unblock(), as_role("owner"):
        yield


@pytest.fixture
def database(request: pytest.FixtureRequest, django_db_setup: None) -> Database:
    """The database this test stands in."""
    for name in ("transactional_db", "db"):
        if name in request.fixturenames:
            request.getfixturevalue(name)
    return _here[-1]


@pytest.fixture
def committed(transactional_db: None) -> Database:
    """A database of the test's own, where everything commits: races, triggers at commit, several processes."""
    return _here[-1]


@pytest.fixture
def set_clock(database: Database) -> Iterator[Any]:
    """set_clock(at, frozen=False): moves the portal's clock for this test."""
    yield database.set_clock
    if _here and _here[-1] == database:
        database.set_clock(None)


def _login(role: str) -> Any:
    @pytest.fixture(name=role)
    def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
        with database.connect(role) as line:
            yield line

    return connection


owner, web, worker, auditor, superuser = map(_login, ("owner", "web", "worker", "auditor", "superuser"))
