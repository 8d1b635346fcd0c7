"""Bytes that are no document yet, apart from those that are: of an upload under way (a number), or received and not examined (a UUID).

Nobody reads them but the cage and the scanner; they are dropped when the upload ends or expires, when the file has been examined.
"""

import hashlib
import os
import time
import uuid
from pathlib import Path

from django.conf import settings

from edsh_portal.documents import Damaged, Kept

ORPHAN_SECONDS = 3600  # what is received is named by a row within its request
Key = int | uuid.UUID


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "quarantine"


def path_of(key: Key) -> Path:
    return folder() / str(key)


def append(key: Key, offset: int, part: bytes) -> None:
    """Writes `part` at `offset`, over whatever a cut connection left beyond it. Durable once it returns. Repeatable."""
    folder().mkdir(parents=True, exist_ok=True)
    handle = os.open(path_of(key), os.O_WRONLY | os.O_CREAT, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.seek(offset)
        file.write(part)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def read(key: Key) -> bytes:
    """What has arrived; nothing when nothing has."""
    try:
        return path_of(key).read_bytes()
    except FileNotFoundError:
        return b""


def take_in(content: bytes) -> Kept:
    """Bytes that have all arrived, under a key of their own until they have been examined. Durable once it returns."""
    key = uuid.uuid4()
    append(key, 0, content)
    return Kept(hashlib.sha256(content).hexdigest(), len(content), key)


def received(key: uuid.UUID, sha256: str) -> bytes:
    """What take_in() kept. Damaged when it is missing, or is not what its row names."""
    content = read(key)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(f"{key}: missing or changed in quarantine")
    return content


def drop(key: Key) -> None:
    path_of(key).unlink(missing_ok=True)


def keys() -> set[int]:
    """The uploads of which something is kept."""
    return {int(path.name) for path in folder().glob("*") if path.name.isdecimal()}


def old() -> set[uuid.UUID]:
    """What was received some time ago and is still here: rows tell whether it waits for its examination or is nobody's."""
    until, found = time.time() - ORPHAN_SECONDS, set()
    for path in folder().glob("*-*"):
        if path.stat().st_mtime < until:
            found.add(uuid.UUID(path.name))
    return found
