"""A plain PDF: whole, readable, with nothing that acts by itself, carries another file or unpacks beyond measure; and its text, by line."""

import io
import re
import time
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf.settings import set_qpdf_limits

from edsh_portal.refusal import Refused

from .cmap import Font
from .kinds import refuse
from .patients import Row
from .words import Sentence as _

MOST_PAGES = 2000
MOST_DEPTH = 30  # dictionaries and arrays written one inside the other
MOST_STREAM = 64_000_000  # bytes of one stream once decoded
MOST_SECONDS = 6  # of structure; a file that takes longer is refused
MOST_TEXT_SECONDS = 2  # of text; what has not been read by then is not searched
TAIL = 1024  # bytes in which the last %%EOF stands (ISO 32000-1, annex H)
# What makes a PDF do something by itself, or carry another file.
ACTIVE_NAMES = ("/JavaScript", "/EmbeddedFiles")
ACTIVE_ACTIONS = (
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoTo3DView", "/Rendition", "/RichMediaExecute",
)  # fmt: skip
ACTIVE_KINDS = ("/EmbeddedFile", "/3D", "/RichMedia", "/Movie", "/Sound", "/Screen", "/FileAttachment")
# « /LZWDecode », any of its letters possibly written « #4C »
LZW = re.compile(b"/" + b"".join(b"(?:%c|#%x|#%X)" % (letter, letter, letter) for letter in b"LZWDecode"))
SHOWS = "BT ET Tf Td TD Tm T* Tj TJ ' \""

# qpdf's own walls, for the whole process, so that decoding one stream never costs more than this.
set_qpdf_limits(
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
    rows, sound = _read(content, repair=False)
    return rows if sound else _read(content, repair=True)[0]


def _read(content: bytes, *, repair: bool) -> tuple[list[Row], bool]:
    """The lines, and whether qpdf had nothing to say of the structure."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=repair, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                raise refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe."))
            if not 1 <= len(pdf.pages) <= MOST_PAGES:
                raise refuse(
                    _("Ce PDF compte %(pages)s pages : de 1 à %(most)s.")
                    % {"pages": len(pdf.pages), "most": MOST_PAGES}
                )
            if _active(pdf):
                raise refuse(
                    _("Ce PDF contient un script, une action ou un fichier joint : imprimez-le en PDF simple.")
                )
            told = pdf.get_warnings()
            if any("limit exceeded" in warning for warning in told):
                raise _heavy()
            if any("unfilterable" in warning for warning in told):  # objects that nobody can read are in there
                raise _damaged()
            return list(_text(pdf, time.monotonic() + MOST_TEXT_SECONDS)), not told
    except pikepdf.PasswordError as error:
        raise refuse(_("Ce PDF est chiffré : enregistrez-le sans mot de passe.")) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise _damaged() from error


def _damaged() -> Refused:
    return refuse(_("Ce PDF est endommagé : produisez-le de nouveau."))


def _heavy() -> Refused:
    return refuse(_("Ce PDF est anormalement volumineux une fois ouvert : produisez-en une copie allégée."))


def _check_ends(content: bytes) -> None:
    """Nothing before the header (the caller saw to it), nothing after the end, no archive that would share the file."""
    end = content.rfind(b"%%EOF", -TAIL)
    if end < 0:
        raise _damaged()
    if content[end + 5 :].strip(b"\0\t\n\f\r ") or b"PK\x05\x06" in content[-65_557:]:
        raise refuse(_("Ce PDF est suivi d’autre chose qu’un PDF : produisez-le de nouveau."))
    # LZW unpacks without a wall in qpdf; nothing has written it since the last century
    if LZW.search(content):
        raise refuse(_("Ce PDF emploie une compression ancienne : produisez-le de nouveau."))


def _active(pdf: pikepdf.Pdf) -> bool:
    """Scripts, launches, embedded files: looked for in every object, wherever the file hides them."""
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and any(name in names for name in ACTIVE_NAMES):
        return True
    ends = time.monotonic() + MOST_SECONDS
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            if _acts(thing):
                return True
        elif isinstance(thing, pikepdf.Array) and any(_inside(item, 1) for item in thing):
            return True
        if time.monotonic() > ends:
            raise _heavy()
    return False


def _acts(thing: pikepdf.Object, depth: int = 0) -> bool:
    """A dictionary, or one written inside it, that is an active action or an embedded file."""
    action = thing.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in ACTIVE_ACTIONS:
        return True
    if "/JS" in thing or "/EF" in thing or "/XFA" in thing:
        return True
    if any(
        isinstance(kind := thing.get(key), pikepdf.Name) and str(kind) in ACTIVE_KINDS for key in ("/Type", "/Subtype")
    ):
        return True
    return any(_inside(value, depth + 1) for _name, value in thing.items())


def _inside(value: Any, depth: int) -> bool:
    """A value written in place (what stands elsewhere is met by the walk over all objects)."""
    if not isinstance(value, pikepdf.Object) or value.is_indirect:
        return False
    if depth > MOST_DEPTH:  # nobody's tool writes so deep in one place: it is there to hide something
        return True
    if isinstance(value, pikepdf.Array):
        return any(_inside(item, depth + 1) for item in value)
    return isinstance(value, pikepdf.Dictionary) and _acts(value, depth)


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _text(pdf: pikepdf.Pdf, ends: float) -> Iterator[Row]:
    """Each page's lines, then those of the forms that pages draw, then what form fields and notes hold."""
    for number, page in enumerate(pdf.pages, start=1):
        yield from _lines(page, page.obj.get("/Resources", {}), _("page %(number)s") % {"number": number}, ends)
    for thing in pdf.objects:
        if time.monotonic() > ends:
            return
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == pikepdf.Name("/Form"):
            yield from _lines(thing, thing.get("/Resources", {}), "", ends)
        elif isinstance(thing, pikepdf.Dictionary):
            said = [str(thing[key]) for key in ("/V", "/Contents") if isinstance(thing.get(key), pikepdf.String)]
            yield from (Row("", number, (line,)) for number, line in enumerate("\n".join(said).splitlines(), 1))


def _lines(drawn: Any, resources: Any, place: str, ends: float) -> Iterator[Row]:
    """Lines of one content stream; one that cannot be read has none to search."""
    if time.monotonic() > ends:
        return
    try:
        text = _shown(pikepdf.parse_content_stream(drawn, SHOWS), _fonts(resources), ends)
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError, KeyError, AttributeError):
        return
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        yield Row(place, number, tuple(line.split("\t")), "\t")


def _fonts(resources: Any) -> dict[str, Font]:
    held = resources.get("/Font", {})
    return {str(name): Font(font) for name, font in held.items() if isinstance(font, pikepdf.Dictionary)}


def _shown(instructions: Any, fonts: dict[str, Font], ends: float) -> str:
    """The text in the order it is drawn: a move down is a new line, a move along is a tab."""
    said: list[str] = []
    font, height = Font(None), None
    for operands, operator in instructions:
        name = str(operator)
        if time.monotonic() > ends:
            break
        if name == "Tf":
            font = fonts.get(str(operands[0]), Font(None))
        elif name in ("Td", "TD"):
            said.append("\n" if abs(float(operands[1])) > 0.5 else "\t")
        elif name == "Tm":
            said.append("\t" if height is not None and abs(float(operands[5]) - height) <= 0.5 else "\n")
            height = float(operands[5])
        elif name in ("T*", "'", '"'):
            said.append("\n")
        if name in ("Tj", "'", '"'):
            said.append(font.read(bytes(operands[-1])))
        elif name == "TJ":
            for part in operands[0]:
                said.append(font.read(bytes(part)) if isinstance(part, pikepdf.String) else " " * (float(part) < -200))
    return "".join(said)
