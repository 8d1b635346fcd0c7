"""Writes OpenDocument spreadsheets (OASIS OpenDocument 1.3): an archive of three small XML parts. Same description, same bytes."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from .shape import Amount, Cell, Sheet, Sum, clean

MEDIA = "application/vnd.oasis.opendocument.spreadsheet"
WHEN = (2000, 1, 1, 0, 0, 0)
NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "fo": "xsl-fo-compatible",
        "number": "datastyle",
        "config": "config",
    }.items()
)
OPENING = '<?xml version="1.0" encoding="UTF-8"?>'
MANIFEST = (
    f'{OPENING}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    f' manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{MEDIA}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    '<manifest:file-entry manifest:full-path="settings.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
NUMBERS = (
    '<number:number-style style:name="n-money"><number:number number:decimal-places="2" number:min-decimal-places="2"'
    ' number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<number:date-style style:name="n-date"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>'
)
DATA = {"m": "n-money", "d": "n-date", "t": ""}


HELD = 1_000_000  # bytes of rows kept in memory; beyond, they wait on disk


def write_ods(sheets: Sequence[Sheet]) -> bytes:
    file = io.BytesIO()
    pour_ods(file, sheets)
    return file.getvalue()


def pour_ods(file: BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Rows are written apart as they come: what stands before them in the file names the lists that they use."""
    lists = _Choices()
    with zipfile.ZipFile(file, "w") as archive, tempfile.SpooledTemporaryFile(HELD) as tables:
        for sheet in sheets:
            for part in _table(sheet, lists):
                tables.write(part.encode())
        tables.seek(0)
        archive.writestr(
            zipfile.ZipInfo("mimetype", WHEN), MEDIA
        )  # first and not packed: how the kind of the file is known
        with archive.open(_packed("content.xml"), "w") as content:
            content.write(_opening(sheets, lists).encode())
            shutil.copyfileobj(tables, content)
            content.write(CLOSING.encode())
        archive.writestr(_packed("settings.xml"), _settings(sheets))
        archive.writestr(_packed("META-INF/manifest.xml"), MANIFEST)


def _packed(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _opening(sheets: Sequence[Sheet], lists: "_Choices") -> str:
    widths = sorted({width for sheet in sheets for width in sheet.widths})
    columns = "".join(
        f'<style:style style:name="w{width}" style:family="table-column"><style:table-column-properties'
        f' style:column-width="{width * 0.2:.1f}cm"/></style:style>'
        for width in widths
    )
    both = (False, True)
    styles = "".join(_style(*look) for look in product(DATA, both, both, both))
    return (
        f'{OPENING}<office:document-content {NAMES} xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
        f' office:version="1.3"><office:automatic-styles>{NUMBERS}{columns}{styles}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{lists.written()}"
    )


CLOSING = "</office:spreadsheet></office:body></office:document-content>"


def _look(cell: Cell) -> tuple[str, bool, bool, bool]:
    data = "m" if isinstance(cell.value, Amount | Sum) else "d" if isinstance(cell.value, date) else "t"
    return data, cell.head, cell.open, cell.long


def _style_name(data: str, head: bool, open_: bool, long: bool) -> str:
    return f"c{data}{'h' * head}{'o' * open_}{'l' * long}"


def _style(data: str, head: bool, open_: bool, long: bool) -> str:
    shown = f' style:data-style-name="{DATA[data]}"' if DATA[data] else ""
    back = ' fo:background-color="#e8e6e1"' if head else ""
    edge = ' fo:border="0.5pt solid #b9b4aa"' if open_ else ""
    wrap = ' fo:wrap-option="wrap"' if long or (head and data == "t") else ""
    top = ' style:vertical-align="top"' if long else ""
    guard = "none" if open_ else "protected"
    bold = '<style:text-properties fo:font-weight="bold"/>' if head else ""
    return (
        f'<style:style style:name="{_style_name(data, head, open_, long)}" style:family="table-cell"{shown}>'
        f'<style:table-cell-properties style:cell-protect="{guard}"{back}{edge}{wrap}{top}/>{bold}</style:style>'
    )


class _Choices:
    """The lists of the workbook, each named when it is first met."""

    def __init__(self) -> None:
        self.names: dict[tuple[str, ...], str] = {}

    def name(self, choices: tuple[str, ...]) -> str:
        return self.names.setdefault(choices, f"l{len(self.names) + 1}")

    def written(self) -> str:
        if not self.names:
            return ""
        rules = (
            f"<table:content-validation table:name={quoteattr(name)} table:condition={quoteattr(_condition(choices))}"
            ' table:allow-empty-cell="true" table:display-list="unsorted"/>'
            for choices, name in self.names.items()
        )
        return f"<table:content-validations>{''.join(rules)}</table:content-validations>"


def _condition(choices: tuple[str, ...]) -> str:
    quoted = ";".join('"' + clean(text).replace('"', '""') + '"' for text in choices)
    return f"of:cell-content-is-in-list({quoted})"


def _table(sheet: Sheet, lists: _Choices) -> Iterator[str]:
    columns = "".join(f'<table:table-column table:style-name="w{width}"/>' for width in sheet.widths)
    guarded = ' table:protected="true"' if sheet.locked else ""
    yield f"<table:table table:name={quoteattr(clean(sheet.name))}{guarded}>{columns or '<table:table-column/>'}"
    for row in sheet.rows:
        yield f"<table:table-row>{''.join(_cells(row, lists)) or '<table:table-cell/>'}</table:table-row>"
    yield "</table:table>"


def _cells(row: tuple[Cell, ...], lists: _Choices) -> Iterator[str]:
    for cell in row:
        rule = f' table:content-validation-name="{lists.name(cell.choices)}"' if cell.choices else ""
        opening = f'<table:table-cell table:style-name="{_style_name(*_look(cell))}"{rule}'
        yield opening + _value(cell)


def _value(cell: Cell) -> str:
    """The end of the cell's tag, its value and the text that shows it."""
    match cell.value:
        case Sum() as total:
            formula = quoteattr("of:=" + total.formula("[", "]", "."))
            return f" table:formula={formula}{_number(_euros(total.cents))}"
        case Amount(cents=int() as cents):
            return _number(_euros(cents))
        case None | Amount() | "":
            return "/>"
        case str() as text:
            lines = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in clean(text).split("\n"))
            return f' office:value-type="string">{lines}</table:table-cell>'
        case date() as day:
            return f' office:value-type="date" office:date-value="{day:%Y-%m-%d}"><text:p>{day:%d/%m/%Y}</text:p></table:table-cell>'
        case number:
            return _number(str(number))


def _number(text: str) -> str:
    return (
        f' office:value-type="float" office:value="{text}"><text:p>{text.replace(".", ",")}</text:p></table:table-cell>'
    )


def _spaced(line: str) -> str:
    """XML readers fold spaces: those that count are elements of their own."""
    return escape(line).replace("\t", "<text:tab/>").replace("  ", " <text:s/>")


def _euros(cents: int) -> str:
    sign, (euros, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}{euros}.{rest:02d}"


def _settings(sheets: Sequence[Sheet]) -> str:
    """Which rows and columns stay in sight, sheet by sheet."""

    def item(name: str, value: int) -> str:
        kind = "short" if "Mode" in name else "int"
        return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'

    entries = ""
    for sheet in sheets:
        rows, columns = sheet.frozen
        held = item("HorizontalSplitMode", 2 if columns else 0) + item("VerticalSplitMode", 2 if rows else 0)
        held += item("HorizontalSplitPosition", columns) + item("VerticalSplitPosition", rows)
        held += item("PositionRight", columns) + item("PositionBottom", rows)
        entries += f"<config:config-item-map-entry config:name={quoteattr(clean(sheet.name))}>{held}</config:config-item-map-entry>"
    return (
        f'{OPENING}<office:document-settings {NAMES} office:version="1.3"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
        '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        '<config:config-item-map-named config:name="Tables">'
        f"{entries}</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings></office:document-settings>"
    )
