"""Recognises a file by its content, never by its name: seven plain kinds, anything else is refused in a sentence (R05)."""

from . import image, office, patients, pdf
from .kinds import JPEG, PDF, PNG, Kind, refuse
from .words import Sentence as _

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old Office formats, and any encrypted Office file


def recognise(content: bytes) -> Kind:
    """The kind, by magic then by structure; no patient in it. Refused R05 says what the file is not, and what to do."""
    if not content:
        raise refuse(_("Le fichier est vide : choisissez-en un autre."))
    if content.startswith(b"%PDF-"):
        patients.need_none(pdf.checked(content))
        return PDF
    if content.startswith(b"PK\x03\x04"):
        kind, rows = office.checked(content)
        patients.need_none(rows)
        return kind
    if content.startswith(image.MAGIC):
        return image.checked(content)
    if content.startswith(OLE):
        raise refuse(
            _(
                "Ce fichier est chiffré, ou d’un ancien format bureautique : enregistrez-le en .docx ou .xlsx, sans mot de passe."
            )
        )
    raise refuse(
        _(
            "Ce fichier n’est ni un PDF, ni un document DOCX ou ODT, ni un tableur XLSX ou ODS, ni une image PNG ou JPEG : enregistrez-le dans l’un de ces formats."
        )
    )


def received(content: bytes) -> tuple[Kind, bytes]:
    """The kind, and the bytes to keep: those sent, except for an image, which is drawn again without what it carried."""
    kind = recognise(content)
    return kind, image.redrawn(content, kind) if kind in (PNG, JPEG) else content
