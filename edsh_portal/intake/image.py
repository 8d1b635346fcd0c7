"""A PNG or a JPEG: whole, of a bearable size; what is kept is drawn again, without metadata nor what a maker adds behind it.

Pictures that a document carries are only measured: they are not drawn here.
"""

import io
import struct
import warnings
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from .kinds import JPEG, PNG, Kind, refuse
from .words import Sentence as _

PNG_MAGIC, JPEG_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MAGIC = (PNG_MAGIC, JPEG_MAGIC)
MOST_PIXELS = 25_000_000  # an A4 page at 500 dots per inch; 100 Mo once drawn
MOST_CARRIED = 200_000_000  # pixels of a picture in a document: the largest sensor of a telephone
MOST_CHUNKS = 50_000  # of a PNG
MOST_SEGMENTS = 5000  # of a JPEG
MOST_SCANS = 100  # of a JPEG: each one draws the whole picture again
ORIENTATION = 0x0112  # of EXIF: 1 is upright, 2 to 8 are the seven other ways
FORMATS = {PNG: "PNG", JPEG: "JPEG"}
SAVED = {PNG: {"compress_level": 3}, JPEG: {"quality": 90}}  # 3: a third of the time of 6, a few bytes more
# What may follow a picture on purpose: an archive, a program, a page, a script. Telephones add moving pictures, depth, marks.
_DISGUISED = (b"PK", b"MZ", b"\x7fELF", b"%PDF", b"<", b"#!", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_DRAWN = {  # how pictures in documents begin, and the reader that measures them; None: drawn by lines, no pixels
    PNG_MAGIC: "PNG",
    JPEG_MAGIC: "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WEBP",
    b"\x01\0\0\0": None,  # EMF
    b"\xd7\xcd\xc6\x9a": None,  # WMF
    b"\x01\0\x09\0": None,  # WMF, without its placeable head
    b"II\xbc\x01": None,  # JPEG XR, which Word keeps beside a picture it has altered
    b"VCLMTF": None,  # LibreOffice's own
}


def checked(content: bytes) -> Kind:
    """PNG or JPEG, by its whole structure; its pixels are counted before any is drawn. Refused R05 otherwise."""
    kind = PNG if content.startswith(PNG_MAGIC) else JPEG
    end = _png_end(content) if kind == PNG else _jpeg_end(content)
    behind = content[end:].lstrip(b"\0\t\n\f\r \xff")
    if not end or behind.startswith(_DISGUISED) or b"PK\x05\x06" in content[-65_557:]:
        raise refuse(_("Cette image est incomplète, ou suivie d’autres données : enregistrez-la de nouveau."))
    with _opened(content, kind) as picture:
        pixels = picture.width * picture.height
        most = (
            MOST_PIXELS * 3 // 4 if picture.mode == "CMYK" else MOST_PIXELS
        )  # four inks take what four pixels of three do
        if pixels > most:
            raise refuse(
                _("Cette image compte %(count)s millions de pixels : %(most)s au plus. Réduisez-la.")
                % {"count": -(-pixels // 1_000_000), "most": most // 1_000_000}
            )
    return kind


def redrawn(content: bytes, kind: Kind) -> bytes:
    """The same picture from its pixels alone: neither place, author, thumbnail, profile nor anything hidden.

    Drawn once: a JPEG of a phone keeps which side is up as a tag, for turning it would take a second picture in memory.
    """
    out = io.BytesIO()
    try:
        with _opened(content, kind) as picture:
            vars(picture)["filename"] = "received"  # an image of the name it is saved under ("") would be copied first
            side = picture.getexif().get(ORIENTATION, 1)
            if kind == PNG:
                ImageOps.exif_transpose(picture, in_place=True)
            if kind == JPEG and picture.mode not in ("L", "RGB"):
                picture = picture.convert("RGB")
            elif kind == PNG and picture.mode == "P":  # a palette may hide what it does not draw
                picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
            picture.info.clear()
            picture.encoderinfo = {}
            more = {"exif": _up(side)} if kind == JPEG else {}
            picture.save(out, FORMATS[kind], **SAVED[kind], **more)
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, MemoryError) as error:
        raise _damaged() from error
    return out.getvalue()


def _up(side: Any) -> bytes:
    """An EXIF block that holds this tag alone; none when the picture is upright."""
    if side not in range(2, 9):
        return b""
    kept = Image.Exif()
    kept[ORIENTATION] = int(side)
    return kept.tobytes()


def _damaged() -> Exception:
    return refuse(_("Cette image est endommagée : enregistrez-la de nouveau."))


def _opened(content: bytes, kind: Kind) -> Image.Image:
    """Read by the one decoder of its kind, header only. What Pillow warns of (large pictures, an index of others) is not the rule here."""
    try:
        return _head(io.BytesIO(content), FORMATS[kind])
    except _UNREADABLE as error:
        raise _damaged() from error


_UNREADABLE = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, struct.error)


def _head(file: Any, name: str) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = (
        False  # whoever loads WeasyPrint has made the decoder lenient for its whole process
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(file, formats=[name])


# ── pictures in documents ────────────────────────────────────────────────────────────────────────────────────────────
def is_carried(head: bytes) -> bool:
    """Whether these first bytes are those of a picture that documents carry."""
    return head.startswith(tuple(_DRAWN))


def is_bearable(head: bytes, file: Any) -> bool:
    """Whether it may be drawn by whoever opens the document: its header alone is read. Unreadable: programs draw nothing."""
    name = next(name for magic, name in _DRAWN.items() if head.startswith(magic))
    if name is None:
        return True
    try:
        with _head(file, name) as picture:
            return picture.width * picture.height <= MOST_CARRIED
    except Image.DecompressionBombError:
        return False
    except (*_UNREADABLE, EOFError, RuntimeError, KeyError, TypeError):
        return True


# ── where a picture ends ─────────────────────────────────────────────────────────────────────────────────────────────
def _png_end(content: bytes) -> int:
    """Where the chunks end, IEND included; 0 when they do not, or never would."""
    at = len(PNG_MAGIC)
    for _chunk in range(MOST_CHUNKS):
        if at + 12 > len(content):
            return 0
        length, name = struct.unpack_from(">I4s", content, at)
        at += 12 + length
        if name == b"IEND":
            return at if length == 0 and at <= len(content) else 0
    return 0


def _jpeg_end(content: bytes) -> int:
    """Where the end-of-image mark ends (ISO 10918-1, annex B); 0 when there is none, or too many scans before it."""
    at, scans = 2, 0
    for _segment in range(MOST_SEGMENTS):
        at = _next_mark(content, at)
        if at < 0:
            return 0
        mark = content[at + 1]
        if mark == 0xD9:
            return at + 2
        if mark in (0x01, 0xD8):  # marks that stand alone
            at += 2
            continue
        scans += mark == 0xDA
        if scans > MOST_SCANS or at + 4 > len(content):
            return 0
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return 0


def _next_mark(content: bytes, at: int) -> int:
    """Where the next mark begins, past what a scan draws (escaped FF, restarts); -1 when there is none."""
    while 0 <= (at := content.find(b"\xff", at)) < len(content) - 1:
        if content[at + 1] not in _DRAWING:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    return -1


_DRAWING = frozenset((0x00, 0xFF, *range(0xD0, 0xD8)))
