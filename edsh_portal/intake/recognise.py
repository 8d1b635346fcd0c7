"""Recognises a file by its content, never by its name: seven plain kinds, anything else is refused in a sentence (R05)."""

from . import image, office, patients, pdf
from .kinds import JPEG, PDF, PNG, ZIP_MAGIC, Kind, unlike


def recognise(content: bytes) -> Kind:
    """The kind, by magic then by structure; no patient in it. Refused R05 says what the file is not, and what to do."""
    if content.startswith(b"%PDF-"):
        patients.need_none(pdf.checked(content))
        return PDF
    if content.startswith(ZIP_MAGIC):
        kind, rows = office.checked(content)
        patients.need_none(rows)
        return kind
    if content.startswith(image.MAGIC):
        return image.checked(content)
    raise unlike(content)


def received(content: bytes) -> tuple[Kind, bytes]:
    """The kind, and the bytes to keep: those sent, except for an image, which is drawn again without what it carried."""
    kind = recognise(content)
    return kind, image.redrawn(content, kind) if kind in (PNG, JPEG) else content
