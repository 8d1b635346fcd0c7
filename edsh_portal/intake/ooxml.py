"""OOXML (DOCX, XLSX; ECMA-376): parts are known by what [Content_Types].xml and the relationships say, never by their names.

Both lists are of what is allowed. A part that says nothing of itself, or something else, refuses the document.
"""

import posixpath
from urllib.parse import unquote

from edsh_portal.refusal import Refused

from .addresses import clicked, inside, plain
from .carried import check_picture, check_svg, check_unread
from .fields import Fields
from .formulas import MOST_FORMULA, fetched
from .kinds import DOCX, XLSX, Kind
from .package import Package, damaged, every, heavy
from .parts import PICTURES, RELATIONSHIPS, TYPES, UNREAD, reason
from .refusals import carries, computes, fetches, leads, macros, no_document, unknown

TABLE = "[content_types].xml"
MAIN = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": XLSX,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": DOCX,
}
_FORMULAS = ("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula")
_CARRYING = ("altChunk", "object", "control", "oleObject", "OLEObject", "objectEmbed", "objectLink", "webVideoPr")
_FETCHING = ("mailMerge", "ddeLink", "oleLink", "DataMashup", "saveThroughXslt", "dbPr", "olapPr", "webPr")
_LINKS = ("hyperlink", "hlinkClick", "hlinkHover", "hlinkMouseOver")
_DRAWN = ("imagedata", "fill", "stroke", "background")


def checked(package: Package) -> tuple[Kind, dict[str, str]]:
    """The kind, and {part: content type}, once every part is one that is known and does nothing. Refused R05 otherwise."""
    types = _types(package)
    outside: dict[str, dict[str, str]] = {}
    for name in package.names:
        if types[name].endswith("relationships+xml") or _same(name).endswith(".rels"):
            outside[_source(name)] = _relations(package, name)
    kind = _kind(package, types)
    for name in package.names:
        _check_part(package, name, types[name], outside.get(name, {}))
    return kind, types


def _same(name: str) -> str:
    """Names of parts are one whatever their case and their percent signs (ECMA-376 part 2, 6.2)."""
    return unquote(name).casefold().lstrip("/")


def _types(package: Package) -> dict[str, str]:
    """{part: its content type}; a type that is not allowed refuses the document, whichever part it is given to."""
    table = next((name for name in package.names if _same(name) == TABLE), None)
    if table is None:
        raise no_document()
    named: dict[str, str] = {}
    ending: dict[str, str] = {}

    def said(name: str, told: dict[str, str]) -> None:
        kind = told.get("ContentType", "").partition(";")[0].strip().casefold()
        if name == "Override":
            named[_same(told.get("PartName", ""))] = _allowed(kind, told.get("PartName", ""))
        elif name == "Default":
            ending[told.get("Extension", "").casefold()] = kind

    package.parse(table, start=said)
    found = {}
    for name in package.names:
        same = _same(name)
        if same == TABLE or name.endswith("/"):
            found[name] = "application/xml" if same == TABLE else ""
            continue
        found[name] = named.get(same) or _allowed(ending.get(same.rpartition(".")[2], ""), name)
    if len({_same(name) for name in package.names}) != len(package.names):
        raise damaged()
    return found


def _allowed(kind: str, part: str) -> str:
    if kind in TYPES:
        return kind
    raise _refused(kind, part)


def _refused(kind: str, part: str) -> Refused:
    told = {"other": no_document(), "macros": macros(), "carries": carries(), "fetches": fetches(part)}
    return told.get(reason(kind)) or unknown(part)


def _source(name: str) -> str:
    """The part whose relationships these are: « word/_rels/document.xml.rels » → « word/document.xml »."""
    folder, _slash, file = name.rpartition("/")
    return posixpath.join(posixpath.dirname(folder), file.rpartition(".")[0])


def _relations(package: Package, name: str) -> dict[str, str]:
    """{id: address} of what leads outside; refused when it is anything but a link that a person follows."""
    outside: dict[str, str] = {}

    def said(element: str, told: dict[str, str]) -> None:
        if element != "Relationship":
            return
        kind, target = told.get("Type", "").rpartition("/")[2].casefold(), told.get("Target", "")
        external = told.get("TargetMode", "").strip().casefold() == "external"
        if kind not in RELATIONSHIPS:
            raise _refused(kind, target or kind)
        if not external:
            if "://" in plain(target) or plain(target).startswith("//") or ":" in plain(target).partition("/")[0]:
                raise fetches(target)
        elif kind == "hyperlink":
            if not clicked(target):
                raise leads(target)
            outside[told.get("Id", "")] = target
        elif not (kind == "attachedtemplate" and _on_this_disk(target)):
            raise fetches(target)

    package.parse(name, start=said)
    return outside


def _on_this_disk(target: str) -> bool:
    """« file:///C:\\Modèles\\note.dotx »: where the document was made from; on a reader's own disk there is nothing of it."""
    said = plain(target).removeprefix("file:///")
    return len(said) > 2 and said[0].isalpha() and said[1:3] == ":/" and ".." not in said


def _kind(package: Package, types: dict[str, str]) -> Kind:
    """What the main part is: the one that the package's own relationships name (« document2.xml » as well)."""
    mains: list[str] = []

    def said(element: str, told: dict[str, str]) -> None:
        if element == "Relationship" and told.get("Type", "").endswith("/officeDocument"):
            mains.append(_same(told.get("Target", "")))

    for name in package.names:
        if _same(name) == "_rels/.rels":
            package.parse(name, start=said)
    found = [name for name, kind in types.items() if kind in MAIN]
    if len(found) != 1 or mains != [_same(found[0])]:
        raise no_document()
    return MAIN[types[found[0]]]


def _check_part(package: Package, name: str, kind: str, outside: dict[str, str]) -> None:
    if not kind or package.sizes[name] == 0:  # a folder; an empty part has nothing to say
        return
    if kind == "image/svg+xml":
        package.parse(name, start=check_svg)
    elif kind in PICTURES:
        check_picture(package, name)
    elif kind in UNREAD:
        check_unread(package, name)
    elif kind == "application/vnd.openxmlformats-package.relationships+xml":
        return
    else:
        reader = _Part(outside)
        package.parse(name, start=reader.start, end=reader.end, data=reader.data)


# ── XML parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
class _Part:
    """Reads an XML part: nothing carried, nothing fetched, no field nor formula that would, links only where links are."""

    def __init__(self, outside: dict[str, str]) -> None:
        self.outside = outside
        self.fields = Fields()
        self.formula: list[str] | None = None
        self.length = self.below = 0  # characters of the formula; elements open inside it (« f » is a fraction as well)

    def start(self, name: str, said: dict[str, str]) -> None:
        if self.outside and name not in _LINKS:
            for value in said.values():
                if value in self.outside:  # a picture, say, that names the address of a link as its own
                    raise fetches(self.outside[value])
        if self.formula is not None:
            self.below += 1
        if name not in _LOOKED_AT:
            return
        if name in _FORMULAS and self.formula is None:
            self.formula, self.length = [], 0
        elif name in _CARRYING:
            raise carries()
        elif name in _FETCHING or name == "cacheSource" and said.get("type") == "external":
            raise fetches(name)
        elif name in _DRAWN:
            for address in every(said, "src", "href", "althref"):
                if not inside(address):
                    raise fetches(address)
        else:
            self.fields.start(name, said)

    def data(self, text: str) -> None:
        if self.formula is None:
            self.fields.data(text)
        elif not self.below:
            self.length += len(text)
            if self.length > MOST_FORMULA:
                raise heavy()
            self.formula.append(text)

    def end(self, name: str) -> None:
        if self.formula is None:
            self.fields.end(name)
        elif self.below:
            self.below -= 1
        else:
            if what := fetched("".join(self.formula)):
                raise computes(what)
            self.formula = None


_LOOKED_AT = frozenset((*_FORMULAS, *_CARRYING, *_FETCHING, *_DRAWN, *Fields.STARTS, "cacheSource"))
