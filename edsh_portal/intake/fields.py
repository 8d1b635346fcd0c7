"""Word's fields: what asks for another file, another program or an address. Instructions may be cut over several runs."""

import re

from .addresses import clicked
from .refusals import fetches, leads, macros

MOST_INSTRUCTION = 4096  # characters that are kept of one field
MOST_NESTED = 100  # fields inside one another
FETCHING = frozenset(
    ("DATABASE", "DDE", "DDEAUTO", "EMBED", "HTMLCONTROL", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK",
     "PRINT", "RD")
)  # fmt: skip
_WORDS = re.compile(r'"([^"]*+)"|(\S++)')
# Elements that end with everything that was begun inside them.
_PARTS = frozenset(("document", "hdr", "ftr", "footnotes", "endnotes", "comments", "glossaryDocument"))


class Fields:
    """Follows the fields of a part while it is parsed."""

    STARTS = ("instrText", "delInstrText", "fldSimple", "fldChar")

    def __init__(self) -> None:
        self.open: list[list[str]] = [[]]  # what is said outside any field, then in each field inside the other
        self.room = [MOST_INSTRUCTION]
        self.inside = False

    def start(self, name: str, said: dict[str, str]) -> None:
        if name in ("instrText", "delInstrText"):
            self.inside = True
        elif name == "fldSimple":
            check(said.get("instr", "")[:MOST_INSTRUCTION])
        elif name == "fldChar":
            kind = said.get("fldCharType", "")
            if kind == "begin" and len(self.open) <= MOST_NESTED:
                self.open.append([])
                self.room.append(MOST_INSTRUCTION)
            elif kind in ("separate", "end"):
                self._close(keep=kind == "separate")

    def data(self, text: str) -> None:
        if self.inside and self.room[-1] > 0:
            self.open[-1].append(text[: self.room[-1]])
            self.room[-1] -= len(text)

    def end(self, name: str) -> None:
        if self.inside and name in ("instrText", "delInstrText"):
            self.inside = False
        elif name in _PARTS:
            while len(self.open) > 1:
                self._close(keep=False)
            self._check_last()

    def _close(self, *, keep: bool) -> None:
        self._check_last()
        self.open[-1], self.room[-1] = [], MOST_INSTRUCTION
        if not keep and len(self.open) > 1:
            self.open.pop()
            self.room.pop()

    def _check_last(self) -> None:
        check("".join(self.open[-1]))


def check(instruction: str) -> None:
    """Refused when its first word is one that fetches, or when its link leads elsewhere than to the web."""
    words = [(quoted or bare, bool(bare)) for quoted, bare in _WORDS.findall(instruction)]
    name = words[0][0].upper() if words else ""
    if name == "MACROBUTTON":
        raise macros()
    if name in FETCHING:
        raise fetches(name)
    if name == "HYPERLINK" and not clicked(address := _address(words[1:])):
        raise leads(address)


def _address(words: list[tuple[str, bool]]) -> str:
    """The first word that is neither a switch (« \\h ») nor what a switch takes (« \\l "place" »)."""
    taken = False
    for word, is_bare in words:
        if is_bare and len(word) == 2 and word[0] == "\\":
            taken = word[1] in "lotLOT"
        elif taken:
            taken = False
        else:
            return word
    return ""
