"""Bytes that have not all arrived: one file an upload, apart from the documents, dropped when it ends or expires."""

import os
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "quarantine"


def path_of(key: int) -> Path:
    return folder() / str(key)


def append(key: int, offset: int, part: bytes) -> None:
    """Writes `part` at `offset`, over whatever a cut connection left beyond it. Durable once it returns. Repeatable."""
    folder().mkdir(parents=True, exist_ok=True)
    handle = os.open(path_of(key), os.O_WRONLY | os.O_CREAT, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.seek(offset)
        file.write(part)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def read(key: int) -> bytes:
    """What has arrived; nothing when nothing has."""
    try:
        return path_of(key).read_bytes()
    except FileNotFoundError:
        return b""


def drop(key: int) -> None:
    path_of(key).unlink(missing_ok=True)


def keys() -> set[int]:
    """The uploads of which something is kept."""
    return {int(path.name) for path in folder().glob("*") if path.name.isdecimal()}
