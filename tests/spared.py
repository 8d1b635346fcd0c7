"""What each test would pay anew though it never changes, and a process of the tests pays once."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import psycopg
import pytest
from django.db.backends.utils import debug_transaction
from psycopg._preparing import Prepare, PrepareManager

ADDRESSES = 8192
MAKES = b"CREATE", b"ALTER", b"DROP"


@pytest.fixture(scope="session", autouse=True)
def static_files_looked_for_once() -> Iterator[None]:
    """A portal looks for its static files as it starts; a test's client is a portal of its own, and there are thousands."""
    from django.conf import settings
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add(self: Any) -> None:
        key = self.static_prefix, *map(str, settings.STATICFILES_DIRS)
        if key not in found:
            look(self)
            found[key] = self.files
        self.files = {**self.files, **found[key]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_resolved_once() -> Iterator[None]:
    """The tables ask each address of everybody; where it leads is the same for all."""
    from django.urls import URLResolver

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLResolver, "resolve", lru_cache(ADDRESSES)(URLResolver.resolve))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_planned_once() -> Iterator[None]:
    """What a connection has prepared outlives a savepoint that is undone, which every test and every cell of a table ends with. psycopg
    forgets it at each, lest what a statement names be made anew: here, only once the connection has made something."""
    forgets = PrepareManager._should_discard

    def once_made(self: Any, prep: Prepare, results: Any) -> bool:
        said = [one.command_status or b"" for one in results]
        self.made = getattr(self, "made", False) or any(one.startswith(MAKES) for one in said)
        undone = b"ROLLBACK" in said and not self.made
        return False if undone else forgets(self, prep, results)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "_should_discard", once_made)
        yield


class Frames:
    """Savepoints of a connection that no statement has followed yet, in place of what Django's wrapper does of each."""

    asks = psycopg.Cursor.execute

    @staticmethod
    def waiting(line: Any) -> list[str]:
        return vars(line).setdefault("frames", [])

    @classmethod
    def send(cls, line: Any) -> None:
        if frames := cls.waiting(line):
            said, frames[:] = "; ".join(frames), []
            cls.asks(psycopg.Cursor(line), said.encode(), prepare=False)

    @classmethod
    def before(cls, asked: Any) -> Any:
        def execute(self: Any, *args: Any, **how: Any) -> Any:
            cls.send(self.connection)
            return asked(self, *args, **how)

        return execute

    @classmethod
    def over(cls, ends: Any) -> Any:
        def end(self: Any) -> Any:
            if self.connection is not None:
                cls.waiting(self.connection).clear()
            return ends(self)

        return end


def _begin(self: Any, sid: str) -> None:
    with debug_transaction(self, self.ops.savepoint_create_sql(sid)):
        Frames.waiting(self.connection).append(self.ops.savepoint_create_sql(sid))


def _let_go(self: Any, sid: str) -> None:
    frames = Frames.waiting(self.connection)
    with debug_transaction(self, self.ops.savepoint_commit_sql(sid)):
        if frames[-1:] == [self.ops.savepoint_create_sql(sid)]:
            frames.pop()
        else:
            frames.append(self.ops.savepoint_commit_sql(sid))


def _undo(self: Any, sid: str) -> None:
    frames, began = Frames.waiting(self.connection), self.ops.savepoint_create_sql(sid)
    with debug_transaction(self, self.ops.savepoint_rollback_sql(sid)), self.wrap_database_errors:
        if began in frames:
            frames[frames.index(began) + 1 :] = []
        else:
            frames[:] = [self.ops.savepoint_rollback_sql(sid)]
            Frames.send(self.connection)


@pytest.fixture(scope="session", autouse=True)
def frames_sent_with_what_follows() -> Iterator[None]:
    """In a test each transaction of the portal is a savepoint, hence two answers more to wait for. It is made with the first statement that
    stands in it, and let go with the first that comes after; one where nothing was asked never was. What is undone is undone at once."""
    from edsh_portal.database.base import DatabaseWrapper

    asking = ((psycopg.Cursor, "execute"), (psycopg.Cursor, "executemany"), (psycopg.ServerCursor, "execute"))
    with pytest.MonkeyPatch.context() as patch:
        for kind, name in asking:
            patch.setattr(kind, name, Frames.before(getattr(kind, name)))
        for name, mine in {"_savepoint": _begin, "_savepoint_commit": _let_go, "_savepoint_rollback": _undo}.items():
            patch.setattr(DatabaseWrapper, name, mine)
        for name in ("_commit", "_rollback"):
            patch.setattr(DatabaseWrapper, name, Frames.over(getattr(DatabaseWrapper, name)))
        yield


def packed_quickly(patch: pytest.MonkeyPatch) -> None:
    """Static files are packed as in production, with the least effort: half a minute of a processor otherwise, each time."""
    import brotli
    from whitenoise.compress import Compressor

    patch.setattr(Compressor, "compress_brotli", staticmethod(lambda data: brotli.compress(data, quality=1)))
