"""Read at start by the webs whose clock lies (tests/noon.py): under libfaketime 0.9.10, Python's own sleep fails on the
monotonic clock that is left true (clock_nanosleep answers EINVAL), so that a pause is a wait on nothing here."""

import select
import time


def pause(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = pause
