"""Reads a table of separated values whose author is not known: « ; », « , », tabulation or « | », in UTF-8, UTF-16 or Windows-1252.

It is read whole or refused: nothing is guessed of a quotation mark that is never closed, of bytes that no alphabet explains.
"""

import codecs
import csv
import io
from collections.abc import Iterator

from edsh_portal.refusal import Refused
from edsh_portal.sheets.table import Table, Workbook

from .words import Sentence as _
from .workbook import MOST_BYTES, MOST_COLUMNS, MOST_ROWS

SEPARATORS = ";,\t|"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(content: bytes) -> Workbook:
    """One table: every value is a text, empty ones are absent. Refused R05, in a sentence, when it cannot be read whole."""
    if len(content) > MOST_BYTES:
        raise _refuse(_("Ce fichier est trop volumineux pour un tableau : découpez-le."))
    text = _decoded(content)
    if not text.strip():
        raise _refuse(_("Le fichier est vide : choisissez-en un autre."))
    table = Table("")
    for row, values in enumerate(_rows(text)):
        if row >= MOST_ROWS:
            raise _refuse(_("Ce fichier dépasse la limite de lignes (%(most)s) : découpez-le.") % {"most": MOST_ROWS})
        if len(values) > MOST_COLUMNS:
            raise _refuse(_("Ligne %(line)s : elle dépasse la limite de colonnes (%(most)s).") % {"line": row + 1, "most": MOST_COLUMNS})  # fmt: skip
        table.cells.update({(row, column): value for column, value in enumerate(values) if value.strip()})
    return Workbook((table,))


def _refuse(sentence: str) -> Refused:
    return Refused(sentence, code="R05", field="file")


def _decoded(content: bytes) -> str:
    """By its mark; without one UTF-8, else Windows-1252, as older tools write."""
    names = [name for mark, name in MARKS if content.startswith(mark)] or ["utf-8", "cp1252"]
    for name in names:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refuse(_("L’encodage de ce fichier n’est pas reconnu : enregistrez-le en CSV UTF-8."))


def _rows(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    except csv.Error as error:
        raise _refuse(
            _("Ce fichier est coupé ou mal formé : un guillemet n’est pas refermé, ou un texte est trop long.")
        ) from error


def _separator(text: str) -> str:
    """The one that the first line holds most often, outside quotation marks."""
    first = next(line for line in text.splitlines() if line.strip())
    bare = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=bare.count)
