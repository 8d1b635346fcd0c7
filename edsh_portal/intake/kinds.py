"""What a piece may be: seven kinds, each with its media type and its ending; and how one that is none of them is refused."""

from dataclasses import dataclass

from edsh_portal.refusal import Refused


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
