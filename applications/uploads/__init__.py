"""Recognises an upload by its content, never by its name: seven plain kinds, anything else is refused in a sentence (R05)."""

from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext as _

from edsh_portal.documents import clean_name

from . import image, office, patients, pdf
from .kinds import DOCX, ENDINGS, JPEG, KINDS, ODS, ODT, PDF, PNG, XLSX, Kind, refuse

__all__ = [
    "DOCX",
    "ENDINGS",
    "JPEG",
    "KINDS",
    "ODS",
    "ODT",
    "PDF",
    "PNG",
    "XLSX",
    "Kind",
    "named",
    "received",
    "recognise",
    "too_heavy",
]

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old Office formats, and any encrypted Office file


def too_heavy(size: int) -> str:
    """Of a file of `size` bytes, above the most; rounded up to the tenth, so that it never shows the most itself."""
    tenths = -(-size // 100_000)
    return _("Le fichier pèse %(size)s Mo : %(most)s Mo au plus. Réduisez ses images.") % {
        "size": f"{tenths // 10},{tenths % 10}",
        "most": settings.UPLOAD_MAX_BYTES // 1_000_000,
    }


def recognise(content: bytes) -> Kind:
    """The kind, by magic then by structure; no patient in it. Refused R05 says what the file is not, and what to do."""
    if not content:
        raise refuse(_("Le fichier est vide : choisissez-en un autre."))
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise refuse(too_heavy(len(content)))
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


def named(name: str, kind: Kind) -> str:
    """The cleaned name, with the ending of what the file is. A name that is somebody's number is refused."""
    patients.need_none_in_name(name)
    clean = clean_name(name)
    endings = (".jpg", ".jpeg") if kind == JPEG else (kind.ending,)
    return clean if clean.lower().endswith(endings) else clean_name(PurePath(clean).stem + kind.ending)
