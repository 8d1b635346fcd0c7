"""A browser that hangs fails its test: nothing here may wait for ever."""

import signal
from collections.abc import Iterator

import pytest

from tests.browser import line

MOST_SECONDS = 1200 if line.SECONDS else 240


@pytest.fixture(autouse=True)
def never_for_ever() -> Iterator[None]:
    def give_up(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"still waiting for the browser after {MOST_SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(MOST_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
