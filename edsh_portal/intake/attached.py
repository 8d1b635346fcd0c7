"""Data that a PDF may carry: XML (an electronic invoice), CSV, JSON (a decision of the portal). Nothing that opens as a page or a
program, nothing that computes."""

import json
import re
from collections.abc import Iterator

from .carried import CARRIED
from .package import Budget, reading
from .patients import Row, lines

MOST_ATTACHED = 2_000_000  # bytes of one, unpacked
ENDINGS = (".xml", ".csv", ".json")
# An XML that a browser would run: a page, a drawing, a style sheet.
_PAGES = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xsl/transform")
# A cell that a spreadsheet would compute: « =cmd », « @SUM », « +A1 »; « -5 » and « +33 2 98 » are not.
_COMPUTES = re.compile(r'(?:^|[;,\t|])[ "\']*+(?:[=@]|[+\-](?![\d.,(\s]|$))', re.MULTILINE)


class Active(Exception):
    """It is not data, or more than data."""


def rows(name: str, content: bytes) -> list[Row]:
    """The lines of its text. Active when it is not what its name says, or could act."""
    if len(content) > MOST_ATTACHED or not name.casefold().endswith(ENDINGS):
        raise Active
    if name.casefold().endswith(".xml"):
        said = "\n".join(_xml(content))
    else:
        if content.startswith(CARRIED) or b"\0" in content:
            raise Active
        said = _decoded(content)
        if name.casefold().endswith(".json"):
            _json(said)
        elif _COMPUTES.search(said):
            raise Active
    return list(lines(said))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _json(said: str) -> None:
    try:
        json.loads(said)
    except (ValueError, RecursionError) as error:
        raise Active from error


def _xml(content: bytes) -> Iterator[str]:
    said: list[str] = []

    def start(_name: str, told: dict[str, str]) -> None:
        if any(key[:5] == "xmlns" and value.strip().casefold() in _PAGES for key, value in told.items()):
            raise Active

    def instruction(_target: str, _data: str) -> None:  # a style sheet, a program that would open it
        raise Active

    for _step in reading(iter([content]), Budget(), start=start, data=said.append, told=instruction):
        pass
    return (text.strip() for text in said if text.strip())
