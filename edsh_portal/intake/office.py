"""Office documents, OOXML (DOCX, XLSX) and OpenDocument (ODT, ODS): no macro, no carried object, nothing that loads by itself."""

import re
from collections.abc import Iterator

from edsh_portal.refusal import Refused

from . import sheets
from .kinds import DOCX, ODS, ODT, XLSX, Kind, refuse
from .package import Package, damaged, parse
from .patients import Row
from .words import Sentence as _

MAIN = {
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": (XLSX, "xl/workbook.xml"),
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": (DOCX, "word/document.xml"),
}
OPEN = {ODT.media_type.encode(): ODT, ODS.media_type.encode(): ODS}

MACROS = ("xl/macrosheets/", "xl/dialogsheets/", "word/vbadata", "basic/", "scripts/", "dialogs/")
CARRIED = ("/embeddings/", "/activex/", "/oleobjects/", "/afchunk")
LOADED = (
    "xl/externallinks/",
    "xl/connections",
    "xl/querytables/",
    "xl/model/",
    "xl/webextensions/",
    "word/webextensions/",
)
CARRYING = ("/oleObject", "/package", "/aFChunk", "/control", "/vbaProject", "/wordVbaData", "/xlMacrosheet")
OPENED_BY_HAND = ("http:", "https:", "mailto:", "tel:", "#")
# Functions and fields that fetch or run something when the file is opened or computed.
FORMULA = re.compile(
    r"\b(?:WEBSERVICE|DDE|RTD|CALL|EXEC|REGISTER|REGISTER\.ID|IMPORTXML|IMPORTDATA)\s*\(|[\w.]+\|'[^']*'!|^\s*[\w.]+\|[\w.]+!",
    re.IGNORECASE | re.MULTILINE,
)
FIELD = re.compile(
    r"^\s*(?:DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|EMBED|MACROBUTTON)\b", re.IGNORECASE | re.MULTILINE
)
REMOTE = re.compile(r"^(?:[a-z][a-z0-9+.\-]*:|//|\.\./\.\.|/)", re.IGNORECASE)


def checked(content: bytes) -> tuple[Kind, Iterator[Row]]:
    """The kind and the rows of its text, once nothing is wrong with it. Refused R05 otherwise."""
    package = Package(content)
    if "mimetype" in package.parts:
        kind = _open_kind(package)
    else:
        kind = _ooxml_kind(package)
    names = [name.lower() for name in package.names]
    if any("vbaproject" in name or name.startswith(MACROS) for name in names):
        raise _macros()
    if any(word in f"/{name}" for word in CARRIED for name in names):
        raise refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))
    if any(name.startswith(LOADED) for name in names):
        raise _loads()
    for name, part in package.parts.items():
        if name != "mimetype":
            _check_part(name.lower(), part, kind)
    return kind, sheets.rows(package.parts, kind)


def _macros() -> Refused:
    return refuse(_("Ce document contient des macros : enregistrez-le sans macros (.docx, .xlsx, .odt ou .ods)."))


def _loads() -> Refused:
    return refuse(_("Ce document va chercher un autre fichier ou une adresse quand on l’ouvre : retirez ce lien."))


def _unknown() -> Refused:
    return refuse(
        _("Cette archive n’est ni un document DOCX ou ODT, ni un tableur XLSX ou ODS : joignez le document lui-même.")
    )


def _ooxml_kind(package: Package) -> Kind:
    types = package.parts.get("[Content_Types].xml")
    if types is None:
        raise _unknown()
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise _macros()
    said = [found for word, found in MAIN.items() if word in types]
    if len(said) != 1 or said[0][1] not in package.names:
        raise _unknown()
    return said[0][0]


def _open_kind(package: Package) -> Kind:
    """OpenDocument 1.3, part 2, 3.3: `mimetype` is the first entry, neither packed nor with an extra field."""
    kind = OPEN.get(package.parts["mimetype"])
    if kind is None:
        raise _unknown()
    first = package.first
    if first.filename != "mimetype" or first.compress_type or first.extra or "content.xml" not in package.parts:
        raise damaged()
    manifest = package.parts.get("META-INF/manifest.xml", b"")
    if b"encryption-data" in manifest:
        raise refuse(_("Ce document est chiffré : enregistrez-le sans mot de passe."))
    if "[Content_Types].xml" in package.names:  # two documents in one: which one opens depends on who opens it
        raise damaged()
    return kind


def _check_part(name: str, part: bytes, kind: Kind) -> None:
    """Well-formed, without a document type; and, where something could act, element by element."""
    if name.endswith(".rels"):
        parse(part, start=_relationship)
    elif kind in (ODT, ODS):
        parse(part, start=_open_element)
    elif name.startswith("word/"):
        _check_fields(part)
    elif name.startswith("xl/worksheets/") or name == "xl/workbook.xml":
        _check_formulas(part)
    else:
        parse(part)


def _relationship(name: str, said: dict[str, str]) -> None:
    """A link opened by hand may lead outside; anything else outside would be fetched when the document opens."""
    kind, target = said.get("Type", ""), said.get("Target", "")
    if kind.endswith(CARRYING):
        raise refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))
    if said.get("TargetMode", "").lower() == "external":
        if not kind.endswith("/hyperlink") or not target.lower().startswith(OPENED_BY_HAND):
            raise _loads()
    elif name == "Relationship" and ("://" in target or "\\" in target):
        raise _loads()


def _open_element(name: str, said: dict[str, str]) -> None:
    if name in ("event-listener", "script", "macro") or said.get("language") in ("ooo:script", "StarBasic"):
        raise _macros()
    if name in ("applet", "plugin", "floating-frame", "object-ole"):
        raise refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))
    if name.startswith("dde-") or FORMULA.search(said.get("formula", "")):
        raise _loads()
    href = said.get("href", "") if name != "template" else ""  # where a style came from is told, not fetched
    if href and (not href.lower().startswith(OPENED_BY_HAND) if name == "a" else REMOTE.match(href)):
        raise _loads()


def _check_fields(part: bytes) -> None:
    """Word's fields: instructions may be cut over several runs, so they are read joined, field by field."""
    said: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = name in ("instrText", "delInstrText")
        if name == "fldChar":
            said.append("\n")
        elif name == "fldSimple":
            said.append(f"\n{attributes.get('instr', '')}\n")
        elif name in ("altChunk", "object", "control"):
            raise refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))

    def end(_name: str) -> None:
        nonlocal inside
        inside = False

    parse(part, start=start, end=end, data=lambda text: said.append(text) if inside else None)
    if FIELD.search("".join(said)):
        raise _loads()


def _check_formulas(part: bytes) -> None:
    if b"<f" not in part and b":f" not in part and b"definedName" not in part and b"\0" not in part:
        parse(part)
        return
    said: list[str] = []
    inside = False

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = name in ("f", "definedName", "formula", "formula1", "formula2")
        if name in ("oleObject", "control", "ddeLink"):
            raise refuse(_("Ce document contient un objet incorporé ou un autre fichier : remplacez-le par une image."))

    def end(_name: str) -> None:
        nonlocal inside
        if inside:
            said.append("\n")
        inside = False

    parse(part, start=start, end=end, data=lambda text: said.append(text) if inside else None)
    if FORMULA.search("".join(said)):
        raise _loads()
