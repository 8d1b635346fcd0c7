"""What a reaction puts on paper: laid out, sealed and kept before its effect, which writes the row."""

import base64
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


def put(make: Callable[[], bytes], *, name: str, kind: str, binds: bool = True) -> Paper:
    """`make` lays the document out, and seals it when it binds: pdf.seal() does so at the level of the settings, or not at all.

    What cannot be laid out or sealed as it is blocks the obligation, with the reason: a person must see to it.
    """
    try:
        content = make()
    except (pdf.RenderError, pdf.SealError) as error:
        raise Blocked(str(error)) from error
    return Paper(documents.keep(content), name, kind, settings.SEAL_LEVEL if binds else "")


def qr(address: str) -> str:
    """The code as an SVG data: address; medium correction, one module of colour."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, nl=False, dark="#1d1c1a"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
