"""What a document of the press shows, read back from its bytes: each run of text, its font, its glyphs and where it stands; its fonts,
its PDF/A and PDF/UA marks.

Enough of PDF for what the press writes: composite fonts (two bytes a glyph), widths, ToUnicode, text and page matrices.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pikepdf

Matrix = tuple[float, float, float, float, float, float]
NONE: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True)
class Run:
    """One show of text: `left`, `right` and `base` in points from the bottom left of its page."""

    page: int
    text: str
    font: str
    glyphs: tuple[int, ...]
    left: float
    right: float
    base: float


def runs(content: bytes) -> Iterator[Run]:
    with pikepdf.open(io.BytesIO(content)) as document:
        for number, page in enumerate(document.pages, 1):
            yield from _runs(page, number)


def lines(content: bytes) -> list[Run]:
    """The lines of the document from top to bottom: what stands at one height of a page, from left to right, plain spaces."""
    rows: dict[tuple[int, int], list[Run]] = {}
    for run in runs(content):
        if run.text.strip():
            rows.setdefault((run.page, -round(run.base)), []).append(run)
    return [_line(sorted(found, key=lambda run: run.left)) for _at, found in sorted(rows.items())]


def _line(found: list[Run]) -> Run:
    gaps = [False, *(after.left - before.right > 1 for before, after in pairwise(found))]
    words = "".join(" " * gap + run.text for gap, run in zip(gaps, found, strict=True))
    text = re.sub(r"\s+", " ", words).strip()
    first = found[0]
    return Run(first.page, text, first.font, (), first.left, max(run.right for run in found), first.base)


def width(content: bytes) -> float:
    with pikepdf.open(io.BytesIO(content)) as document:
        return float(document.pages[0].mediabox[2])


def text(content: bytes) -> str:
    return "".join(run.text for run in runs(content))


def _runs(page: Any, number: int) -> Iterator[Run]:
    fonts = {str(name): _Font(font) for name, font in page.resources.get("/Font", {}).items()}
    held: list[Matrix] = []
    now, line, font, size = NONE, NONE, None, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                held.append(now)
            case "Q":
                now = held.pop()
            case "cm":
                now = _times(_matrix(operands), now)
            case "BT":
                line = NONE
            case "Tm":
                line = _matrix(operands)
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "Tj" | "TJ" if font:
                glyphs, advance = font.shown(operands[0] if str(operator) == "TJ" else operands)
                left, right = _times(line, now), _times((1, 0, 0, 1, advance * size / 1000, 0), _times(line, now))
                words = "".join(font.letters.get(glyph, "") for glyph in glyphs)
                yield Run(number, words, font.name, glyphs, left[4], right[4], left[5])


class _Font:
    def __init__(self, font: Any) -> None:
        (below,) = font.DescendantFonts
        self.name = str(font.BaseFont).rpartition("+")[2].rstrip(",")
        self.usual, self.widths = float(below.get("/DW", 1000)), dict(_widths(list(below.get("/W", []))))
        self.letters = dict(_letters(font.ToUnicode.read_bytes().decode()))

    def shown(self, parts: Any) -> tuple[tuple[int, ...], float]:
        glyphs: list[int] = []
        advance = 0.0
        for part in parts:
            if isinstance(part, pikepdf.String):
                data = bytes(part)
                new = [int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2)]
                glyphs += new
                advance += sum(self.widths.get(glyph, self.usual) for glyph in new)
            else:
                advance -= float(part)
        return tuple(glyphs), advance


def _widths(told: list[Any]) -> Iterator[tuple[int, float]]:
    while told:
        first, then = int(told.pop(0)), told.pop(0)
        if isinstance(then, pikepdf.Array):
            yield from enumerate(map(float, then), first)
        else:
            each = float(told.pop(0))
            yield from ((glyph, each) for glyph in range(first, int(then) + 1))


def _letters(told: str) -> Iterator[tuple[int, str]]:
    for glyph, letters in re.findall(r"<([0-9a-fA-F]{4})>\s+<([0-9a-fA-F]+)>\s*\n", told):
        yield int(glyph, 16), bytes.fromhex(letters).decode("utf-16-be")


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    k, m, n, o, p, q = two
    return a * k + b * n, a * m + b * o, c * k + d * n, c * m + d * o, e * k + f * n + p, e * m + f * o + q


@dataclass(frozen=True, order=True)
class Font:
    name: str  # PostScript name without its subset tag, « SourceSans3-Regular »
    embedded: bool


@dataclass(frozen=True)
class Markers:
    pdfa: str  # « 3A »: part and conformance, "" when absent
    pdfua: str  # « 1 », "" when absent
    lang: str
    title: str
    output_intent: bool
    identifier: bool
    tagged: bool


def fonts(content: bytes) -> list[Font]:
    """Every font the document names, by name."""
    found = set()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for entry in pdf.objects:
            if (
                not isinstance(entry, pikepdf.Dictionary)
                or entry.get("/Type") != "/Font"
                or "/DescendantFonts" in entry
            ):
                continue
            descriptor: Any = entry.get("/FontDescriptor", {})
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            found.add(Font(str(entry.get("/BaseFont", "/")).removeprefix("/").rpartition("+")[2].rstrip(","), embedded))
    return sorted(found)


def markers(content: bytes) -> Markers:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as xmp:
            part, level, ua = (xmp.get(key, "") for key in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part"))
        root: Any = pdf.Root
        trailer: Any = pdf.trailer
        return Markers(
            pdfa=f"{part}{level}",
            pdfua=str(ua),
            lang=str(root.get("/Lang", "")),
            title=str(trailer.get("/Info", {}).get("/Title", "")),
            output_intent=any(intent.get("/S") == "/GTS_PDFA1" for intent in root.get("/OutputIntents", [])),
            identifier=len(trailer.get("/ID", [])) == 2,
            tagged="/StructTreeRoot" in root and bool(root.get("/MarkInfo", {}).get("/Marked", False)),
        )
