"""Where an address written in a document leads: to the web when somebody clicks on it, inside the document, or elsewhere."""

import re
from urllib.parse import unquote

from .patients import has_nir

MOST_ADDRESS = 4096  # characters; a longer one leads nowhere that can be told
MOST_SHOWN = 60
_CLICKED = ("http:", "https:", "mailto:", "tel:", "www.", "#")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*+:")


def plain(address: str) -> str:
    """As the most lenient reader takes it: no blank nor invisible sign, no percent sign, one kind of slash, small letters."""
    for _round in range(3):
        address = unquote(address)
    seen = (letter for letter in address if letter.isprintable() and not letter.isspace())
    return "".join(seen).replace("\\", "/").casefold()


def clicked(address: str) -> bool:
    """A link that only a person follows, to the web, a mail, a telephone, or a place in the same document."""
    if len(address) > MOST_ADDRESS:
        return False
    said = plain(address)
    return not said or said.startswith(_CLICKED)


def inside(address: str) -> bool:
    """A part of the same document: neither a scheme, nor a machine, nor a folder above."""
    if len(address) > MOST_ADDRESS:
        return False
    said = plain(address)
    return not (_SCHEME.match(said) or said.startswith("/") or ".." in said.split("/"))


def shown(address: str) -> str:
    """The address as a sentence may repeat it: short, on one line, and never a number that is somebody's."""
    said = "".join(letter for letter in address[: MOST_SHOWN + 1] if letter.isprintable())
    if has_nir(address[:MOST_ADDRESS]):
        return "…"
    return said if len(said) <= MOST_SHOWN else said[:MOST_SHOWN] + "…"
