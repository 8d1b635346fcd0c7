"""Hostile uploads, each made here: refused in a sentence, nothing stored; the plain ones pass."""

import io
import struct
import zipfile

import pikepdf
import pytest

from applications import uploads
from edsh_portal.workflow import Refused

from .world import TYPES, packed, pdf, xlsx

RELS = '<?xml version="1.0"?><Relationships/>'


def built(change=lambda made: None, **save) -> bytes:
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    change(made)
    out = io.BytesIO()
    made.save(out, **save)
    return out.getvalue()


def open_action(action: dict) -> bytes:
    def change(made):
        made.Root.OpenAction = pikepdf.Dictionary(**action)

    return built(change)


def page_script(made):
    made.pages[0].AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))


def named_script(made):
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([])))


def attached(made):
    made.attachments["charge.exe"] = b"MZ"


def launch_link(made):
    made.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=pikepdf.Array([0, 0, 9, 9]),
                A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"),
            )
        ]
    )


def deep(made):
    inner = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    for _ in range(60):
        inner = pikepdf.Array([inner])
    made.pages[0].PieceInfo = inner


def xfa(made):
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=pikepdf.Array([]))


def no_pages() -> bytes:
    out = io.BytesIO()
    pikepdf.Pdf.new().save(out)
    return out.getvalue()


def zipped_flag() -> bytes:
    """An archive whose entries say they are encrypted."""
    content = bytearray(xlsx())
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = content.find(magic)
        while start >= 0:
            content[start + offset] |= 1
            start = content.find(magic, start + 4)
    return bytes(content)


def lying_sizes() -> bytes:
    """A small table of contents over a large entry: what is read is bounded all the same."""
    content = bytearray(packed({"[Content_Types].xml": " " * 3_000_000, "xl/workbook.xml": "<workbook/>"}))
    start = content.find(b"PK\x01\x02")
    content[start + 24 : start + 28] = struct.pack("<I", 900)
    return bytes(content)


HOSTILE = {
    "vide": b"",
    "texte": b"bonjour",
    "exécutable": b"MZ\x90\x00" + b"\0" * 200,
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "image": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "pdf après du html": b"<html>" + pdf(),
    "pdf tronqué": pdf()[:200],
    "pdf sans rien": b"%PDF-1.7\n%%EOF\n",
    "pdf chiffré": built(encryption=pikepdf.Encryption(owner="o", user="u")),
    "pdf chiffré sans mot de passe": built(encryption=pikepdf.Encryption(owner="o", user="")),
    "pdf script à l’ouverture": open_action({"S": pikepdf.Name.JavaScript, "JS": "app.alert(1)"}),
    "pdf lancement": open_action({"S": pikepdf.Name.Launch, "F": "calc.exe"}),
    "pdf envoi de formulaire": open_action({"S": pikepdf.Name.SubmitForm, "F": "http://x.invalid"}),
    "pdf script de page": built(page_script),
    "pdf scripts nommés": built(named_script),
    "pdf fichier joint": built(attached),
    "pdf lien qui lance": built(launch_link),
    "pdf action enfouie": built(deep),
    "pdf formulaire xfa": built(xfa),
    "pdf sans page": no_pages(),
    "ole": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "zip quelconque": packed({"a.txt": "a"}),
    "docx": packed({"[Content_Types].xml": TYPES, "word/document.xml": "<w/>"}),
    "types sans classeur": packed({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
    "xlsm par son projet": xlsx(xl_vbaProject="x"),
    "xlsm par ses types": packed(
        {"[Content_Types].xml": TYPES.replace("sheet.main", "sheet.macroEnabled.main"), "xl/workbook.xml": "x"}
    ),
    "xlsx objet incorporé": xlsx(xl_embeddings_oleObject1="x"),
    "xlsx lien externe": xlsx(xl_externalLinks_externalLink1="x"),
    "xlsx entité xml": packed(
        {"[Content_Types].xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>" + TYPES, "xl/workbook.xml": "x"}
    ),
    "xlsx bombe": xlsx(xl_worksheets_sheet1=b"\0" * 30_000_000),
    "xlsx trop d’entrées": packed(
        {"[Content_Types].xml": TYPES, "xl/workbook.xml": "x"} | {f"xl/a{n}": "" for n in range(2001)}
    ),
    "xlsx chemin qui remonte": packed(
        {"[Content_Types].xml": TYPES, "xl/workbook.xml": "x", "../../etc/cron.d/x": "x"}
    ),
    "xlsx chemin absolu": packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": "x", "/etc/passwd": "x"}),
    "xlsx noms en double": packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": "x", "XL/Workbook.xml": "y"}),
    "xlsx types énormes": packed(
        {"[Content_Types].xml": "".join(chr(33 + n % 90) * 3 for n in range(400_000)), "xl/workbook.xml": "x"}
    ),
    "xlsx tailles menteuses": lying_sizes(),
    "xlsx chiffré": zipped_flag(),
    "xlsx tronqué": xlsx()[:-30],
    "xlsx abîmé": xlsx().replace(b"PK\x01\x02", b"PK\x01\x09"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_a_sentence(name):
    with pytest.raises(Refused) as refused:
        uploads.recognise(HOSTILE[name])
    assert (refused.value.code, refused.value.field) == ("R05", "file") and refused.value.message.endswith(".")


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 20


def test_plain_files_pass_by_content_whatever_their_name(settings):
    assert uploads.recognise(pdf()) == uploads.PDF and uploads.recognise(xlsx()) == uploads.XLSX
    assert uploads.named("a.xlsx", uploads.PDF) == "a.pdf" and uploads.named("A.PDF", uploads.PDF) == "A.PDF"
    content = pdf()
    settings.UPLOAD_MAX_BYTES = len(content)
    assert uploads.recognise(content) == uploads.PDF
    settings.UPLOAD_MAX_BYTES = len(content) - 1
    with pytest.raises(Refused):
        uploads.recognise(content)


def test_a_damaged_stream_is_the_file_s_fault():
    content = bytearray(packed({"[Content_Types].xml": TYPES * 3, "xl/workbook.xml": "x"}))
    start = content.find(b"[Content_Types].xml") + len("[Content_Types].xml")
    content[start : start + 20] = b"\xff" * 20
    assert zipfile.ZipFile(io.BytesIO(bytes(content))).namelist()
    with pytest.raises(Refused):
        uploads.recognise(bytes(content))
