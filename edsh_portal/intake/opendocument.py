"""OpenDocument (ODT, ODS; OASIS 1.3): only the parts that office suites write, read element by element."""

from edsh_portal.refusal import Refused

from .addresses import clicked, inside
from .carried import check_picture, check_svg, check_unread, stranger
from .formulas import MOST_FORMULA, fetched
from .kinds import ODS, ODT, Kind, refuse
from .package import Package, damaged, every, heavy
from .refusals import carries, computes, fetches, leads, macros, no_document, unknown
from .words import Sentence as _

OPEN = {ODT.media_type.encode(): ODT, ODS.media_type.encode(): ODS}
_MACROS = ("basic/", "scripts/", "dialogs/")
_XML = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.xml", "documentsignatures.xml")
_PICTURES = ("pictures", "thumbnails", "objectreplacements")  # folders, of the document or of one in it
_COMPUTED = ("formula", "expression", "condition")
_CARRYING = ("applet", "plugin", "floating-frame", "object-ole")
_LINKS = ("a", "area-rectangle", "area-circle", "area-polygon")
_FETCHING = ("connection-resource", "database-source-sql", "database-source-table", "database-source-query", "submission",
    "source-service", "auto-reload")  # fmt: skip


def checked(package: Package) -> Kind:
    """The kind, once every part is one that is known and does nothing. Refused R05 otherwise."""
    kind = _kind(package)
    for name in package.names:
        _check_part(package, name)
    return kind


def _kind(package: Package) -> Kind:
    """OpenDocument 1.3, part 2, 3.3: `mimetype` is the first entry, neither packed nor with an extra field."""
    kind = OPEN.get(package.text("mimetype"))
    if kind is None:
        raise no_document()
    first = package.first
    if first.filename != "mimetype" or first.compress_type or first.extra or "content.xml" not in package.names:
        raise damaged()
    if "[Content_Types].xml" in package.names:  # two documents in one: which one opens depends on who opens it
        raise damaged()
    return kind


def _check_part(package: Package, name: str) -> None:
    low = name.lower()
    folder, _slash, leaf = low.rpartition("/")
    folder = folder.rpartition("/")[2]
    if low.startswith(_MACROS) or "vbaproject" in low:
        raise macros()
    if name.endswith("/") or name == "mimetype":
        return
    if low.startswith("configurations2/"):  # menus and keys of the document's own: macros hang there
        if package.head(name):
            raise macros() if not low.endswith((".png", ".bmp")) else unknown(name)
    elif low.endswith(".svg"):
        package.parse(name, start=check_svg)
    elif leaf in _XML or leaf.endswith(".rdf"):
        package.parse(name, start=_element)
    elif folder in _PICTURES:
        check_picture(package, name)
    elif folder == "fonts" or leaf == "layout-cache":
        check_unread(package, name)
    else:
        raise stranger(name, package.head(name))


def _element(name: str, said: dict[str, str]) -> None:
    if name in ("event-listener", "script", "macro", "execute-macro") or said.get("language") in _SCRIPTS:
        raise macros()
    if name in _CARRYING:
        raise carries()
    if name == "encryption-data":
        raise _locked()
    if name.startswith("dde-") or name in _FETCHING:
        raise fetches(name)
    for formula in every(said, *_COMPUTED, *(("value",) if name == "condition" else ())):
        _check_formula(formula)
    if name != "template":  # where a style came from is told, not fetched
        for address in every(said, "href", "src", "action"):
            _check_address(name, address)


_SCRIPTS = ("ooo:script", "StarBasic")


def _locked() -> Refused:
    return refuse(_("Ce document est chiffré : enregistrez-le sans mot de passe."))


def _check_formula(formula: str) -> None:
    if len(formula) > MOST_FORMULA:
        raise heavy()
    if what := fetched(formula):
        raise computes(what)


def _check_address(name: str, address: str) -> None:
    if name in _LINKS:
        if not clicked(address):
            raise leads(address)
    elif not (inside(address) or name == "chart" and address == ".."):  # the document that the chart stands in
        raise fetches(address)
