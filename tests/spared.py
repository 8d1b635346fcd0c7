"""What each test would pay anew though it never changes, and a process of the tests pays once."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
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


def packed_quickly(patch: pytest.MonkeyPatch) -> None:
    """Static files are packed as in production, with the least effort: half a minute of a processor otherwise, each time."""
    import brotli
    from whitenoise.compress import Compressor

    patch.setattr(Compressor, "compress_brotli", staticmethod(lambda data: brotli.compress(data, quality=1)))
