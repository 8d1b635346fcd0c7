"""The desk where a file is handed over: what its first bytes say at once, and what the cage finds in it, each as one typed answer.

Whoever asks the cage from a page waits outside the door of the web process, holding nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from edsh_portal.admission import stepped_out
from edsh_portal.documents import clean_name
from edsh_portal.refusal import Refused
from edsh_portal.sheets import Table, Uncomputed, Value, Workbook

from . import keeper, patients
from .keeper import GaveUp, Unavailable
from .kinds import ENDINGS, JPEG, KINDS, PDF, Kind, glance, refuse, unlike
from .words import Sentence, said, unpacked

__all__ = [
    "ENDINGS",
    "GAVE_UP",
    "PDF",
    "GaveUp",
    "Kind",
    "Unavailable",
    "claimed",
    "copy_of",
    "in_words",
    "named",
    "received",
    "sealed",
    "taken_in",
    "too_heavy",
    "workbook",
    "workbook_now",
]

GAVE_UP = Sentence(
    gettext_noop("Ce fichier demande trop de temps ou de mémoire pour être lu : produisez-en une copie allégée.")
)
BY_TYPE = {kind.media_type: kind for kind in KINDS}


def too_heavy(size: int) -> str:
    """Of a file of `size` bytes, above the most; rounded up to the tenth, so that it never shows the most itself."""
    tenths = -(-size // 100_000)
    return _("Le fichier pèse %(size)s Mo : %(most)s Mo au plus. Réduisez ses images.") % {
        "size": f"{tenths // 10},{tenths % 10}",
        "most": settings.UPLOAD_MAX_BYTES // 1_000_000,
    }


def taken_in(content: bytes, name: str) -> tuple[Kind, str]:
    """The kind a file says it is and the name it will bear, without opening it. Refused R05 when it cannot be one to examine."""
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise refuse(too_heavy(len(content)))
    kind = glance(content)
    if kind is None:
        raise refuse(in_words(unlike(content).message))
    return kind, named(name, kind)


def in_words(sentence: str) -> str:
    """A sentence of the cage, in the language of whoever reads now."""
    return said(sentence, gettext)


def named(name: str, kind: Kind) -> str:
    """The cleaned name, with the ending of what the file is. A name that is somebody's number is refused."""
    if patients.in_name(name):
        raise refuse(
            _("Le nom de ce fichier semble contenir le numéro de sécurité sociale d’une personne : renommez-le.")
        )
    clean = clean_name(name)
    endings = (".jpg", ".jpeg") if kind == JPEG else (kind.ending,)
    return clean if clean.lower().endswith(endings) else clean_name(PurePath(clean).stem + kind.ending)


# ── asked of the cage ────────────────────────────────────────────────────────────────────────────────────────────────
def received(content: bytes, *, wait: float | None = None) -> tuple[Kind, bytes]:
    """The kind, and the bytes to keep. Refused R05 with a Sentence when it is not to be kept; GaveUp, Unavailable."""
    told, kept = _ask_cage("receive", content, wait)
    with _as_expected():
        return BY_TYPE[told["media_type"]], kept if told["redrawn"] else content


def workbook(content: bytes, *, wait: float | None = None, job: str = "read") -> Workbook:
    """The values of a spreadsheet; of separated values too, by the job « table ». Refused R05 with a Sentence when it cannot be read;
    GaveUp, Unavailable."""
    told, _none = _ask_cage(job, content, wait)
    with _as_expected():
        return Workbook(tuple(_table(*table) for table in told["tables"]))


def workbook_now(content: bytes, job: str = "read") -> Workbook:
    """The same for a page that waits: a cage that gives up, or that cannot be had, is a refusal in a sentence as well."""
    try:
        return workbook(content, job=job)
    except Refused as refused:
        raise refuse(in_words(refused.message)) from refused
    except GaveUp as error:
        raise refuse(in_words(GAVE_UP)) from error
    except Unavailable as error:
        raise refuse(_("Le portail examine déjà d’autres fichiers : réessayez dans un instant.")) from error


def sealed(content: bytes, trusted: str, authorities: str = "", *, wait: float | None = None) -> dict[str, Any]:
    """What pdf.proof.Seal holds. GaveUp, Unavailable. Anybody may ask: all of them together have one place, the others the rest."""
    told, _none = _ask_cage("seal", content, wait, places=1, trusted=trusted, authorities=authorities)
    with _as_expected():
        words = {name: str(told.get(name, "")) for name in ("signer", "level", "stamped_by", "why")}
        instants = {name: told.get(name) for name in ("at", "stamped_at")}
        return {
            "valid": bool(told["valid"]),
            "covers_whole_file": bool(told.get("covers_whole_file")),
            **words,
            **{name: at and datetime.fromisoformat(at) for name, at in instants.items()},
        }


def claimed(content: bytes, trusted: str, *, wait: float | None = None) -> dict[str, Any]:
    """What pdf.proof.Claims holds. GaveUp, Unavailable. Anybody may ask, in the same one place."""
    told, _none = _ask_cage("claim", content, wait, places=1, trusted=trusted)
    with _as_expected():
        return {"ours": bool(told["ours"]), **{name: str(told[name]) for name in ("title", "number", "sha256")}}


def copy_of(content: bytes, size: int, sha256: str, *, wait: float | None = None) -> tuple[str, str]:
    """(why it is not the document sent and signatures, "" when it is; who signed). GaveUp, Unavailable.

    `size`, `sha256`: of the document that was sent.
    """
    told, _none = _ask_cage("copy", content, wait, size=size, sha256=sha256)
    with _as_expected():
        return str(told["refusal"]), str(told["signers"])


@contextmanager
def _as_expected() -> Iterator[None]:
    """An answer of another shape is what a job says that the file has taken over."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise GaveUp("died", f"an answer of another shape: {error!r}"[:200]) from error


def _ask_cage(job: str, content: bytes, wait: float | None, **details: Any) -> tuple[dict[str, Any], bytes]:
    """A fork ended by the clock after little work proves nothing but a busy machine."""
    seconds, memory = settings.CAGE_SECONDS, settings.CAGE_MEMORY_BYTES
    wait = settings.CAGE_WAIT_SECONDS if wait is None else wait
    try:
        with stepped_out():
            told, body = keeper.READERS.ask(job, content, seconds=seconds, memory=memory, wait=wait, **details)
    except GaveUp as error:
        if error.why == "time" and error.cpu < seconds / 4:
            raise Unavailable(f"{error.cpu} s of work in {seconds} s") from error
        raise
    if "refused" in told:
        raise refuse(unpacked(told["refused"]) or GAVE_UP)
    return told, body


def _table(name: str, cells: list[Any], hidden: str, rows: list[int], columns: list[int]) -> Table:
    unseen = set(map(int, rows)), set(map(int, columns))
    return Table(str(name), dict(map(_cell, cells)), str(hidden), *unseen)


def _cell(told: list[Any]) -> tuple[tuple[int, int], Value]:
    row, column, value = told
    if isinstance(value, list):
        value = Decimal(value[0])
        if not value.is_finite():
            raise ValueError(value)
    elif isinstance(value, dict):
        value = Uncomputed(str(value["formula"])) if "formula" in value else date.fromisoformat(value["day"])
    return (int(row), int(column)), value
