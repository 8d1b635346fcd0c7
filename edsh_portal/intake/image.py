"""A PNG or a JPEG: whole, of a bearable size, with nothing after it; what is kept is drawn again, without metadata."""

import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from .kinds import JPEG, PNG, Kind, refuse
from .words import Sentence as _

PNG_MAGIC, JPEG_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MAGIC = (PNG_MAGIC, JPEG_MAGIC)
MOST_PIXELS = 25_000_000  # an A4 page at 500 dots per inch; 100 Mo once drawn
JPEG_QUALITY = 90
FORMATS = {PNG: "PNG", JPEG: "JPEG"}


def checked(content: bytes) -> Kind:
    """PNG or JPEG, by its whole structure; its pixels are counted before any is drawn. Refused R05 otherwise."""
    kind = PNG if content.startswith(PNG_MAGIC) else JPEG
    ended = _png_end(content) == len(content) if kind == PNG else content.endswith(b"\xff\xd9")
    if not ended or b"PK\x05\x06" in content[-65_557:]:
        raise refuse(_("Cette image est incomplète, ou suivie d’autre chose : enregistrez-la de nouveau."))
    with _opened(content, kind) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise refuse(
                _("Cette image compte %(count)s millions de pixels : %(most)s au plus. Réduisez-la.")
                % {"count": -(-width * height // 1_000_000), "most": MOST_PIXELS // 1_000_000}
            )
    return kind


def redrawn(content: bytes, kind: Kind) -> bytes:
    """The same picture, upright, from its pixels alone: neither place, author, thumbnail, profile nor anything hidden."""
    out = io.BytesIO()
    try:
        with _opened(content, kind) as opened:
            picture = ImageOps.exif_transpose(opened)
            if kind == JPEG and picture.mode not in ("L", "RGB"):
                picture = picture.convert("RGB")
            elif kind == PNG and picture.mode == "P":  # a palette may hide what it does not draw
                picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
            picture.info.clear()
            picture.encoderinfo = {}
            picture.save(out, FORMATS[kind], **({"quality": JPEG_QUALITY} if kind == JPEG else {}))
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, MemoryError) as error:
        raise _damaged() from error
    return out.getvalue()


def _damaged() -> Exception:
    return refuse(_("Cette image est endommagée : enregistrez-la de nouveau."))


def _opened(content: bytes, kind: Kind) -> Image.Image:
    """Read by the one decoder of its kind, header only. Pillow's own warning about large pictures is not the rule here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(content), formats=[FORMATS[kind]])
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
    ) as error:
        raise _damaged() from error


def _png_end(content: bytes) -> int:
    """Where the chunks end, IEND included; 0 when they do not."""
    at = len(PNG_MAGIC)
    while at + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        at += 12 + length
        if name == b"IEND":
            return at if length == 0 else 0
    return 0
