"""Stored files: bytes under their SHA-256 before the row that names them; rows never change."""

import hashlib
import os
import re
import tempfile
import unicodedata
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse

from . import clock
from .models import Document


class Damaged(Exception):
    """The bytes on disk are missing or are not those the row names."""


class Kept(NamedTuple):
    """Bytes that are on disk: what the row that names them needs of them. `key`: of those in quarantine, the row's own."""

    sha256: str
    size: int
    key: uuid.UUID | None = None


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def keep(content: bytes) -> Kept:
    """Writes the bytes (temporary name, fsync, rename to their hash). Repeatable; before any lock, for it takes time."""
    kept = Kept(hashlib.sha256(content).hexdigest(), len(content))
    target = path_of(kept.sha256)
    if target.exists():
        return kept
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o640)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return kept


def clean_name(name: str) -> str:
    """A file name safe to show and to download: no path, control or direction characters, ≤ 120 characters."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] not in "CZ" or c == " ")
    name = re.sub(r"[^\w .,()\-’']", "_", name).strip(" .") or "document"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 119 - len(ending)]}.{ending}" if dot and stem and len(ending) <= 8 else name[:120]


def store(
    kept: Kept,
    *,
    name: str,
    media_type: str,
    kind: str,
    by: Any,
    at: datetime | None = None,
    issued: bool = False,
    level: str = "",
    data_sha256: str = "",
) -> Document:
    """Writes the row of bytes that are kept, or in quarantine. `issued`: made by the portal itself, not to be examined; `level`: of its seal;
    `data_sha256`: of the data that it carries, by which it is checked."""
    born = Document.Scan.ISSUED if issued else Document.Scan.EXAMINING if kept.key else Document.Scan.NOT_SCANNED
    return Document.objects.create(
        id=kept.key or uuid.uuid4(),
        sha256=kept.sha256,
        size=kept.size,
        media_type=media_type,
        name=clean_name(name),
        kind=kind,
        scan=born,
        level=level,
        data_sha256=data_sha256,
        created_at=at or clock.now(),
        created_by=by,
    )


def read(document: Document) -> bytes:
    """The bytes kept (those received, or what was drawn of them), checked against the row. Damaged otherwise."""
    sha256 = document.kept_sha256
    try:
        content = path_of(sha256).read_bytes()
    except OSError as error:
        raise Damaged(f"{document.pk}: {error}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(f"{document.pk}: bytes changed on disk")
    return content


def response(document: Document) -> HttpResponse:
    """Always an attachment, never sniffed, sandboxed should a browser open it all the same."""
    answer = HttpResponse(read(document), content_type=document.media_type)
    plain = document.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    answer["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    # django-csp reads its exceptions on the answer itself
    vars(answer)["_csp_replace"] = {"default-src": ["'none'"], "sandbox": True, "frame-ancestors": ["'none'"]}
    return answer
