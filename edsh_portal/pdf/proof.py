"""Is this a document that the portal sealed? Asked of the cage: the file may be a stranger's."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from edsh_portal.intake import desk

from . import keys

PATIENT = 300.0  # seconds for a turn: a command or a worker may wait where a page may not


@dataclass(frozen=True)
class Seal:
    valid: bool
    signer: str = ""
    at: datetime | None = None
    covers_whole_file: bool = False
    level: str = ""  # PAdES: B-B, B-T, B-LT
    stamped_at: datetime | None = None  # by the time-stamp authority
    stamped_by: str = ""
    why: str = ""  # for the log and `verify`, in English; a page says only valid or not


@dataclass(frozen=True)
class Claims:
    """What a file says that it is; nothing of it is proven."""

    title: str
    number: str  # of the act attached, "" without
    sha256: str  # of the data attached, "" without
    ours: bool  # a certificate of our seal stands in it


def claims(content: bytes, *, wait: float | None = None) -> Claims:
    """Raises desk.GaveUp or desk.Unavailable when the cage could not tell."""
    return Claims(**desk.claimed(content, Path(settings.SEAL_CERT_PATH).read_text(), wait=wait))


def check(content: bytes, *, wait: float | None = None) -> Seal:
    """Valid: one seal by a certificate of SEAL_CERT_PATH (the present one first, then past ones), its time-stamp and what it is judged by
    under SEAL_AUTHORITIES_PATH, and nothing else.

    `wait`: seconds for a turn, else those of a page. Raises desk.GaveUp or desk.Unavailable when the cage could not tell.
    """
    return Seal(**desk.sealed(content, Path(settings.SEAL_CERT_PATH).read_text(), keys.authorities(), wait=wait))
