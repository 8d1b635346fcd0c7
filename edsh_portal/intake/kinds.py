"""What a piece may be: seven kinds, each with its media type and its ending; and how one that is none of them is refused."""

import re
from dataclasses import dataclass

from edsh_portal.refusal import Refused

from .words import Sentence as _


@dataclass(frozen=True)
class Kind:
    media_type: str
    ending: str


PDF = Kind("application/pdf", ".pdf")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
ODT = Kind("application/vnd.oasis.opendocument.text", ".odt")
ODS = Kind("application/vnd.oasis.opendocument.spreadsheet", ".ods")
PNG = Kind("image/png", ".png")
JPEG = Kind("image/jpeg", ".jpg")

KINDS = (PDF, DOCX, XLSX, ODT, ODS, PNG, JPEG)
ENDINGS = (*(kind.ending for kind in KINDS), ".jpeg")


def refuse(sentence: str) -> Refused:
    """A file that will not be kept (R05), told beside the field of the form."""
    return Refused(sentence, code="R05", field="file")


PNG_MAGIC, JPEG_MAGIC, ZIP_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"
# The head of the first part of a document or of a workbook: what its main part is called is its writer's choice (« document2.xml »).
PART = re.compile(rb"PK\x03\x04.{26}(word|xl)/", re.DOTALL)
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # old Office formats, and any encrypted Office file


def glance(content: bytes) -> Kind | None:
    """What a file says it is, by a few of its bytes, opening nothing: what its examination will hold it to."""
    for magic, kind in ((b"%PDF-", PDF), (PNG_MAGIC, PNG), (JPEG_MAGIC, JPEG)):
        if content.startswith(magic):
            return kind
    if not content.startswith(ZIP_MAGIC):
        return None
    if content[30:38] == b"mimetype":
        return next((kind for kind in (ODT, ODS) if content.startswith(kind.media_type.encode(), 38)), None)
    found = PART.search(content)
    return {b"word": DOCX, b"xl": XLSX}[found[1]] if found else None


def unlike(content: bytes) -> Refused:
    """How a file that is of no kind is told so."""
    if not content:
        return refuse(_("Le fichier est vide : choisissez-en un autre."))
    if content.startswith(OLE_MAGIC):
        return refuse(
            _(
                "Ce fichier est chiffré, ou d’un ancien format bureautique : enregistrez-le en .docx ou .xlsx, sans mot de passe."
            )
        )
    if content.startswith(ZIP_MAGIC):
        return refuse(
            _(
                "Cette archive n’est ni un document DOCX ou ODT, ni un tableur XLSX ou ODS : joignez le document lui-même."
            )
        )
    return refuse(
        _(
            "Ce fichier n’est ni un PDF, ni un document DOCX ou ODT, ni un tableur XLSX ou ODS, ni une image PNG ou JPEG : enregistrez-le dans l’un de ces formats."
        )
    )
