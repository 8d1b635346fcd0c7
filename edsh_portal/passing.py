"""Faults that pass by themselves: a disk without room, a database whose clock is behind, a service that does not answer. Nobody's mistake; what was asked is worth asking again."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISK_FULL = "53100"  # what PostgreSQL calls it
CLOCK_BEHIND = "EP002"  # event_append(): the portal's present is before the last event of the stream


class Away(Exception):
    """A service that the work needs, and that nothing replaces, is not there for now."""


def _causes(error: BaseException | None):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def is_full(error: BaseException) -> bool:
    """Of a disk of ours, or of the database's."""
    return any(
        isinstance(cause, OSError) and cause.errno in FULL or getattr(cause, "sqlstate", None) == DISK_FULL
        for cause in _causes(error)
    )


def is_clock_behind(error: BaseException) -> bool:
    return any(getattr(cause, "sqlstate", None) == CLOCK_BEHIND for cause in _causes(error))


def is_away(error: BaseException) -> bool:
    return any(isinstance(cause, Away) for cause in _causes(error))
