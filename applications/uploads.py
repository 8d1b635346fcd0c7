"""Recognises an upload by its content: a plain PDF or a plain XLSX, anything else is refused in a sentence (R05)."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pikepdf
from django.conf import settings
from django.utils.translation import gettext as _

from edsh_portal.documents import clean_name
from edsh_portal.workflow import Refused


@dataclass(frozen=True)
class Kind:
    media_type: str
    ending: str


PDF = Kind("application/pdf", ".pdf")
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")

MOST_PAGES = 2000
MOST_DEPTH = 30  # dictionaries and arrays written one inside the other
MOST_ENTRIES = 2000
MOST_UNPACKED = 200_000_000  # bytes, by the archive's own table, checked before anything is unpacked
MOST_RATIO = 200  # unpacked to packed, of one entry above a megabyte
MOST_TYPES = 1_000_000  # bytes of [Content_Types].xml
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old Office formats, and any encrypted Office file
WORKBOOK = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
# What makes a PDF do something by itself, or carry another file.
ACTIVE_NAMES = ("/JavaScript", "/EmbeddedFiles")
ACTIVE_ACTIONS = ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/RichMediaExecute")


def _refuse(sentence: str) -> Refused:
    return Refused(sentence, code="R05", field="file")


def recognise(content: bytes) -> Kind:
    """PDF or XLSX, by magic then by structure. Refused R05 says what the file is not, and what to do."""
    if not content:
        raise _refuse(_("Le fichier est vide : choisissez-en un autre."))
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise _refuse(
            _("Le fichier pèse %(size)s Mo : %(most)s Mo au plus. Réduisez les images, ou scindez-le.")
            % {"size": -(-len(content) // 1_000_000), "most": settings.UPLOAD_MAX_BYTES // 1_000_000}
        )
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if content.startswith(b"PK\x03\x04"):
        _check_xlsx(content)
        return XLSX
    if content.startswith(OLE):
        raise _refuse(
            _("Ce fichier est chiffré, ou d’un ancien format de tableur : enregistrez-le en .xlsx sans mot de passe.")
        )
    raise _refuse(_("Ce fichier n’est ni un PDF ni un tableur XLSX : enregistrez-le dans l’un de ces formats."))


def named(name: str, kind: Kind) -> str:
    """The cleaned name, with the ending of what the file is."""
    clean = clean_name(name)
    return clean if clean.lower().endswith(kind.ending) else clean_name(PurePath(clean).stem + kind.ending)


def _check_pdf(content: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise _refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe."))
            if not 1 <= len(pdf.pages) <= MOST_PAGES:
                raise _refuse(
                    _("Ce PDF compte %(pages)s pages : de 1 à %(most)s.")
                    % {"pages": len(pdf.pages), "most": MOST_PAGES}
                )
            if _active(pdf):
                raise _refuse(
                    _("Ce PDF contient un script, une action ou un fichier joint : imprimez-le en PDF simple.")
                )
    except pikepdf.PasswordError as error:
        raise _refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe.")) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, TypeError, KeyError) as error:
        raise _refuse(_("Ce PDF est endommagé : produisez-le de nouveau.")) from error


def _active(pdf: pikepdf.Pdf) -> bool:
    """Scripts, launches, embedded files: looked for in every object, wherever the file hides them."""
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and any(name in names for name in ACTIVE_NAMES):
        return True
    return any(isinstance(thing, pikepdf.Dictionary | pikepdf.Stream) and _acts(thing) for thing in pdf.objects)


def _acts(thing: pikepdf.Object, depth: int = 0) -> bool:
    """A dictionary, or one written inside it, that is an active action or an embedded file."""
    kind = thing.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in ACTIVE_ACTIONS:
        return True
    if "/JS" in thing or "/EF" in thing or "/XFA" in thing or thing.get("/Type") == pikepdf.Name("/EmbeddedFile"):
        return True
    return any(_inside(value, depth + 1) for _name, value in thing.items())


def _inside(value: Any, depth: int) -> bool:
    """A value written in place (what stands elsewhere is met by the walk over all objects)."""
    if not isinstance(value, pikepdf.Object) or value.is_indirect:
        return False
    if depth > MOST_DEPTH:  # nobody's tool writes so deep in one place: it is there to hide something
        return True
    if isinstance(value, pikepdf.Array):
        return any(_inside(item, depth + 1) for item in value)
    return isinstance(value, pikepdf.Dictionary) and _acts(value, depth)


def _check_xlsx(content: bytes) -> None:
    damaged = _("Ce tableur est endommagé : enregistrez-le de nouveau en .xlsx.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_budget(entries)
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or not any(name.lower() == "xl/workbook.xml" for name in names):
                raise _refuse(
                    _("Ce fichier n’est ni un PDF ni un tableur XLSX : enregistrez-le dans l’un de ces formats.")
                )
            with archive.open("[Content_Types].xml") as file:
                types = file.read(MOST_TYPES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, KeyError, EOFError) as error:
        raise _refuse(damaged) from error
    except Exception as error:  # zlib.error and friends: whatever the unpacking throws, the file is at fault
        if isinstance(error, Refused):
            raise
        raise _refuse(damaged) from error
    if len(types) > MOST_TYPES or b"<!" in types.replace(b"<!--", b""):
        raise _refuse(damaged)
    if b"macroEnabled" in types or b"vbaProject" in types or any("vbaproject" in name.lower() for name in names):
        raise _refuse(_("Ce tableur contient des macros : enregistrez-le en .xlsx sans macros."))
    if any(name.lower().startswith(("xl/embeddings/", "xl/activex/", "xl/externallinks/")) for name in names):
        raise _refuse(_("Ce tableur contient un objet incorporé ou un lien vers un autre fichier : retirez-le."))
    if WORKBOOK not in types:
        raise _refuse(_("Ce fichier n’est ni un PDF ni un tableur XLSX : enregistrez-le dans l’un de ces formats."))


def _check_budget(entries: list[zipfile.ZipInfo]) -> None:
    """What unpacking would cost, from the archive's table, before unpacking anything."""
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _refuse(_("Ce tableur est chiffré : enregistrez-le sans mot de passe."))
    heavy = sum(entry.file_size for entry in entries) > MOST_UNPACKED
    bomb = any(
        entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries
    )
    if len(entries) > MOST_ENTRIES or heavy or bomb:
        raise _refuse(_("Ce tableur est anormalement volumineux une fois ouvert : enregistrez-en une copie allégée."))
    names = [entry.filename for entry in entries]
    odd = any(
        name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\x00" in name for name in names
    )
    if odd or len({name.lower() for name in names}) != len(names):
        raise _refuse(_("Ce tableur est endommagé : enregistrez-le de nouveau en .xlsx."))
