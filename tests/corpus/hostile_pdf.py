"""PDF that act, fetch, carry or weigh: {name: (how it is made, what the refusal says)}; KEPT where only the cost is hostile."""

import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.corpus.table import KEPT, Files
from tests.office_files import pdf

ALONE, NOT_WEB, OUTSIDE, CARRIED, HEAVY = (
    "action automatique",
    "ne mène pas au web",
    "son contenu",
    "fichier joint",
    "volumineux",
)


def changed(change: Callable[[pikepdf.Pdf], object], **save: object) -> Callable[[], bytes]:
    return lambda: pdf("Une page", change=lambda made: change(made) and None, **save)


def linked(**action: object) -> Callable[[pikepdf.Pdf], object]:
    """A link on the page, with this action."""

    def change(made: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**action))
        made.pages[0].Annots = [made.make_indirect(note)]

    return change


def _uri(address: str) -> Callable[[], bytes]:
    return changed(linked(S=Name.URI, URI=address))


def _neighbour(address: str) -> Callable[[], bytes]:
    return changed(linked(S=Name.GoToR, F=address, D=Array([0, Name.Fit])))


def _set(place: str, **action: object) -> Callable[[], bytes]:
    def change(made: pikepdf.Pdf) -> None:
        held = made.make_indirect(Dictionary(**action))
        if place == "ouverture":
            made.Root.OpenAction = held
        elif place == "page":
            made.pages[0].AA = Dictionary(O=held)
        elif place == "survol":
            note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], AA=Dictionary(E=held))
            made.pages[0].Annots = [note]
        else:
            first = Dictionary(S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit]), Next=held)
            made.pages[0].Annots = [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=first)]

    return changed(change)


def _stream(**told: object) -> Callable[[], bytes]:
    """A drawing used by the page, whose dictionary says this."""

    def change(made: pikepdf.Pdf) -> None:
        form = made.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], **told)
        made.pages[0].Resources.XObject = Dictionary(X=form)

    return changed(change)


def attached(name: str, content: bytes, *, saved_as: str = "", **more: object) -> Callable[[pikepdf.Pdf], None]:
    """A file attached as PDF/A-3 asks (ISO 19005-3, 6.8): named, described, its relation told."""

    def change(made: pikepdf.Pdf) -> None:
        held = made.make_stream(content, Type=Name.EmbeddedFile, Subtype=Name("/text/xml"))
        spec = Dictionary(Type=Name.Filespec, F=saved_as or name, UF=name, AFRelationship=Name.Data)
        spec.EF = Dictionary(F=held, UF=held)
        spec = made.make_indirect(spec)
        made.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([String(name), spec])))
        made.Root.AF = Array([spec])
        for key, value in more.items():
            made.Root[f"/{key}"] = value

    return change


def _pinned(made: pikepdf.Pdf) -> None:
    attached("a.xml", b"<a/>")(made)
    spec = made.Root.AF[0]
    made.pages[0].Annots = [Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)]


def _by_url(made: pikepdf.Pdf) -> None:
    made.pages[0].PieceInfo = Dictionary(X=Dictionary(Type=Name.Filespec, FS=Name.URL, F="http://x.invalid/a.jpg"))


def _endless(made: pikepdf.Pdf) -> None:
    made.pages[0].Resources.XObject = Dictionary(
        X=made.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Image, Width=160_000, Height=160_000, BitsPerComponent=1
        )
    )


def _base(made: pikepdf.Pdf) -> None:
    made.Root.URI = Dictionary(Base="file://x.invalid/partage/")


SHARE = "\\\\x.invalid\\partage\\a.pdf"
FILES: Files = {
    "pdf adresse appelée à l’ouverture": (_set("ouverture", S=Name.URI, URI="http://x.invalid/vu"), ALONE),
    "pdf adresse appelée à l’arrivée sur la page": (_set("page", S=Name.URI, URI="http://x.invalid/vu"), ALONE),
    "pdf adresse appelée au survol": (_set("survol", S=Name.URI, URI="https://x.invalid/vu"), ALONE),
    "pdf adresse appelée après un renvoi": (_set("suite", S=Name.URI, URI="https://x.invalid/vu"), ALONE),
    "pdf partage ouvert à l’ouverture": (_set("ouverture", S=Name.GoToR, F=SHARE, D=Array([0, Name.Fit])), ALONE),
    "pdf partage ouvert à l’arrivée sur la page": (_set("page", S=Name.GoToR, F=SHARE), ALONE),
    "pdf impression cachée": (_set("page", S=Name.SubmitForm, F="http://x.invalid"), ALONE),
    "pdf lien vers un fichier d’une autre machine": (_neighbour(SHARE), NOT_WEB),
    "pdf lien vers un fichier voisin": (_neighbour("annexe.pdf"), NOT_WEB),
    "pdf fil d’un autre fichier": (changed(linked(S=Name.Thread, F=SHARE, D=0)), NOT_WEB),
    "pdf lien file": (_uri("file://x.invalid/partage/a.docx"), NOT_WEB),
    "pdf lien vers un partage": (_uri(SHARE), NOT_WEB),
    "pdf lien smb": (_uri("smb://x.invalid/partage"), NOT_WEB),
    "pdf lien à script": (_uri("javascript:alert(1)"), NOT_WEB),
    "pdf lien qui ouvre un programme": (_uri("ms-msdt:/id PCWDiagnostic"), NOT_WEB),
    "pdf lien file précédé d’un blanc": (_uri(" \t\u00a0FiLe:///c:/windows"), NOT_WEB),
    "pdf lien file en pour cent": (_uri("%66%69le:%2f%2fx.invalid/a"), NOT_WEB),
    "pdf lien data": (_uri("data:text/html,<script>alert(1)</script>"), NOT_WEB),
    "pdf base d’adresses ailleurs": (changed(_base), NOT_WEB),
    "pdf flux dans un autre fichier": (_stream(F="http://x.invalid/a"), OUTSIDE),
    "pdf flux dans un autre fichier, à filtre": (_stream(F=SHARE, FFilter=Name.FlateDecode), OUTSIDE),
    "pdf dessin pris dans un autre fichier": (_stream(Ref=Dictionary(F=SHARE, Page=0)), OUTSIDE),
    "pdf image de prépresse ailleurs": (_stream(OPI=Dictionary({"/2.0": Dictionary(F=SHARE)})), OUTSIDE),
    "pdf fichier à une adresse": (changed(_by_url), OUTSIDE),
    "pdf image de 25 milliards de pixels": (changed(_endless), HEAVY),
    "pdf joint un programme nommé xml": (changed(attached("a.xml", b"MZ\x90\0" + bytes(99))), CARRIED),
    "pdf joint un xml enregistré en programme": (changed(attached("a.xml", b"<a/>", saved_as="a.xml.exe")), CARRIED),
    "pdf joint une page": (
        changed(attached("a.xml", b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>")),
        CARRIED,
    ),
    "pdf joint un dessin à script": (
        changed(attached("a.xml", b"<s:svg xmlns:s='&#104;ttp://www.w3.org/2000/svg' onload='a()'/>")), CARRIED,
    ),
    "pdf joint un xml à feuille de style": (
        changed(attached("a.xml", b"<?xml-stylesheet href='http://x.invalid/a.xsl' type='text/xsl'?><a/>")), CARRIED,
    ),
    "pdf joint un xml à entité": (
        changed(attached("a.xml", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")), CARRIED,
    ),
    "pdf joint un csv qui calcule": (changed(attached("a.csv", b"Poste;Montant\n=cmd|'/c calc'!A1;2\n")), CARRIED),
    "pdf joint un json qui n’en est pas": (changed(attached("a.json", b"<script>alert(1)</script>")), CARRIED),
    "pdf joint un pdf": (changed(attached("a.pdf", b"%PDF-1.7")), CARRIED),
    "pdf joint un tableur": (changed(attached("a.csv", b"PK\x03\x04" + bytes(60))), CARRIED),
    "pdf fichier épinglé à la page": (changed(_pinned), CARRIED),
    "pdf portfolio": (changed(attached("a.xml", b"<a/>", Collection=Dictionary(View=Name.D))), CARRIED),
}  # fmt: skip


# ── what costs ───────────────────────────────────────────────────────────────────────────────────────────────────────
def raw(*objects: bytes) -> bytes:
    """Objects 1, 2 … with a plain cross-reference table; object 1 is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % at for at in offsets)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return bytes(out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end)


def packed_stream(content: bytes, more: bytes = b"") -> bytes:
    data = zlib.compress(content, 9)
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n" % (more, len(data)) + data + b"\nendstream"


def page(*more: bytes, contents: bytes = b"4 0 R") -> bytes:
    """A page that draws object 4, in a font (object 5) whose map is object 6."""
    return raw(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents %s/Resources<</Font<</F1 5 0 R>>>>>>" % contents,
        *more,
    )


def drawing(content: bytes) -> bytes:
    return page(packed_stream(content), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")


def mapping(text: bytes) -> bytes:
    """A page in a font with this ToUnicode map."""
    font = b"<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 6 0 R>>"
    return page(packed_stream(b"BT /F1 9 Tf <00010002> Tj ET"), font, packed_stream(text))


def _blank(count: int) -> bytes:
    return b" " * count


def put_together(streams: int) -> bytes:
    """Arrays of zeros kept in so many streams of objects: a kilobyte each, two megabytes unpacked, 80 once read."""
    out, rows = bytearray(b"%PDF-1.5\n"), [bytes(6)]
    plain = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>"]
    for number in range(streams):
        held = b"%d 0 [%s]" % (4 + streams + number, b"0 " * 990_000)
        data = zlib.compress(held, 9)
        first = held.index(b"[")
        plain.append(
            b"<</Type/ObjStm/N 1/First %d/Filter/FlateDecode/Length %d>>stream\n" % (first, len(data))
            + data
            + b"\nendstream"
        )
    for number, body in enumerate(plain, 1):
        rows.append(b"\1" + len(out).to_bytes(4, "big") + b"\0")
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    rows += [b"\2" + (4 + number).to_bytes(4, "big") + b"\0" for number in range(streams)]
    rows.append(b"\1" + len(out).to_bytes(4, "big") + b"\0")
    here, table = len(out), b"".join(rows)
    head = b"<</Type/XRef/Size %d/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % (len(rows), len(table))
    out += b"%d 0 obj\n" % (len(rows) - 1) + head + table + b"\nendstream\nendobj\n"
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % here)


HEAVY_FILES: Files = {
    "pdf un million de nombres rangés": (lambda: put_together(1), HEAVY),
    "pdf trente millions de nombres rangés": (lambda: put_together(30), HEAVY),
    "pdf 60 Mo de retours à la ligne": (lambda: drawing(b"T*\n" * 20_000_000), KEPT),
    "pdf 30 Mo de textes vides": (lambda: drawing(b"BT [" + b"()" * 15_000_000 + b"] TJ ET"), KEPT),
    "pdf nombre pris pour un texte": (lambda: drawing(b"BT /F1 9 Tf 900000000 Tj ET"), KEPT),
    "pdf opérateurs sans opérandes": (lambda: drawing(b"BT Tf Td Tm TJ Tj ' \" ET"), KEPT),
    "pdf un dessin dix mille fois": (
        lambda: page(packed_stream(_blank(4_000_000)), b"<<>>", contents=b"[" + b"4 0 R " * 10_000 + b"]"), KEPT,
    ),
    "pdf 400 000 objets": (lambda: page(b"<<>>", b"<<>>", *[b"<<>>"] * 400_000), HEAVY),
    "pdf tableau de six millions de nombres": (lambda: page(b"[" + b"0 " * 6_000_000 + b"]", b"<<>>"), HEAVY),
    "pdf carte de police sans fin": (lambda: mapping(b"beginbfchar" * 90_000), KEPT),
    "pdf carte de police ouverte": (lambda: mapping(b"beginbfrange " + b"<" * 900_000), KEPT),
    "pdf carte de police en chiffres": (lambda: mapping(b"beginbfchar <" + b"0" * 900_000), KEPT),
    "pdf carte de police de plages": (lambda: mapping(b"beginbfrange " + b"<0000><ffff><0041>" * 50_000), KEPT),
    "pdf carte de police en listes": (lambda: mapping(b"beginbfrange " + b"<0><f>[<" * 100_000), KEPT),
}  # fmt: skip
