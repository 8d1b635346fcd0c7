"""What the codes of a PDF font mean (ISO 32000-1, 9.10.2): its ToUnicode map when it has one, else its named differences."""

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from .pdf_streams import Unread, decoded

MOST_MAP = 1_000_000  # bytes of one ToUnicode map: more is not a map
MOST_CODES = 200_000  # that one map may give a meaning to, those it gives twice included
# A code, an edge of a list, the edges of a section. Each sign is read once.
_MARKS = re.compile(rb"<([0-9A-Fa-f\s]*+)>|(\[|\]|(?:begin|end)bf(?:char|range))")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = {f"/{name}": str(value) for value, name in enumerate(_DIGITS)} | {"/space": " ", "/slash": "/", "/hyphen": "-"}


class Font:
    """Reads the strings drawn in one font; without a map, bytes are Latin-1 and two-byte codes say nothing."""

    def __init__(self, font: Any) -> None:
        self.wide = font is not None and font.get("/Subtype") == pikepdf.Name("/Type0")
        self.map: dict[int, str] = {}
        if font is None:
            return
        told = font.get("/ToUnicode")
        if isinstance(told, pikepdf.Stream):
            self.map = _mapped(told)
        elif not self.wide:
            self.map = _differences(font.get("/Encoding"))

    def read(self, drawn: bytes) -> str:
        if self.wide:
            codes = [int.from_bytes(drawn[at : at + 2], "big") for at in range(0, len(drawn), 2)]
            return "".join(self.map.get(code, "") for code in codes)
        return "".join(self.map.get(code, chr(code)) for code in drawn)


def _differences(encoding: Any) -> dict[int, str]:
    if not isinstance(encoding, pikepdf.Dictionary) or not isinstance(encoding.get("/Differences"), pikepdf.Array):
        return {}
    found, code = {}, 0
    for item in encoding["/Differences"]:
        if isinstance(item, pikepdf.Name):
            name = str(item)
            letter = name[1:] if len(name) == 2 else _NAMES.get(name)
            if letter:
                found[code] = letter
            code += 1
        else:
            code = int(item)
    return found


def _mapped(told: Any) -> dict[int, str]:
    try:
        text = decoded(told, MOST_MAP + 1)
    except Unread:
        return {}
    found: dict[int, str] = {}
    if len(text) <= MOST_MAP:
        for count, (code, meaning) in enumerate(_meanings(text)):
            if count >= MOST_CODES:
                break
            found[code] = meaning
    return found


def _meanings(text: bytes) -> Iterator[tuple[int, str]]:
    """(code, letters), in the order of the map: pairs of `bfchar`, triplets of `bfrange`, the third possibly a list."""
    section, held, listed = b"", list[bytes](), False
    for match in _MARKS.finditer(text):
        mark = match[2]
        if mark is None:
            held.append(b"".join(match[1].split()))
        elif mark == b"[":
            listed = True
            continue
        elif mark != b"]":
            section, held, listed = mark, [], False
        if section == b"beginbfchar" and len(held) == 2:
            yield _code(held[0]), _letters(held[1])
            held = []
        elif section == b"beginbfrange" and (mark == b"]" or len(held) == 3 and not listed):
            if len(held) > 2:
                yield from _range(_code(held[0]), _code(held[1]), held[2:], one=not listed)
            held, listed = [], False


def _range(first: int, last: int, meanings: list[bytes], *, one: bool) -> Iterator[tuple[int, str]]:
    """One meaning that grows with the code, or a meaning each."""
    if not one:
        yield from zip(range(first, last + 1), map(_letters, meanings), strict=False)
    elif base := _letters(meanings[0]):
        tail = ord(base[-1]) - first
        yield from ((code, base[:-1] + chr(tail + code)) for code in range(first, min(last, 0x10FFFF - tail) + 1))


def _code(digits: bytes) -> int:
    return int(digits[:8] or b"0", 16)  # four bytes at most


def _letters(code: bytes) -> str:
    digits = code[:64].decode()  # a code means a few letters
    return bytes.fromhex(digits + "0" * (-len(digits) % 4)).decode("utf-16-be", "ignore")
