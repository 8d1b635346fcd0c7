"""The text of a PDF, by line: a safeguard against patients' data, not a guarantee. Bounded in bytes, in letters and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pikepdf

from .cmap import Font
from .patients import Row
from .pdf_streams import Unread, decoded
from .words import Sentence as _

MOST_TEXT_SECONDS = 2  # what has not been read by then is not searched
MOST_CONTENT = 1_000_000  # bytes of one drawing
MOST_DRAWN = 20_000_000  # bytes of all drawings
MOST_SAID = 5_000_000  # letters
MOST_LEVELS = 20  # of groups of pages
SHOWS = "BT ET Tf Td TD Tm T* Tj TJ ' \""


def rows(pdf: pikepdf.Pdf) -> Iterator[Row]:
    """Each page's lines, then those of the forms that pages draw, then what form fields and notes hold."""
    return _Text(pdf).rows()


class _Text:
    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.ends = time.monotonic() + MOST_TEXT_SECONDS
        self.bytes, self.letters = MOST_DRAWN, MOST_SAID
        self.fonts: dict[tuple[int, int], Font] = {}

    def rows(self) -> Iterator[Row]:
        for number, page in enumerate(self.pdf.pages, start=1):
            held = page.obj.get("/Contents")
            streams = held if isinstance(held, pikepdf.Array) else [held]
            place = _("page %(number)s") % {"number": number}
            yield from self._lines(streams, _inherited(page.obj, "/Resources"), place)
        for thing in self.pdf.objects:
            if self._spent():
                return
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name("/Form"):
                yield from self._lines([thing], thing.get("/Resources"), "")
            elif isinstance(thing, pikepdf.Dictionary):
                said = [str(thing[key]) for key in ("/V", "/Contents") if isinstance(thing.get(key), pikepdf.String)]
                self.letters -= sum(map(len, said))
                yield from (Row("", number, (line,)) for number, line in enumerate("\n".join(said).splitlines(), 1))

    def _spent(self) -> bool:
        return self.bytes <= 0 or self.letters <= 0 or time.monotonic() > self.ends

    def _lines(self, streams: Any, resources: Any, place: str) -> Iterator[Row]:
        """Lines of one drawing; one that cannot be read has none to search."""
        if self._spent():
            return
        try:
            drawn = self.pdf.make_stream(self._drawn(streams))
            text = self._shown(pikepdf.parse_content_stream(drawn, SHOWS), resources)
        except (pikepdf.PdfError, ArithmeticError, ValueError, RuntimeError, TypeError, LookupError, AttributeError):
            return
        for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
            yield Row(place, number, tuple(line.split("\t")), "\t")

    def _drawn(self, streams: Any) -> bytes:
        """The streams that make one drawing, put together as viewers do."""
        parts: list[bytes] = []
        room = min(MOST_CONTENT, self.bytes)
        for stream in streams:
            if room <= 0 or time.monotonic() > self.ends:
                break
            try:
                part = decoded(stream, room) if isinstance(stream, pikepdf.Stream) else b""
            except Unread:
                continue
            parts.append(part)
            room -= len(part) + 1
            self.bytes -= len(part) + 1
        return b"\n".join(parts)

    def _font(self, resources: Any, name: str) -> Font:
        """Read when it is first used, and once."""
        held = resources.get("/Font") if isinstance(resources, pikepdf.Dictionary) else None
        font = held.get(name) if isinstance(held, pikepdf.Dictionary) else None
        if not isinstance(font, pikepdf.Dictionary):
            return Font(None)
        if not font.is_indirect:
            return Font(font)
        if font.objgen not in self.fonts:
            self.fonts[font.objgen] = Font(font)
        return self.fonts[font.objgen]

    def _shown(self, instructions: Any, resources: Any) -> str:
        """The text in the order it is drawn: a move down is a new line, a move along is a tab."""
        said: list[str] = []
        font, height = Font(None), None
        for operands, operator in instructions:
            name = str(operator)
            if self._spent():
                break
            if name == "Tf":
                font = self._font(resources, str(operands[0]))
            elif name in ("Td", "TD"):
                said.append("\n" if abs(float(operands[1])) > 0.5 else "\t")
            elif name == "Tm":
                said.append("\t" if height is not None and abs(float(operands[5]) - height) <= 0.5 else "\n")
                height = float(operands[5])
            elif name in ("T*", "'", '"'):
                said.append("\n")
            if name in ("Tj", "'", '"'):
                self._say(font, operands[-1:], said)
            elif name == "TJ":
                self._say(font, operands[0], said)
        return "".join(said)

    def _say(self, font: Font, parts: Any, said: list[str]) -> None:
        for part in parts:
            if isinstance(part, pikepdf.String):
                text = font.read(bytes(part))
                self.letters -= len(text)
                said.append(text)
            elif not isinstance(part, pikepdf.Object):  # a number: a wide gap parts two words
                said.append(" " * (float(part) < -200))


def _inherited(page: Any, key: str) -> Any:
    """What the page says, or the nearest group of pages above it."""
    for _level in range(MOST_LEVELS):
        if not isinstance(page, pikepdf.Dictionary) or key in page:
            break
        page = page.get("/Parent")
    return page.get(key) if isinstance(page, pikepdf.Dictionary) else None
