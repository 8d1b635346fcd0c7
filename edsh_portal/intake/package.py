"""A zipped document (OOXML, OpenDocument): opened once its table of contents is known to be honest, small and alone in the file.

Nothing is held unpacked: parts are read in chunks, XML as it comes, and what could grow is counted as it is met.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from edsh_portal.refusal import Refused

from . import markup
from .kinds import refuse
from .markup import Budget, every
from .words import Sentence as _

MOST_ENTRIES = 2000
MOST_TABLE = 1_000_000  # bytes of the table of contents
MOST_UNPACKED = 200_000_000  # bytes, by the archive's own table, checked before anything is unpacked
MOST_RATIO = 200  # unpacked to packed, of one entry above a megabyte
MOST_XML = 80_000_000  # bytes of all XML parts
MOST_SLACK = 24  # bytes a data descriptor may take between two entries
CHUNK = 65_536
XML_ENDINGS = (".xml", ".rels", ".vml", ".rdf", ".svg")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, OSError, ValueError, KeyError,
    EOFError, MemoryError,
)  # fmt: skip


class Package:
    """The entries of a checked archive, by their name."""

    def __init__(self, content: bytes) -> None:
        try:
            _check_end(content)
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            entries = self._archive.infolist()
            _check_budget(entries)
            _check_places(content, entries, self._archive.start_dir)
        except _BROKEN as error:
            raise damaged() from error
        self.names = [entry.filename for entry in entries]
        self.sizes = {entry.filename: entry.file_size for entry in entries}
        self.first = min(entries, key=lambda entry: entry.header_offset)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The part to its end, where its size and its sum must be those of the table."""
        try:
            with self._archive.open(name) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except _BROKEN as error:
            raise damaged() from error

    def head(self, name: str) -> bytes:
        """Its first bytes, once it has been read whole."""
        first = b""
        for chunk in self.chunks(name):
            first = first or chunk
        return first

    def file(self, name: str) -> Any:
        return self._archive.open(name)

    def text(self, name: str, most: int = MOST_TABLE) -> bytes:
        """A small part, whole."""
        if self.sizes[name] > most:
            raise heavy()
        return b"".join(self.chunks(name))

    def parse(self, name: str, **handlers: Any) -> None:
        """Reads an XML part to its end, calling with local names (see `reading`)."""
        for _chunk in reading(self.chunks(name), Budget(), **handlers):
            pass


def damaged() -> Refused:
    return refuse(_("Ce document est endommagé : enregistrez-le de nouveau."))


def heavy() -> Refused:
    refused = refuse(_("Ce document est anormalement volumineux une fois ouvert : enregistrez-en une copie allégée."))
    refused.facts["heavy"] = True
    return refused


def _check_end(content: bytes) -> None:
    """The table of contents ends the file, begins where it says, and is of a size that can be read."""
    if content[-22:-18] != b"PK\x05\x06":
        raise refuse(_("Ce document est incomplet, ou suivi d’autres données : enregistrez-le de nouveau."))
    here, total, size, offset = struct.unpack("<HHII", content[-14:-2])
    if total > MOST_ENTRIES or size > MOST_TABLE:
        raise heavy()
    if here != total or offset + size != len(content) - 22:
        raise damaged()


def _check_budget(entries: list[zipfile.ZipInfo]) -> None:
    """What unpacking would cost, from the archive's table, before unpacking anything."""
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise refuse(_("Ce document est chiffré : enregistrez-le sans mot de passe."))
    too_much = sum(entry.file_size for entry in entries) > MOST_UNPACKED
    xml = sum(entry.file_size for entry in entries if entry.filename.lower().endswith(XML_ENDINGS)) > MOST_XML
    bomb = any(
        entry.file_size > 1_000_000 and entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries
    )
    if not entries or len(entries) > MOST_ENTRIES or too_much or xml or bomb:
        raise heavy()
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


def reading(chunks: Iterator[bytes], budget: Budget, **handlers: Any) -> Iterator[None]:
    """As `markup.reading`, told in the words of a document that is refused."""
    try:
        yield from markup.reading(chunks, budget, **handlers)
    except markup.TooMuch as error:
        raise heavy() from error
    except markup.Unreadable as error:
        raise damaged() from error


__all__ = ["Budget", "Package", "damaged", "every", "heavy", "reading"]
