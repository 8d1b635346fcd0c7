"""Pictures as telephones, scanners and screens write them: {name: (how it is made, KEPT)}."""

import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

from tests.corpus.table import KEPT, Files
from tests.office_files import picture


def _exif() -> bytes:
    """Maker, model, place and a turn, as a telephone writes them."""
    held = Image.Exif()
    held[0x010F], held[0x0110], held[0x0112] = "Apple", "iPhone 13", 6
    held[0x8825] = {1: "N", 2: (48.0, 6.0, 41.0), 3: "W", 4: (4.0, 29.0, 11.0)}
    return held.tobytes()


def _telephone(**more: object) -> bytes:
    return picture("JPEG", (400, 300), exif=_exif(), **more)


def _segment(mark: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body


def _multi_picture() -> bytes:
    """CIPA DC-007: an index among the first segments, and other whole pictures behind the first (depth, gain of light)."""
    first, second = _telephone(), picture("JPEG", (100, 75), "L")
    index = _segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + bytes(82))
    return first[:2] + index + first[2:] + second + picture("JPEG", (50, 40), "L")


def _samsung() -> bytes:
    """Blocks behind the picture, a table that ends with « SEFT »."""
    block = b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1664632800000"
    table = b"SEFH" + struct.pack("<III", 107, 1, 0x0A010000) + struct.pack("<II", len(block), len(block))
    return _telephone() + block + table + struct.pack("<I", len(table)) + b"SEFT"


def _moving() -> bytes:
    """A film of two seconds behind the picture."""
    return (
        _telephone()
        + struct.pack(">I", 24)
        + b"ftypmp42\0\0\0\0mp42isom"
        + struct.pack(">I", 2000)
        + b"mdat"
        + bytes(range(256)) * 8
    )


def _cut_screen() -> bytes:
    """A screen cut by a telephone that leaves the rest of the larger picture behind the smaller one."""
    return picture(size=(80, 60)) + picture(size=(200, 150))[-120:]


def _profiled() -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_itxt(
        "XML:com.adobe.xmp",
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:UserComment>Screenshot</exif:UserComment></x:xmpmeta>",
    )
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return picture(size=(300, 200), mode="RGBA", pnginfo=said, icc_profile=profile, dpi=(144, 144))


def _interlaced() -> bytes:
    """A PNG in seven passes, written by hand: Pillow reads them and does not write them."""
    head = struct.pack(">II5B", 1, 1, 8, 2, 0, 0, 1)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0\x10\x20\x30")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


FILES: Files = {
    "jpeg d’iphone, index et images derrière": (_multi_picture, KEPT),
    "jpeg de samsung, blocs derrière": (_samsung, KEPT),
    "jpeg animé, film derrière": (_moving, KEPT),
    "jpeg complété de zéros": (lambda: _telephone() + bytes(4096), KEPT),
    "jpeg complété de FF": (lambda: _telephone() + b"\xff" * 64, KEPT),
    "jpeg de messagerie, progressif": (lambda: picture("JPEG", (1600, 1200), progressive=True, quality=60), KEPT),
    "jpeg de scanner, gris à 300 points": (lambda: picture("JPEG", (2480, 3508), "L", dpi=(300, 300)), KEPT),
    "jpeg à restarts": (lambda: picture("JPEG", (640, 480), restart_marker_rows=1), KEPT),
    "png d’écran recoupé": (_cut_screen, KEPT),
    "png d’écran à profil": (_profiled, KEPT),
    "png entrelacé": (_interlaced, KEPT),
}
