"""What a reaction puts on paper: laid out, sealed and kept before its effect, which writes the row."""

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import segno
from django.conf import settings

from . import documents, pdf
from .events import Blocked
from .models import Document


class Paper(NamedTuple):
    """A PDF whose bytes are on disk, and what its row will say."""

    kept: documents.Kept
    name: str
    kind: str
    level: str  # of its seal; "" without
    data_sha256: str  # of the data that it carries, where nothing else keeps it

    def store(self, *, by: Any, at: datetime | None = None) -> Document:
        """Its row, in the transaction of the effect."""
        return documents.store(
            self.kept,
            name=self.name,
            media_type="application/pdf",
            kind=self.kind,
            by=by,
            at=at,
            issued=True,
            level=self.level,
            data_sha256=self.data_sha256,
        )


def sealed(content: bytes, title: str, *, signable: bool = False) -> bytes:
    """The document with the portal's seal, read back before its hash is chained: `verify` then compares bytes.

    `signable`: signatures may be added after the seal.
    """
    content = pdf.seal(content, reason=title, location="Paris", signable=signable)
    seal = pdf.check(content, wait=pdf.PATIENT)
    if not seal.valid:
        raise Blocked(f"Le sceau ne se vérifie pas ({title}) : {seal.why}.")
    if seal.level != settings.SEAL_LEVEL:
        raise Blocked(f"Le sceau est de niveau {seal.level}, et non {settings.SEAL_LEVEL} ({title}).")
    return content


def put(
    make: Callable[[], bytes], *, name: str, kind: str, binds: bool = True, told: dict[str, Any] | None = None
) -> Paper:
    """`make` lays the document out, and seals it when it binds: pdf.seal() does so at the level of the settings, or not at all. `told`: the
    data that it carries, when the address printed on it is known by this document alone.

    What cannot be laid out or sealed as it is blocks the obligation, with the reason: a person must see to it.
    """
    try:
        content = make()
    except (pdf.RenderError, pdf.SealError) as error:
        raise Blocked(str(error)) from error
    return Paper(
        documents.keep(content), name, kind, settings.SEAL_LEVEL if binds else "", digest(told) if told else ""
    )


def digest(told: dict[str, Any]) -> str:
    """SHA-256 of the data that a document carries: of their canonical JSON, as it is attached."""
    return hashlib.sha256(pdf.canonical(told)).hexdigest()


def address(told: dict[str, Any]) -> str:
    """Where anyone may check the document that says `told`: its number, and the fingerprint of its data. A PDF cannot hold its own."""
    return f"{told['portal']}/verifier/{told['number']}/{digest(told)}/"


def check(told: dict[str, Any]) -> dict[str, str]:
    """What base.html prints of it."""
    here = address(told)
    return {"check_url": here, "qr": qr(here), "fingerprint": digest(told)}


def qr(address: str) -> str:
    """The code as an SVG data: address; medium correction, one module of colour."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, nl=False, dark="#1d1c1a"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
