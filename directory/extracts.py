"""Files of lines that other systems extract: what each line says, or why it cannot be read. Pure: no query, no clock.

Each line is UTF-8, else Windows-1252: extractions mix both. A line is a record: an unclosed quotation mark spoils its own only.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

LONGEST_LINE = 16_384  # bytes; a line of the national files has some 400
# What Windows-1252 writes between 0x80 and 0x9F; read as something else, it stands as controls that nobody sees.
_WINDOWS = {code: text for code in range(0x80, 0xA0) if (text := bytes([code]).decode("cp1252", errors="ignore"))}
# « Ô » written in UTF-8 and read in Windows-1252 is « Ã” »: of a line that mixes the two, or that was spoilt before it came.
_TWICE = re.compile(f"[ÂÃÅ][\x80-\xbf{re.escape(''.join(_WINDOWS.values()))}]|â€")
_SPOILT = frozenset(("Cc", "Cn", "Co", "Cs"))  # what no text holds: controls, unassigned, private, half characters


def lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """(number from 1, text without its end) of each line that is not blank; None for one too long to be of this file."""
    with path.open("rb") as file:
        number, held = 0, file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
        while held:
            number, whole = number + 1, held.endswith(b"\n")
            long = len(held) >= LONGEST_LINE and not whole
            if held.strip():
                yield number, None if long else decoded(held.rstrip(b"\r\n"))
            while long and held and not held.endswith(b"\n"):
                held = file.readline(LONGEST_LINE)
            held = file.readline(LONGEST_LINE)


def decoded(line: bytes) -> str:
    """UTF-8 when every byte of the line is; else Windows-1252, as older extractions are."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def unreadable(text: str | None) -> str:
    """Why nothing can be read of a line, "" when it can."""
    if text is None:
        return _("Cette ligne est trop longue pour être de ce fichier.")
    if "\ufffd" in text or _TWICE.search(text) or any(unicodedata.category(char) in _SPOILT for char in _unseen(text)):
        return _("Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier.")
    return ""


def cleaned(text: str) -> tuple[str, str]:
    """The text without what nobody sees (soft hyphens, marks of width nought), spaces made ordinary, accents on their letters;
    and the sentence that says so, "" when nothing of it stood there."""
    if text.replace("\t", " ").isprintable():
        return unicodedata.normalize("NFC", text), ""
    unseen = {char: "" if unicodedata.category(char) == "Cf" else " " for char in _unseen(text)}
    codes = sorted(f"U+{ord(char):04X}" for char in {*text} & {*unseen, *map(chr, _WINDOWS)})
    said = _("Caractères invisibles retirés ou remplacés : %(codes)s.") % {"codes": ", ".join(codes)}
    return unicodedata.normalize("NFC", text.translate(str.maketrans(unseen) | _WINDOWS)), said


def _unseen(text: str) -> set[str]:
    """Its characters that do not print, those aside that only were read in the wrong code."""
    if text.isprintable():
        return set()
    return {char for char in text if not char.isprintable() and char != "\t" and ord(char) not in _WINDOWS}


def cells(line: str) -> list[str]:
    """The fields of one line, trimmed, runs of spaces made one."""
    found = [" ".join(cell.split()) for cell in next(csv.reader([line], delimiter=";"))]
    return [_unquoted(cell) for cell in found] or [""]


def _unquoted(cell: str) -> str:
    """A cell that was put in quotation marks twice, without the second."""
    twice = len(cell) > 1 and cell[0] == cell[-1] == '"' and '""' in cell
    return cell[1:-1].replace('""', '"') if twice else cell
