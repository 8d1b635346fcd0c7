"""A plain PDF: whole, readable, with nothing that acts by itself, fetches, carries a program or unpacks beyond measure."""

import io
import re
import resource

import pikepdf
from pikepdf.settings import set_qpdf_limits

from edsh_portal.refusal import Refused

from . import pdf_text
from .kinds import refuse
from .patients import Row
from .pdf_acts import Acts, heavy
from .words import Sentence as _

MOST_PAGES = 2000
MOST_OBJECTS = 200_000
MOST_VALUES = 2_000_000  # numbers, names, texts … written outside streams; each takes some 80 bytes once read
MOST_STREAM = 2_000_000  # bytes of one stream that qpdf decodes: tables of objects, objects put together
MOST_GROWTH = 100_000  # kilobytes that the objects of one file may take
TAIL = 1024  # bytes in which the last %%EOF stands (ISO 32000-1, annex H)
# « /LZWDecode », any of its letters possibly written « #4C »
LZW = re.compile(b"/" + b"".join(b"(?:%c|#%x|#%X)" % (letter, letter, letter) for letter in b"LZWDecode"))

# qpdf's own walls, for the whole process, so that decoding one stream never costs more than this.
set_qpdf_limits(
    doc_max_warnings=200,
    flate_max_memory=MOST_STREAM,
    png_max_memory=MOST_STREAM,
    tiff_max_memory=MOST_STREAM,
    run_length_max_memory=MOST_STREAM,
    max_stream_filters=4,
    parser_max_nesting=100,
)


def checked(content: bytes) -> list[Row]:
    """The lines of its text, once nothing is wrong with it. Refused R05 otherwise.

    What a strict reading finds damaged is read again as readers repair it: what they would find is looked for as well.
    """
    _check_ends(content)
    if _values(content) > MOST_VALUES:
        raise heavy()
    rows, sound = _read_rows(content, repair=False)
    return rows if sound else _read_rows(content, repair=True)[0]


def _read_rows(content: bytes, *, repair: bool) -> tuple[list[Row], bool]:
    """The lines, and whether qpdf had nothing to say of the structure."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=repair, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe."))
            _weigh(pdf)
            if not 1 <= len(pdf.pages) <= MOST_PAGES:
                raise refuse(
                    _("Ce PDF compte %(pages)s pages : joignez-en un de 1 à %(most)s pages.")
                    % {"pages": len(pdf.pages), "most": MOST_PAGES}
                )
            acts = Acts(pdf)
            acts.check()
            told = pdf.get_warnings()
            if any("limit exceeded" in warning for warning in told):
                raise heavy()
            if any("unfilterable" in warning for warning in told):  # objects that nobody can read are in there
                raise _damaged()
            return [*acts.rows, *pdf_text.rows(pdf)], not told
    except pikepdf.PasswordError as error:
        raise refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe.")) from error
    except (
        pikepdf.PdfError,
        ArithmeticError,
        ValueError,
        RuntimeError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:
        raise _damaged() from error


def _weigh(pdf: pikepdf.Pdf) -> None:
    """Objects are read one by one first: qpdf reads a stream of them whole, and would read all such streams before the walk."""
    size, before = int(pdf.trailer.get("/Size", 0)), _peak()
    if size > MOST_OBJECTS:
        raise heavy()
    for number in range(1, size):
        pdf.get_object(number, 0)
        if _peak() - before > MOST_GROWTH:
            raise heavy()


def _peak() -> int:
    """Kilobytes: the most that this process has held, as Linux counts."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _damaged() -> Refused:
    return refuse(_("Ce PDF est endommagé : produisez-le de nouveau."))


def _check_ends(content: bytes) -> None:
    """Nothing before the header (the caller saw to it), nothing after the end, no archive that would share the file."""
    end = content.rfind(b"%%EOF", -TAIL)
    if end < 0:
        raise _damaged()
    if content[end + 5 :].strip(b"\0\t\n\f\r ") or b"PK\x05\x06" in content[-65_557:]:
        raise refuse(_("Ce PDF est suivi d’autres données : produisez-le de nouveau."))
    # LZW unpacks without a wall in qpdf; nothing has written it since the last century
    if LZW.search(content):
        raise refuse(_("Ce PDF emploie une compression ancienne : produisez-le de nouveau."))


def _values(content: bytes) -> int:
    """At least as many as there are values outside streams: what parts them is counted, without reading them."""
    count = at = 0
    while at < len(content):
        start = content.find(b"stream", at)
        start = len(content) if start < 0 else start
        count += sum(content.count(mark, at, start) for mark in (b" ", b"\n", b"\r", b"[", b"(", b"<", b"/"))
        end = content.find(b"endstream", start)
        at = len(content) if end < 0 else end + len(b"endstream")
    return count
