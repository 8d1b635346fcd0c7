"""Pictures that weigh or hide: {name: (how it is made, what the refusal says)}."""

import struct
import zlib

from tests.corpus.table import Files
from tests.office_files import packed, picture

DISGUISED = "suivie d’autres données"


def scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is drawn again and again."""
    whole = picture("JPEG", (64, 64), progressive=True)
    last = whole.rfind(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * count + b"\xff\xd9"


def segments(count: int) -> bytes:
    whole = picture("JPEG")
    return whole[:2] + b"\xff\xfe\0\x02" * count + whole[2:]


def chunks(count: int) -> bytes:
    whole = picture()
    empty = b"\0\0\0\0teXt" + struct.pack(">I", zlib.crc32(b"teXt"))
    return whole[:33] + empty * count + whole[33:]


FILES: Files = {
    "jpeg redessiné trois mille fois": (lambda: scans(3000), DISGUISED),
    "jpeg d’un million de commentaires": (lambda: segments(1_000_000), DISGUISED),
    "png d’un million de morceaux": (lambda: chunks(1_000_000), DISGUISED),
    "jpeg suivi de html": (lambda: picture("JPEG") + b"<html><script>alert(1)</script>", DISGUISED),
    "jpeg suivi d’un programme": (lambda: picture("JPEG") + bytes(64) + b"MZ\x90\0" + bytes(60), DISGUISED),
    "jpeg suivi d’un 7z": (lambda: picture("JPEG") + b"7z\xbc\xaf\x27\x1c" + bytes(60), DISGUISED),
    "jpeg suivi d’un pdf": (lambda: picture("JPEG") + b"\n%PDF-1.7\n", DISGUISED),
    "png suivi d’un rar": (lambda: picture() + b"Rar!\x1a\x07\0" + bytes(60), DISGUISED),
    "png suivi d’un zip loin derrière": (lambda: picture() + bytes(9000) + packed({"a": "a"}), DISGUISED),
    "jpeg coupé dans sa vignette": (lambda: picture("JPEG", exif=b"Exif\0\0" + picture("JPEG"))[:200], DISGUISED),
}
