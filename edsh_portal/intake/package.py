"""A zipped document (OOXML, OpenDocument): opened once its table of contents is known to be honest, small and alone in the file."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from edsh_portal.refusal import Refused

from .kinds import refuse
from .words import Sentence as _

MOST_ENTRIES = 2000
MOST_TABLE = 1_000_000  # bytes of the table of contents
MOST_UNPACKED = 200_000_000  # bytes, by the archive's own table, checked before anything is unpacked
MOST_RATIO = 200  # unpacked to packed, of one entry above a megabyte
MOST_XML = 80_000_000  # bytes of all XML parts, which are read whole
MOST_SLACK = 24  # bytes a data descriptor may take between two entries
CHUNK = 65_536
# What begins like this inside a document is another document, or a program.
CARRIED = (
    b"PK\x03\x04",
    b"MZ",
    b"\x7fELF",
    b"%PDF-",
    b"{\\rtf",
    bytes.fromhex("d0cf11e0a1b11ae1"),
    b"#!",
    b"\xca\xfe\xba\xbe",
)

Start = Callable[[str, dict[str, str]], None]


class Package:
    """The entries of a checked archive. Every one has been unpacked once within its budget: none lies about its size."""

    def __init__(self, content: bytes) -> None:
        self.parts: dict[str, bytes] = {}  # XML parts only, by their name
        try:
            _check_end(content)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                entries = archive.infolist()
                _check_budget(entries)
                _check_places(content, entries, archive.start_dir)
                self.names = [entry.filename for entry in entries]
                self.first = min(entries, key=lambda entry: entry.header_offset)
                for entry in entries:
                    self._unpack(archive, entry)
        except Refused:
            raise
        except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError) as error:
            raise damaged() from error
        except (OSError, ValueError, KeyError, EOFError, MemoryError) as error:
            raise damaged() from error

    def _unpack(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml", ".rdf")) or entry.filename == "mimetype"
        if is_xml and sum(map(len, self.parts.values())) + entry.file_size > MOST_XML:
            raise _heavy()
        with archive.open(entry) as file:
            head = file.read(CHUNK)
            if head.startswith(CARRIED):
                raise refuse(
                    _("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image.")
                )
            kept = [head]
            while chunk := file.read(CHUNK):
                if is_xml:
                    kept.append(chunk)
        if is_xml:
            self.parts[entry.filename] = b"".join(kept)


def damaged() -> Refused:
    return refuse(_("Ce document est endommagé : enregistrez-le de nouveau."))


def _heavy() -> Refused:
    return refuse(_("Ce document est anormalement volumineux une fois ouvert : enregistrez-en une copie allégée."))


def _check_end(content: bytes) -> None:
    """The table of contents ends the file, begins where it says, and is of a size that can be read."""
    if content[-22:-18] != b"PK\x05\x06":
        raise refuse(_("Ce document est incomplet, ou suivi d’autre chose : enregistrez-le de nouveau."))
    here, total, size, offset = struct.unpack("<HHII", content[-14:-2])
    if total > MOST_ENTRIES or size > MOST_TABLE:
        raise _heavy()
    if here != total or offset + size != len(content) - 22:
        raise damaged()


def _check_budget(entries: list[zipfile.ZipInfo]) -> None:
    """What unpacking would cost, from the archive's table, before unpacking anything."""
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refuse(_("Ce document est chiffré : enregistrez-le sans mot de passe."))
    heavy = sum(entry.file_size for entry in entries) > MOST_UNPACKED
    bomb = any(
        entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries
    )
    if not entries or len(entries) > MOST_ENTRIES or heavy or bomb:
        raise _heavy()
    if any(_odd(entry) for entry in entries) or len({e.filename.lower() for e in entries}) != len(entries):
        raise damaged()


def _odd(entry: zipfile.ZipInfo) -> bool:
    """A name that leaves its folder or cannot be shown; a link, a device."""
    name = entry.orig_filename
    mode = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == 3 else 0
    return (
        name.startswith("/")
        or "\\" in name
        or ".." in name.split("/")
        or any(ord(letter) < 32 or letter == ":" for letter in name)
        or mode not in (0, stat.S_IFREG, stat.S_IFDIR)
        or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    )


def _check_places(content: bytes, entries: list[zipfile.ZipInfo], table: int) -> None:
    """Entries follow one another from the first byte to the table, under the names that the table gives them."""
    expected = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if not 0 <= entry.header_offset - expected <= (MOST_SLACK if expected else 0):
            raise damaged()
        magic, name, extra = struct.unpack_from("<4s22xHH", content, entry.header_offset)
        held = content[entry.header_offset + 30 : entry.header_offset + 30 + name]
        if (
            magic != b"PK\x03\x04"
            or held.decode("utf-8" if entry.flag_bits & 0x800 else "cp437") != entry.orig_filename
        ):
            raise damaged()
        expected = entry.header_offset + 30 + name + extra + entry.compress_size
    if not 0 <= table - expected <= MOST_SLACK:
        raise damaged()


def parse(
    part: bytes, *, start: Start | None = None, end: Callable[[str], None] | None = None, data: Any = None
) -> None:
    """Reads an XML part, calling with local names. A document type, an entity, an unknown encoding: refused."""

    def refused(*_ignored: Any) -> Any:
        raise damaged()

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    if start is not None:
        parser.StartElementHandler = lambda name, attributes: start(
            name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        )
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refused
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise damaged() from error
