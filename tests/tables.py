"""Reads the tables of a page as a person does: rows of texts, of the one whose caption or label is asked."""

import re
from html.parser import HTMLParser
from typing import Any

SPACES = re.compile(r"[\s\u00a0\u202f]+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self._cell: list[str] | None = None
        self._caption: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(("", []))
        elif tag == "tr" and self.tables:
            self.tables[-1][1].append([])
        elif tag in ("td", "th") and self.tables:
            self._cell = []
        elif tag == "caption":
            self._caption = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][1][-1].append(SPACES.sub(" ", "".join(self._cell)).strip())
            self._cell = None
        elif tag == "caption" and self._caption is not None:
            self.tables[-1] = (SPACES.sub(" ", "".join(self._caption)).strip(), self.tables[-1][1])
            self._caption = None

    def handle_data(self, data: str) -> None:
        for kept in (self._cell, self._caption):
            if kept is not None:
                kept.append(data)


def tables(response: Any) -> dict[str, list[list[str]]]:
    """By caption: the rows of each table, head included, every run of spaces being one space."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return dict(reader.tables)


def rows(response: Any, caption: str) -> list[list[str]]:
    """The rows of a table without its head; none when the page has no such table."""
    return tables(response).get(caption, [[]])[1:]


def cents(text: str) -> int | None:
    """« 1 234 567,89 » or « 1 234 567,89 € » -> 123456789; nothing written -> None."""
    bare = re.sub(r"[^0-9,-]", "", text)
    return int(bare.replace(",", "")) if bare else None
