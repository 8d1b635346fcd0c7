"""Documents made for tests, whole enough for an office suite to open: DOCX, XLSX, ODT, ODS, PDF, PNG, JPEG. Nothing is read from disk."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from PIL import Image

Parts = dict[str, str | bytes]
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ODF = (
    f'xmlns:office="{OPEN}office:1.0" xmlns:text="{OPEN}text:1.0" xmlns:table="{OPEN}table:1.0" xmlns:draw="{OPEN}drawing:1.0"'
    f' xmlns:script="{OPEN}script:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:meta="{OPEN}meta:1.0"'
)


def packed(parts: Mapping[str, str | bytes], *, stored: Iterable[str] = ("mimetype",)) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return out.getvalue()


def rels(*targets: tuple[str, str] | tuple[str, str, str]) -> str:
    outside = ' TargetMode="External"'
    rows = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{escape(target)}"{outside if more else ""}/>'
        for n, (kind, target, *more) in enumerate(targets, 1)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="{RELS}">{rows}</Relationships>'


ENDINGS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "emf": "image/x-emf",
    "bin": "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings",
}


def types(main: str, part: str, more: Mapping[str, str] | None = None, endings: Mapping[str, str] = ENDINGS) -> str:
    """[Content_Types].xml: the main part, others by their names, the rest by their endings."""
    by_ending = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in endings.items())
    by_name = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>'
        for name, kind in ({part: main} | dict(more or {})).items()
    )
    return f'<?xml version="1.0"?><Types xmlns="{TYPES}">{by_ending}{by_name}</Types>'


def xlsx_parts(
    rows: Iterable[Iterable[Any]] = (("Poste", "Montant"),), *, sheet: str = "Annexe", more: str = ""
) -> Parts:
    """Texts are shared strings, numbers are numbers, as a spreadsheet program writes them."""
    strings: dict[str, int] = {}

    def cell(column: int, line: int, value: Any) -> str:
        place = f"{chr(65 + column)}{line}"
        if isinstance(value, str):
            return f'<c r="{place}" t="s"><v>{strings.setdefault(value, len(strings))}</v></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    body = "".join(
        f'<row r="{line}">'
        + "".join(cell(n, line, value) for n, value in enumerate(row) if value is not None)
        + "</row>"
        for line, row in enumerate(rows, 1)
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    return {
        "[Content_Types].xml": types(
            SPREADSHEET,
            "xl/workbook.xml",
            {
                "xl/worksheets/sheet1.xml": SPREADSHEET.replace("sheet.main", "worksheet"),
                "xl/sharedStrings.xml": SPREADSHEET.replace("sheet.main", "sharedStrings"),
            },
        ),
        "_rels/.rels": rels(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="{SHEET}"><sheetData>{body}{more}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<?xml version="1.0"?><sst xmlns="{SHEET}">{shared}</sst>',
    }


def docx_parts(*paragraphs: str, rows: Iterable[Iterable[str]] = (), more: str = "") -> Parts:
    said = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    table = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{escape(cell)}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return {
        "[Content_Types].xml": types(DOCUMENT, "word/document.xml"),
        "_rels/.rels": rels(("officeDocument", "word/document.xml")),
        "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{said}<w:tbl>{table}</w:tbl>{more}</w:body></w:document>',
    }


def _open_parts(kind: str, body: str, more: str) -> Parts:
    media = f"application/vnd.oasis.opendocument.{kind}"
    return {
        "mimetype": media,
        "content.xml": f'<?xml version="1.0"?><office:document-content {ODF}><office:scripts>{more}</office:scripts><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>',
        "META-INF/manifest.xml": f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{OPEN}manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{media}"/></manifest:manifest>',
    }


def odt_parts(*paragraphs: str, body: str = "", more: str = "") -> Parts:
    return _open_parts("text", "".join(f"<text:p>{escape(text)}</text:p>" for text in paragraphs) + body, more)


def ods_parts(
    rows: Iterable[Iterable[Any]] = (("Poste", "Montant"),), *, sheet: str = "Annexe", body: str = "", more: str = ""
) -> Parts:
    table = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(str(cell))}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return _open_parts("spreadsheet", f'<table:table table:name="{escape(sheet)}">{table}</table:table>{body}', more)


def pdf(*lines: str, pages: int = 1, change: Callable[[pikepdf.Pdf], None] = lambda made: None, **save: Any) -> bytes:
    """Pages of text in Helvetica, one line under another."""
    made = pikepdf.Pdf.new()
    for _number in range(pages):
        made.add_blank_page(page_size=(595, 842))
        page = made.pages[-1]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        said = "".join(
            "(" + line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ") Tj 0 -14 Td\n"
            for line in lines
        )
        page.Contents = made.make_stream(f"BT /F1 11 Tf 60 780 Td\n{said}ET".encode("latin-1", "replace"))
    change(made)
    out = io.BytesIO()
    made.save(out, **({"deterministic_id": True} | save if "encryption" not in save else save))
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new(
        mode,
        size,
        120 if mode in ("L", "P", "1") else tuple([90, 120, 60, 200][: len(Image.new(mode, (1, 1)).getbands())]),
    ).save(out, kind, **save)
    return out.getvalue()
