"""Office documents, part for part as office suites write them: {name: (how it is made, KEPT)}."""

import struct
from collections.abc import Callable, Mapping

from tests.corpus.hostile_office import SVG, field
from tests.corpus.table import KEPT, Files
from tests.office_files import (
    DOCUMENT,
    ENDINGS,
    OFFICE,
    OPEN,
    RELS,
    SPREADSHEET,
    WORD,
    Parts,
    docx_parts,
    ods_parts,
    odt_parts,
    packed,
    picture,
    types,
    xlsx_parts,
)  # fmt: skip

W, S = DOCUMENT.removesuffix("document.main+xml"), SPREADSHEET.removesuffix("sheet.main+xml")
BASE = "application/vnd.openxmlformats-officedocument."
PACKAGE = "application/vnd.openxmlformats-package."
MATHS = "http://schemas.openxmlformats.org/officeDocument/2006/math"
EMF = b"\x01\0\0\0" + struct.pack("<I", 108) + bytes(32) + b" EMF" + bytes(60)
MORE_RELS = "http://schemas.microsoft.com/office/"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def _related(*rows: tuple[str, ...]) -> str:
    """Relationships whose types are given whole, or by the last word of ECMA's."""
    outside = ' TargetMode="External"'
    said = "".join(
        f'<Relationship Id="rId{n}" Type="{kind if "://" in kind else OFFICE + "/" + kind}" Target="{target}"{outside if more else ""}/>'
        for n, (kind, target, *more) in enumerate(rows, 1)
    )
    return f'{XML}<Relationships xmlns="{RELS}">{said}</Relationships>'


PROPERTIES: dict[str, tuple[str, str]] = {
    "docProps/core.xml": (f"{PACKAGE}core-properties+xml", "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:creator>Anne</dc:creator></cp:coreProperties>"),
    "docProps/app.xml": (f"{BASE}extended-properties+xml", "<Properties><Application>Microsoft Office Word</Application></Properties>"),
    "docProps/custom.xml": (f"{BASE}custom-properties+xml", "<Properties><property name='Site'/></Properties>"),
    "docMetadata/LabelInfo.xml": ("application/vnd.ms-office.classificationlabels+xml", "<clbl:labelList xmlns:clbl='x'/>"),
}  # fmt: skip
ROOT = (
    (f"{PACKAGE}core-properties+xml".replace(PACKAGE, RELS + "/metadata/").removesuffix("+xml"), "docProps/core.xml"),
    ("extended-properties", "docProps/app.xml"),
    ("custom-properties", "docProps/custom.xml"),
    (f"{MORE_RELS}2020/02/relationships/classificationlabels", "docMetadata/LabelInfo.xml"),
)
WORD_PARTS: dict[str, tuple[str, str]] = {
    "theme/theme1.xml": (f"{BASE}theme+xml", "<a:theme xmlns:a='a'/>"),
    "settings.xml": (f"{W}settings+xml", "<w:settings xmlns:w='w'><w:zoom w:percent='100'/></w:settings>"),
    "webSettings.xml": (f"{W}webSettings+xml", "<w:webSettings xmlns:w='w'/>"),
    "styles.xml": (f"{W}styles+xml", "<w:styles xmlns:w='w'/>"),
    "stylesWithEffects.xml": ("application/vnd.ms-word.stylesWithEffects+xml", "<w:styles xmlns:w='w'/>"),
    "fontTable.xml": (f"{W}fontTable+xml", "<w:fonts xmlns:w='w'/>"),
    "numbering.xml": (f"{W}numbering+xml", "<w:numbering xmlns:w='w'/>"),
    "footnotes.xml": (f"{W}footnotes+xml", "<w:footnotes xmlns:w='w'/>"),
    "endnotes.xml": (f"{W}endnotes+xml", "<w:endnotes xmlns:w='w'/>"),
    "header1.xml": (f"{W}header+xml", "<w:hdr xmlns:w='w'/>"),
    "footer1.xml": (f"{W}footer+xml", f"<w:ftr xmlns:w='w'>{field(' PAGE ')}</w:ftr>"),
    "comments.xml": (f"{W}comments+xml", "<w:comments xmlns:w='w'/>"),
    "commentsExtended.xml": (f"{W}commentsExtended+xml", "<w15:commentsEx xmlns:w15='w'/>"),
    "commentsIds.xml": (f"{W}commentsIds+xml", "<w16cid:commentsIds xmlns:w16cid='w'/>"),
    "commentsExtensible.xml": (f"{W}commentsExtensible+xml", "<w16:a xmlns:w16='w'/>"),
    "people.xml": (f"{W}people+xml", "<w15:people xmlns:w15='w'/>"),
    "glossary/document.xml": (f"{W}document.glossary+xml", "<w:glossaryDocument xmlns:w='w'/>"),
    "diagrams/data1.xml": (f"{BASE}drawingml.diagramData+xml", "<dgm:dataModel xmlns:dgm='d'/>"),
    "diagrams/layout1.xml": (f"{BASE}drawingml.diagramLayout+xml", "<dgm:layoutDef xmlns:dgm='d'/>"),
    "diagrams/quickStyle1.xml": (f"{BASE}drawingml.diagramStyle+xml", "<dgm:styleDef xmlns:dgm='d'/>"),
    "diagrams/colors1.xml": (f"{BASE}drawingml.diagramColors+xml", "<dgm:colorsDef xmlns:dgm='d'/>"),
    "diagrams/drawing1.xml": ("application/vnd.ms-office.drawingml.diagramDrawing+xml", "<dsp:drawing xmlns:dsp='d'/>"),
}  # fmt: skip
WORD_RELS = (
    *((kind, target) for kind, target in (
        ("theme", "theme/theme1.xml"), ("settings", "settings.xml"), ("webSettings", "webSettings.xml"), ("styles", "styles.xml"),
        (f"{MORE_RELS}2007/relationships/stylesWithEffects", "stylesWithEffects.xml"), ("fontTable", "fontTable.xml"),
        ("numbering", "numbering.xml"), ("footnotes", "footnotes.xml"), ("endnotes", "endnotes.xml"), ("header", "header1.xml"),
        ("footer", "footer1.xml"), ("comments", "comments.xml"), (f"{MORE_RELS}2011/relationships/commentsExtended", "commentsExtended.xml"),
        (f"{MORE_RELS}2016/09/relationships/commentsIds", "commentsIds.xml"), (f"{MORE_RELS}2018/08/relationships/commentsExtensible", "commentsExtensible.xml"),
        (f"{MORE_RELS}2011/relationships/people", "people.xml"), ("glossaryDocument", "glossary/document.xml"), ("diagramData", "diagrams/data1.xml"),
        ("diagramLayout", "diagrams/layout1.xml"), ("diagramQuickStyle", "diagrams/quickStyle1.xml"), ("diagramColors", "diagrams/colors1.xml"),
        (f"{MORE_RELS}2007/relationships/diagramDrawing", "diagrams/drawing1.xml"), ("image", "media/image1.png"), ("image", "media/image2.emf"),
        ("image", "media/image3.svg"), ("customXml", "../customXml/item1.xml"),
    )),
    ("hyperlink", "https://www.sante.gouv.fr/", "outside"),
    ("hyperlink", "mailto:edsh@chu.example.fr", "outside"),
)  # fmt: skip


def _document(
    body: str = "",
    *,
    main: str = "word/document.xml",
    whole: bool = True,
    more: Mapping[str, str | bytes] | None = None,
) -> Callable[[], bytes]:
    """Word's own: every part it writes beside the text, and how they are related."""

    def make() -> bytes:
        parts: Parts = {
            main: f'{XML}<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:m="{MATHS}"><w:body><w:p><w:r><w:t>Le projet</w:t></w:r></w:p>{body}</w:body></w:document>'
        }
        kinds = {name: kind for name, (kind, _body) in PROPERTIES.items()}
        parts |= {name: XML + said for name, (_kind, said) in PROPERTIES.items()}
        if whole:
            kinds |= {f"word/{name}": kind for name, (kind, _said) in WORD_PARTS.items()}
            parts |= {f"word/{name}": XML + said for name, (_kind, said) in WORD_PARTS.items()}
            parts |= {
                "word/media/image1.png": picture(size=(800, 600)),
                "word/media/image2.emf": EMF,
                "word/media/image3.svg": f"<svg {SVG}><path d='M0 0'/><a href='https://x.invalid/'><text>a</text></a></svg>",
                "customXml/item1.xml": "<b:Sources xmlns:b='b' SelectedStyle='\\APA.XSL'/>",
                "customXml/itemProps1.xml": "<ds:datastoreItem xmlns:ds='d'/>",
                "customXml/_rels/item1.xml.rels": _related(("customXmlProps", "itemProps1.xml")),
                "word/_rels/settings.xml.rels": _related(
                    ("attachedTemplate", "file:///C:\\Users\\a\\Mod%C3%A8les\\note.dotx", "outside")
                ),
            }
            kinds["customXml/itemProps1.xml"] = f"{BASE}customXmlProperties+xml"
            folder, _slash, file = main.rpartition("/")
            parts[f"{folder}/_rels/{file}.rels"] = _related(*WORD_RELS)
        parts |= dict(more or {})
        parts["_rels/.rels"] = _related(("officeDocument", main), *ROOT)
        parts = {
            "[Content_Types].xml": types(DOCUMENT, main, kinds, ENDINGS | {"svg": "image/svg+xml", "jpg": "image/jpeg"})
        } | parts
        return packed(parts)

    return make


FRACTION = (
    "<m:oMath><m:f><m:num><m:r><m:t>|x|</m:t></m:r></m:num><m:den><m:r><m:t>CALL(2)</m:t></m:r></m:den></m:f></m:oMath>"
)
SHAPE = "<w:p><w:pict><v:shape xmlns:v='v' href='https://x.invalid/'><v:imagedata r:id='rId23' o:title='' xmlns:o='o'/><v:formulas><v:f eqn='val #0'/></v:formulas></v:shape></w:pict></w:p>"
LINKED = "<w:p><w:hyperlink r:id='rId27'><w:r><w:t>site</w:t></w:r></w:hyperlink></w:p>"
FIELDS = "".join(
    field(*runs)
    for runs in (
        (' TOC \\o "1-3" \\h \\z \\u ',), (" PAGEREF _Toc1 \\h ",), (" REF _Ref1 \\h ",), (" SEQ Figure \\* ARABIC ",), (" DATE \\@ dd/MM/yyyy ",),
        (' HYPERLINK \\l "_Toc1" ',), (' HYPERLINK "https://www.sante.gouv.fr/" \\o "Le site" \\t "_blank" ',), (" FILENAME \\p ",),
        (' ADDIN ZOTERO_ITEM CSL_CITATION {"citationID":"a","properties":{"formattedCitation":"(1)"}} ',), (" ADDIN EN.CITE ",), (" MERGEFIELD Nom ",),
        (" = SUM(ABOVE) ",), (" EQ \\f(1;2) ",), (" FORMTEXT ",),
    )
)  # fmt: skip


def _photographed() -> bytes:
    """A picture as the telephone took it, kept whole by Word."""
    return _document(more={"word/media/photo.jpg": picture("JPEG", (8000, 6000), "L", quality=20)})()


def _onlyoffice() -> bytes:
    """ONLYOFFICE names by their endings every kind it knows, objects and programs included, whatever the document holds."""
    known = ENDINGS | {
        "bin": f"{BASE}oleObject", "xlsx": f"{S}sheet", "docx": f"{W}document", "bmp": "image/bmp", "gif": "image/gif", "wav": "audio/wav",
        "mp4": "video/mp4", "vsdx": "application/vnd.ms-visio.drawing",
    }  # fmt: skip
    made = docx_parts("a")
    made["[Content_Types].xml"] = types(DOCUMENT, "word/document.xml", endings=known)
    return packed(made)


def _libreoffice_text() -> bytes:
    """LibreOffice gives its relationships a type by their names, and writes one name space in small letters."""
    made = docx_parts("a")
    kinds = {"_rels/.rels": f"{PACKAGE}relationships+xml", "docProps/core.xml": PROPERTIES["docProps/core.xml"][0]}
    made["docProps/core.xml"] = PROPERTIES["docProps/core.xml"][1]
    made["_rels/.rels"] = _related(
        ("officeDocument", "word/document.xml"),
        (
            "http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties",
            "docProps/core.xml",
        ),
    )
    made["[Content_Types].xml"] = types(DOCUMENT, "word/document.xml", kinds)
    return packed(made)


EXCEL = "application/vnd.ms-excel."
SHEET_PARTS: dict[str, tuple[str, str, str]] = {  # name: its type, its relationship, what it says
    "theme/theme1.xml": (f"{BASE}theme+xml", "theme", "<a:theme xmlns:a='a'/>"),
    "styles.xml": (f"{S}styles+xml", "styles", "<styleSheet><fills><fill/></fills></styleSheet>"),
    "calcChain.xml": (f"{S}calcChain+xml", "calcChain", "<calcChain><c r='A1'/></calcChain>"),
    "metadata.xml": (f"{S}sheetMetadata+xml", "sheetMetadata", "<metadata/>"),
    "persons/person.xml": (f"{EXCEL}person+xml", f"{MORE_RELS}2017/10/relationships/person", "<personList/>"),
    "richData/rdrichvalue.xml": (f"{EXCEL}rdrichvalue+xml", f"{MORE_RELS}2017/06/relationships/rdRichValue", "<rvData/>"),
    "richData/richValueRel.xml": (f"{EXCEL}richvaluerel+xml", f"{MORE_RELS}2022/10/relationships/richValueRel", "<richValueRels/>"),
    "featurePropertyBag/featurePropertyBag.xml": (f"{EXCEL}featurepropertybag+xml", f"{MORE_RELS}2022/11/relationships/FeaturePropertyBag", "<FeaturePropertyBags/>"),
    "pivotCache/pivotCacheDefinition1.xml": (f"{S}pivotCacheDefinition+xml", "pivotCacheDefinition", "<pivotCacheDefinition><cacheSource type='worksheet'/></pivotCacheDefinition>"),
    "slicerCaches/slicerCache1.xml": (f"{EXCEL}slicerCache+xml", f"{MORE_RELS}2007/relationships/slicerCache", "<slicerCacheDefinition/>"),
    "worksheets/sheet2.xml": (f"{S}chartsheet+xml", "chartsheet", "<chartsheet/>"),
    "tables/table1.xml": (f"{S}table+xml", "", "<table><tableColumns><tableColumn><calculatedColumnFormula>Tableau1[[#This Row],[a]]+1</calculatedColumnFormula></tableColumn></tableColumns></table>"),
    "comments1.xml": (f"{S}comments+xml", "", "<comments><commentList><comment ref='A1'><text><t>à revoir</t></text></comment></commentList></comments>"),
    "threadedComments/threadedComment1.xml": (f"{EXCEL}threadedcomments+xml", "", "<ThreadedComments/>"),
    "drawings/drawing1.xml": (f"{BASE}drawing+xml", "", "<xdr:wsDr xmlns:xdr='x'/>"),
    "drawings/vmlDrawing1.vml": (f"{BASE}vmlDrawing", "", "<xml xmlns:v='v'><v:shape><v:fill color2='#ffffe1'/></v:shape></xml>"),
    "charts/chart1.xml": (f"{BASE}drawingml.chart+xml", "", "<c:chartSpace xmlns:c='c'><c:f>'Année 2023'!$A$1:$A$9</c:f></c:chartSpace>"),
    "charts/style1.xml": ("application/vnd.ms-office.chartstyle+xml", "", "<cs:chartStyle xmlns:cs='c'/>"),
    "charts/colors1.xml": ("application/vnd.ms-office.chartcolorstyle+xml", "", "<cs:colorStyle xmlns:cs='c'/>"),
    "pivotTables/pivotTable1.xml": (f"{S}pivotTable+xml", "", "<pivotTableDefinition/>"),
    "slicers/slicer1.xml": (f"{EXCEL}slicer+xml", "", "<slicers/>"),
}  # fmt: skip
CELL_RELS = (
    ("table", "../tables/table1.xml"), ("comments", "../comments1.xml"), ("vmlDrawing", "../drawings/vmlDrawing1.vml"),
    ("drawing", "../drawings/drawing1.xml"), ("printerSettings", "../printerSettings/printerSettings1.bin"),
    (f"{MORE_RELS}2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml"), ("pivotTable", "../pivotTables/pivotTable1.xml"),
    (f"{MORE_RELS}2007/relationships/slicer", "../slicers/slicer1.xml"), ("hyperlink", "https://www.sante.gouv.fr/", "outside"),
)  # fmt: skip


def _excel() -> bytes:
    """Excel's own: every part it writes beside the cells."""
    made = xlsx_parts(
        [("Poste", "Montant"), ("Personnel", 120_000)], more='<row r="9"><c r="A9"><f>SUM(B1:B8)</f></c></row>'
    )
    kinds = {f"xl/{name}": kind for name, (kind, _relation, _said) in SHEET_PARTS.items()}
    kinds |= {name: kind for name, (kind, _said) in PROPERTIES.items()}
    kinds |= {"xl/worksheets/sheet1.xml": f"{S}worksheet+xml", "xl/sharedStrings.xml": f"{S}sharedStrings+xml"}
    made |= {f"xl/{name}": XML + said for name, (_kind, _relation, said) in SHEET_PARTS.items()}
    made |= {name: XML + said for name, (_kind, said) in PROPERTIES.items()}
    made |= {
        "[Content_Types].xml": types(SPREADSHEET, "xl/workbook.xml", kinds),
        "_rels/.rels": _related(("officeDocument", "xl/workbook.xml"), *ROOT),
        "xl/_rels/workbook.xml.rels": _related(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"),
            *((relation, name) for name, (_kind, relation, _said) in SHEET_PARTS.items() if relation),
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": _related(*CELL_RELS),
        "xl/drawings/_rels/drawing1.xml.rels": _related(("chart", "../charts/chart1.xml"), ("image", "../media/image1.png")),
        "xl/charts/_rels/chart1.xml.rels": _related(
            (f"{MORE_RELS}2011/relationships/chartStyle", "style1.xml"), (f"{MORE_RELS}2011/relationships/chartColorStyle", "colors1.xml")
        ),
        "xl/printerSettings/printerSettings1.bin": b"\0P\0D\0F" * 50,
        "xl/media/image1.png": picture(),
    }  # fmt: skip
    return packed(made)


def _cells(*formulas: str) -> Callable[[], bytes]:
    return lambda: packed(
        xlsx_parts(
            more="".join(
                f'<row r="{n}"><c r="A{n}"><f>{said}</f><v>1</v></c></row>' for n, said in enumerate(formulas, 9)
            )
        )
    )


def _google_sheets() -> bytes:
    """What Excel does not know is kept as a text, beside its last value."""
    return _cells(
        'IFERROR(__xludf.DUMMYFUNCTION("IMPORTRANGE(""https://docs.google.com/spreadsheets/d/a"",""A1"")"),12)',
        'HYPERLINK("https://www.sante.gouv.fr/","site")',
    )()


def _portal_sheet(writer: str) -> bytes:
    """The portal's own financial annex."""
    from edsh_portal import sheets
    from edsh_portal.sheets import Amount, Cell, Sheet, Sum

    rows = (
        (Cell("Poste", head=True), Cell("2023", head=True)),
        (Cell("Personnel"), Cell(Amount(12_000_000), open=True)),
    )
    sheet = Sheet("Annexe", (*rows, (Cell("Total"), Cell(Sum(((1, 1, 1, 1),), 12_000_000)))))
    return sheets.WRITERS[writer][0]([sheet])


MANIFEST = (
    f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{OPEN}manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="%s"/>'
    '<manifest:file-entry manifest:full-path="Configurations2/" manifest:media-type="application/vnd.sun.xml.ui.configuration"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
FOLDERS = ("toolpanel", "progressbar", "statusbar", "toolbar", "floater", "popupmenu", "menubar", "images/Bitmaps")
SUITE: Parts = {
    **{f"Configurations2/{name}/": "" for name in FOLDERS},
    "Configurations2/accelerator/current.xml": "",
    "manifest.rdf": "<rdf:RDF xmlns:rdf='r'><rdf:Description rdf:about='content.xml'/></rdf:RDF>",
    "meta.xml": "<office:document-meta xmlns:office='o' xmlns:meta='m' xmlns:xlink='x'><meta:template xlink:href='../../Mod%C3%A8les/note.ott'/></office:document-meta>",
    "settings.xml": "<office:document-settings xmlns:office='o'/>",
    "styles.xml": "<office:document-styles xmlns:office='o'/>",
    "layout-cache": b"\x0b\0\1\0" * 8,
    "Thumbnails/thumbnail.png": picture(size=(64, 90)),
}


def _suite(made: Parts, **more: str | bytes) -> bytes:
    """LibreOffice's own: its empty folders of menus, settings, thumbnail; charts as documents in the document."""
    return packed(
        made
        | SUITE
        | {"META-INF/manifest.xml": MANIFEST % made["mimetype"]}
        | {key.replace("__", "/"): said for key, said in more.items()}
    )


CHART = "<office:document-content xmlns:office='o' xmlns:chart='c' xmlns:xlink='x'><chart:chart xlink:href='..' xlink:type='simple'/></office:document-content>"
FRAME = "<draw:frame><draw:object xlink:href='./Object 1'/><draw:image xlink:href='./ObjectReplacements/Object 1'/></draw:frame>"
COMPUTED = "".join(
    f'<table:table-row><table:table-cell table:formula="{said}"/></table:table-row>'
    for said in ("of:=SUM([.A1:.A8])", "of:={1;2|3;4}", "of:=IF([.A1]=&quot;a|b&quot;;[$Autre.B2];0)", "of:=HYPERLINK(&quot;https://www.sante.gouv.fr/&quot;)")
)  # fmt: skip
FILES: Files = {
    "docx de word, toutes ses parties": (_document(LINKED + SHAPE), KEPT),
    "docx de word, champs courants": (_document(FIELDS), KEPT),
    "docx de word, équations": (_document(FRACTION), KEPT),
    "docx de sharepoint": (_document(main="word/document2.xml"), KEPT),
    "docx de google docs": (_document(whole=False), KEPT),
    "docx d’onlyoffice": (_onlyoffice, KEPT),
    "docx de libreoffice": (_libreoffice_text, KEPT),
    "docx à photo de 48 millions de pixels": (_photographed, KEPT),
    "xlsx d’excel, toutes ses parties": (_excel, KEPT),
    "xlsx de google sheets": (_google_sheets, KEPT),
    "xlsx à fonctions récentes": (_cells('_xlfn.XLOOKUP(A1,A2:A9,B2:B9,"|")', "_xlfn.LET(_xlpm.a,1,_xlpm.a*2)", "_xlfn._xlws.FILTER(A1:A9,B1:B9&gt;0)", "'Année|2023'!A1*{1,2;3,4}"), KEPT),
    "xlsx du portail": (lambda: _portal_sheet("xlsx"), KEPT),
    "ods du portail": (lambda: _portal_sheet("ods"), KEPT),
    "odt de libreoffice": (lambda: _suite(odt_parts("Le projet", body=f"<text:a xlink:href='#Fin'>fin</text:a>{FRAME}"), **{"Object 1__content.xml": CHART, "ObjectReplacements__Object 1": b"VCLMTF" + bytes(60)}), KEPT),
    "ods de libreoffice": (lambda: _suite(ods_parts(body=COMPUTED + FRAME), **{"Object 1__content.xml": CHART, "Object 1__styles.xml": "<a/>", "Object 1__meta.xml": "<a/>", "ObjectReplacements__Object 1": EMF}), KEPT),
}  # fmt: skip
