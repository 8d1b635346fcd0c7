"""What the codes of a PDF font mean (ISO 32000-1, 9.10.2): its ToUnicode map when it has one, else its named differences."""

import re
from typing import Any

import pikepdf

MOST_MAP = 1_000_000  # bytes of one ToUnicode map: more is not a map
MOST_RANGE = 65_536
_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<\s*([0-9A-Fa-f\s]+?)\s*>\s*<\s*([0-9A-Fa-f\s]+?)\s*>")
_RANGE = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(?:<\s*([0-9A-Fa-f\s]+?)\s*>|\[(.*?)\])", re.DOTALL
)
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
            self.map = _mapped(told.read_bytes())
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


def _mapped(text: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    if len(text) > MOST_MAP:
        return found
    for block in _CHARS.findall(text):
        for code, meaning in _PAIR.findall(block):
            found[int(b"".join(code.split()), 16)] = _letters(meaning)
    for block in _RANGES.findall(text):
        for first, last, meaning, each in _RANGE.findall(block):
            start, stop = int(first, 16), min(int(last, 16), int(first, 16) + MOST_RANGE)
            if each:
                listed = re.findall(rb"<\s*([0-9A-Fa-f\s]+?)\s*>", each)
                found.update((start + at, _letters(one)) for at, one in enumerate(listed[: stop - start + 1]))
            else:
                base = _letters(meaning)
                if base:
                    head, tail = base[:-1], ord(base[-1])
                    found.update(
                        (code, head + chr(tail + code - start))
                        for code in range(start, stop + 1)
                        if tail + code - start < 0x110000
                    )
    return found


def _letters(code: bytes) -> str:
    digits = b"".join(code.split()).decode()
    return bytes.fromhex(digits + "0" * (-len(digits) % 4)).decode("utf-16-be", "ignore")
