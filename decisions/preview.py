"""The letter before it is approved: the words that the PDF will say, from the same frozen data and the same template."""

import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import override

from . import letter, snapshot
from .models import Proposal, SignatureDelegation

NUMBER = "…"  # allotted at the approval
VOID = ("br", "img", "meta", "link", "hr", "input")
SILENT = ("style", "script", "title", "svg")
BLOCKS = {"h1": "title", "h2": "title", "h3": "title", "p": "text", "li": "text", "caption": "text"}
CELLS = ("th", "td")


class Part(NamedTuple):
    """A title, a text or a table of the letter: `words` of the first two, `rows` of the last."""

    kind: str
    words: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


class Preview(NamedTuple):
    """What the letter says, and the names of the compulsory blocks that it lacks."""

    parts: list[Part]
    missing: list[str]


def preview(proposal: Proposal, *, by: Any, delegation: SignatureDelegation | None, at: datetime) -> Preview:
    """As this person would sign it at this instant, by law or under that delegation. Without what only the approval makes: its number
    and its proof."""
    told = snapshot.compose(proposal, number=NUMBER, approved_by=by, delegation=delegation, at=at)
    shown = letter.context(told) | {"title": letter.title(told), "check_url": "", "fingerprint": "", "qr": ""}
    with override("fr"):
        return Preview(parts(render_to_string(f"pdf/decision_{told['kind']}.html", shown)), snapshot.missing(told))


def parts(html: str) -> list[Part]:
    """The blocks of a letter in their order; what is hidden from its readers is not said."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.parts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self._open: list[str] = []  # tags, one a level
        self._hidden = 0  # levels down into what is not said
        self._kind, self._words = "", ""
        self._rows: list[tuple[str, ...]] = []
        self._cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._words += " "
        if tag in VOID:
            return
        self._open.append(tag)
        if self._hidden or tag in SILENT or ("aria-hidden", "true") in attrs:
            self._hidden += 1
        elif self._kind:  # a text in another: a paragraph in a cell, a word set apart
            self._words += " " if tag in BLOCKS else ""
        elif tag in BLOCKS or tag in CELLS:
            self._kind, self._words = tag, ""

    def handle_data(self, data: str) -> None:
        if self._kind and not self._hidden:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag not in self._open:
            return
        while self._open and self._open.pop() != tag:
            self._hidden = max(self._hidden - 1, 0)
        if self._hidden:
            self._hidden -= 1
        elif self._kind and tag != self._kind:
            return
        elif tag in CELLS:
            self._cells.append(self._taken())
        elif tag == "tr":
            self._rows.append(tuple(self._cells))
            self._cells = []
        elif tag == "table":
            self.parts.append(Part("table", rows=tuple(self._rows)))
            self._rows = []
        elif tag in BLOCKS and (words := self._taken()):
            self.parts.append(Part(BLOCKS[tag], words))

    def _taken(self) -> str:
        words, self._kind, self._words = _one_line(self._words), "", ""
        return words


def _one_line(text: str) -> str:
    """As a reader of HTML joins it: no-break spaces are kept."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
