"""PDF as offices, scanners, browsers and software of accounts write them: {name: (how it is made, KEPT)}."""

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.corpus.hostile_pdf import attached, changed, linked
from tests.corpus.table import KEPT, Files
from tests.office_files import pdf, picture

INVOICE = b"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:factur-x.eu:1p0:minimum</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>F-2022-117</ram:ID><ram:TypeCode>380</ram:TypeCode></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:GrandTotalAmount>1200.00</ram:GrandTotalAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


def _said(made: pikepdf.Pdf, producer: str, creator: str = "") -> None:
    made.docinfo["/Producer"], made.docinfo["/Creator"] = producer, creator


def _word(made: pikepdf.Pdf) -> None:
    """Tagged, with its tree of headings and paragraphs, links in it, the language, and the marks of its structure."""
    _said(made, "Microsoft® Word pour Microsoft 365", "Microsoft® Word pour Microsoft 365")
    linked(S=Name.URI, URI="https://www.sante.gouv.fr/")(made)
    root = made.make_indirect(Dictionary(Type=Name.StructTreeRoot, RoleMap=Dictionary(Footnote=Name.Note)))
    shape = Dictionary(O=Name.Layout, TextAlign=Name.Justify)
    items = [
        made.make_indirect(Dictionary(Type=Name.StructElem, S=kind, P=root, K=0, Pg=made.pages[0].obj, A=shape))
        for kind in (Name.H1, Name.P, Name.Link, Name.Figure)
    ]
    root.K = made.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=root, K=Array(items)))
    root.ParentTree = Dictionary(Nums=Array([0, Array(items)]))
    made.Root.StructTreeRoot, made.Root.MarkInfo, made.Root.Lang = root, Dictionary(Marked=True), String("fr-FR")
    made.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _libreoffice(made: pikepdf.Pdf) -> None:
    """Opens at a place of its first page; a form in the footer; links by mail."""
    _said(made, "LibreOffice 7.4", "Writer")
    made.Root.OpenAction = Array([made.pages[0].obj, Name.XYZ, None, None, 0])
    linked(S=Name.URI, URI="mailto:edsh@chu.example.fr?subject=EDSH")(made)
    made.Root.Lang = String("fr-FR")


def _latex(made: pikepdf.Pdf) -> None:
    """Named places, a summary, links inside and to the web, one without its scheme, one empty."""
    _said(made, "pdfTeX-1.40.24", "LaTeX with hyperref")
    made.Root.Names = Dictionary(
        Dests=Dictionary(Names=Array([String("section.1"), Dictionary(D=Array([made.pages[0].obj, Name.Fit]))]))
    )
    made.Root.OpenAction = made.make_indirect(Dictionary(S=Name.GoTo, D=Array([made.pages[0].obj, Name.Fit])))
    actions = [
        Dictionary(S=Name.GoTo, D=String("section.1")),
        Dictionary(Type=Name.Action, S=Name.URI, URI="https://doi.org/10.1000/xyz123"),
        Dictionary(Type=Name.Action, S=Name.URI, URI="www.chu-brest.fr"),
        Dictionary(Type=Name.Action, S=Name.URI, URI=""),
        Dictionary(Type=Name.Action, S=Name.URI, URI="tel:+33298223333"),
    ]
    made.pages[0].Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=one) for one in actions]
    )
    lines = made.make_indirect(Dictionary(Type=Name.Outlines, Count=2))
    first, last = (made.make_indirect(Dictionary(Title=f"Partie {n}", Parent=lines, A=actions[0])) for n in (1, 2))
    first.Next, last.Prev, lines.First, lines.Last = last, first, first, last
    made.Root.Outlines = lines


def _form(made: pikepdf.Pdf) -> None:
    """A filled form: fields, a button that clears, a box, and its look remade by the viewer."""
    _said(made, "Adobe Acrobat Pro DC 22.1", "Adobe InDesign 17.4")
    fields = [
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="nom", V="CHU de Brest", DA="/Helv 0 Tf 0 g", Rect=[0, 0, 9, 9]),
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T="oui", V=Name.Oui, AS=Name.Oui, Rect=[0, 0, 9, 9]),
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T="effacer", Ff=65536, A=Dictionary(S=Name.ResetForm), Rect=[0, 0, 9, 9]),
    ]  # fmt: skip
    held = Array([made.make_indirect(one) for one in fields])
    made.pages[0].Annots = held
    made.Root.AcroForm = Dictionary(Fields=held, NeedAppearances=True, DA="/Helv 0 Tf 0 g", SigFlags=0)


def _signed(made: pikepdf.Pdf) -> None:
    """A field of signature with its seal, references and the rights it leaves."""
    seal = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/ETSI.CAdES.detached"))
    seal.ByteRange, seal.Contents, seal.M = Array([0, 840, 9000, 400]), String("\0" * 400), "D:20221001120000+02'00'"
    seal.Reference = Array(
        [Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=Dictionary(P=2, V=Name("/1.2")))]
    )
    field = made.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T="Signature1",
            V=made.make_indirect(seal),
            Rect=[0, 0, 0, 0],
            F=132,
        )
    )
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    made.Root.Perms = Dictionary(DocMDP=seal)


def _scanned(filters: object, data: Callable[[], bytes], *, text: bool = False, **told: object) -> Callable[[], bytes]:
    """A page that is one picture, with the text that was read on it drawn invisibly over it."""

    def change(made: pikepdf.Pdf) -> None:
        _said(made, "KONICA MINOLTA bizhub C360i", "")
        shot = made.make_stream(
            data(), Type=Name.XObject, Subtype=Name.Image, Width=2480, Height=3508, ColorSpace=Name.DeviceGray
        )
        for key, value in ({"BitsPerComponent": 1, "Filter": filters} | told).items():
            shot[f"/{key}"] = value(made) if callable(value) else value
        page = made.pages[0]
        page.Resources.XObject = Dictionary(Im0=shot)
        read = b"BT 3 Tr /F1 9 Tf 60 700 Td (Compte rendu du comite) Tj ET" if text else b""
        page.Contents = made.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q " + read)

    return changed(change)


def _fax() -> bytes:
    """A page in CCITT group 4, the strip of a TIFF."""
    out = io.BytesIO()
    Image.new("1", (2480, 3508), 1).save(out, "TIFF", compression="group4", tiffinfo={278: 3508})
    with Image.open(io.BytesIO(out.getvalue())) as drawn:
        at, size = drawn.tag_v2[273][0], drawn.tag_v2[279][0]
    return out.getvalue()[at : at + size]


def _faxed(columns: int) -> Dictionary:
    return Dictionary(K=-1, Columns=columns, Rows=3508, BlackIs1=False)


def _updated() -> bytes:
    """Saved twice: a note appended behind the first end of file, with its own table that points to the one before."""
    first = pdf("Une page", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(first)) as made:
        count, root = len(made.objects) + 1, made.Root.objgen[0]
    old = int(first[first.rfind(b"startxref") + 9 :].split()[0])
    added = b"%d 0 obj\n<</Type/Annot/Subtype/Text/Contents(Relu)/Rect[0 0 9 9]>>\nendobj\n" % count
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\n" % (
        count,
        len(first),
        count + 1,
        root,
        old,
    )
    return first + added + table + b"startxref\n%d\n%%%%EOF\r\n" % (len(first) + len(added))


def _slides(made: pikepdf.Pdf) -> None:
    _said(made, "Microsoft® PowerPoint® 2019", "Microsoft® PowerPoint® 2019")
    made.pages[0].Trans = Dictionary(S=Name.Fade, D=0.7)
    made.Root.PageLayout, made.Root.PageMode = Name.SinglePage, Name.FullScreen
    made.pages[0].AA = Dictionary(O=Dictionary(S=Name.Trans, Trans=Dictionary(S=Name.Fade)))


def _layered(made: pikepdf.Pdf) -> None:
    """A plan with layers, buttons that show and hide them."""
    _said(made, "AutoCAD PDF (General Documentation)", "AutoCAD LT 2022")
    layer = made.make_indirect(Dictionary(Type=Name.OCG, Name="Cotes"))
    made.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer]), ON=Array([layer])))
    linked(S=Name.SetOCGState, State=Array([Name.Toggle, layer]))(made)
    made.pages[0].Group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceRGB)


def _labelled(made: pikepdf.Pdf) -> None:
    _said(made, "macOS Version 12.6 Quartz PDFContext", "Pages")
    made.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r), 4, Dictionary(S=Name.D, P="A-")]))
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.Square, Rect=[0, 0, 9, 9], BS=Dictionary(W=1, S=Name.S), Contents="Relu"
    )
    made.pages[0].Annots = Array([note, Dictionary(Type=Name.Annot, Subtype=Name.Popup, Rect=[0, 0, 9, 9], Open=False)])


def _laid_out(html: str, **more: object) -> bytes:
    """By WeasyPrint, which lays out the portal's own documents."""
    from weasyprint import HTML

    return HTML(string=html).write_pdf(**more)


def _report() -> bytes:
    return _laid_out(
        "<title>Note</title><h1>Note</h1><p><a href='https://www.sante.gouv.fr/'>site</a> <a href='#b'>plus bas</a></p><h2 id='b'>Fin</h2>"
    )


def _with_invoice() -> bytes:
    from weasyprint import Attachment

    held = Attachment(string=INVOICE.decode(), name="factur-x.xml", description="Facture", relationship="Data")
    return _laid_out("<title>Facture</title><p>F-2022-117</p>", attachments=[held], pdf_variant="pdf/a-3b")


JSON = b'{"reference":"EDSH-2022-001","aid_cents":440000000,"members":[{"finess":"290000017"}]}'
CSV = "Poste;2023;2024\r\nPersonnel;1 200,50;-35\r\nTéléphone;+33 2 98 22 33 33;(12)\r\n".encode()
FILES: Files = {
    "pdf de word, balisé": (changed(_word), KEPT),
    "pdf de libreoffice": (changed(_libreoffice), KEPT),
    "pdf de latex": (changed(_latex), KEPT),
    "pdf de powerpoint": (changed(_slides), KEPT),
    "pdf de macos": (changed(_labelled), KEPT),
    "pdf de dessin, à calques": (changed(_layered), KEPT),
    "pdf d’acrobat, formulaire rempli": (changed(_form), KEPT),
    "pdf signé": (changed(_signed), KEPT),
    "pdf de weasyprint": (_report, KEPT),
    "pdf linéarisé, objets rangés": (lambda: pdf("Une page", pages=12, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate), KEPT),
    "pdf enregistré deux fois": (_updated, KEPT),
    "pdf ancien, sans compression": (lambda: pdf("Une page", pages=3, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable, force_version="1.3"), KEPT),
    "pdf de scanner, télécopie": (_scanned(Name.CCITTFaxDecode, _fax, DecodeParms=_faxed(2480)), KEPT),
    "pdf de scanner, jbig2": (_scanned(Name.JBIG2Decode, lambda: bytes(600), DecodeParms=lambda made: Dictionary(JBIG2Globals=made.make_stream(bytes(80)))), KEPT),
    "pdf de scanner, photo et texte lu": (_scanned(Name.DCTDecode, lambda: picture("JPEG", (2480, 3508), "L"), text=True, BitsPerComponent=8), KEPT),
    "pdf de scanner, jpeg 2000": (_scanned(Name.JPXDecode, lambda: b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(300)), KEPT),
    "pdf facture factur-x": (_with_invoice, KEPT),
    "pdf facture zugferd": (changed(attached("ZUGFeRD-invoice.xml", INVOICE)), KEPT),
    "pdf/a-3 à données csv": (changed(attached("budget.csv", CSV)), KEPT),
    "pdf décision du portail": (changed(attached("decision.json", JSON)), KEPT),
}  # fmt: skip
