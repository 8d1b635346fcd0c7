"""Spreadsheets: what is written is what is read, in both formats; a hostile file is refused in a sentence, within bounds."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edsh_portal import sheets
from edsh_portal.intake import workbook
from edsh_portal.sheets import Amount, Cell, Sheet, Sum, Uncomputed
from edsh_portal.sheets.shape import clean
from edsh_portal.workflow import Refused

ENDINGS = sorted(sheets.WRITERS)


def laid_out(table):
    """As rows of the same length, down to the last cell that holds something."""
    height, width = (max(place[axis] for place in table.cells) + 1 for axis in (0, 1))
    return [[table.cells.get((row, column)) for column in range(width)] for row in range(height)]


ROWS = (
    (Cell("Catégorie", head=True), Cell(2023, head=True), Cell("Total", head=True)),
    (Cell("Missions"), Cell(Amount(123456), open=True), Cell(Sum(((1, 1, 1, 1),), 123456))),
    (Cell("Jour"), Cell(date(2022, 10, 11)), Cell(Amount(None), open=True)),
    (Cell("=1+1"), Cell("a  b\nc"), Cell("x", choices=("x", "y"))),
)
SHEET = Sheet("CHU & Cie", ROWS, widths=(20, 12, 12), frozen=(1, 1), locked=True)


def write(ending, *made):
    return sheets.WRITERS[ending][0](made)


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_what_is_read(ending):
    book = workbook.read(write(ending, SHEET, Sheet("Vide", ())))
    assert book.tables[0].name == "CHU & Cie"
    assert laid_out(book.tables[0]) == [
        ["Catégorie", Decimal(2023), "Total"],
        ["Missions", Decimal("1234.56"), Decimal("1234.56")],
        ["Jour", date(2022, 10, 11), None],
        ["=1+1", "a  b\nc", "x"],
    ]
    assert write(ending, SHEET) == write(ending, SHEET)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0", "http://a.fr", "_x0041_"]
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_text_is_never_a_formula(ending, text):
    content = write(ending, Sheet("A", ((Cell(text),),)))
    assert workbook.read(content).tables[0].at(0, 0) == text
    assert not any(
        "<f>" in part or "table:formula" in part or "<hyperlink " in part for part in parts(content).values()
    )


def test_a_total_is_a_formula_with_its_value():
    total = Cell(Sum(((0, 0, 0, 1), (1, 0, 1, 0)), 300, less=((2, 0, 2, 0),)))
    made = Sheet("A", ((Cell(Amount(100)), Cell(Amount(200))), (Cell(Amount(100)),), (Cell(Amount(100)),), (total,)))
    assert (
        "<f>SUM(A1:B1)+SUM(A2:A2)-SUM(A3:A3)</f><v>3.00</v>" in parts(write("xlsx", made))["xl/worksheets/sheet1.xml"]
    )
    assert (
        'table:formula="of:=SUM([.A1:.B1])+SUM([.A2:.A2])-SUM([.A3:.A3])" office:value-type="float" office:value="3.00"'
        in parts(write("ods", made))["content.xml"]
    )


def test_names_of_sheets_fit_both_formats():
    assert sheets.sheet_names(["A/B:C", "a b c", "'x'", "", "y" * 40, "y" * 50]) == [
        "A B C",
        "a b c (2)",
        "x",
        "Feuille",
        "y" * 31,
        "y" * 27 + " (2)",
    ]
    assert sheets.sheet_names(["🇫🇷" * 10, "🇫🇷" * 9, "y" * 30 + "🇫"]) == ["🇫🇷" * 7 + "🇫", "🇫🇷" * 6 + "🇫 (2)", "y" * 30]
    assert sheets.sheet_names(["Entrepôt de données clinique d'Armor"]) == ["Entrepôt de données clinique d"]
    assert [sheets.address(*place) for place in ((6, 3), (0, 25), (0, 26), (0, 701), (0, 702))] == [
        "D7",
        "Z1",
        "AA1",
        "ZZ1",
        "AAA1",
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("'':🇫é ") | st.characters(), min_size=25, max_size=40) | st.text(), max_size=4
    )
)
def test_whatever_names_are_asked_for_both_formats_take_them(titles):
    names = sheets.sheet_names(titles)
    for ending in ("xlsx", "ods"):
        book = (
            workbook.read(write(ending, *(Sheet(name=name, rows=((Cell("x"),),)) for name in names))) if names else None
        )
        assert book is None or [table.name for table in book.tables] == names


anything = st.text(alphabet=st.characters(exclude_characters="\r"), max_size=30)
amounts = st.one_of(st.none(), st.integers(min_value=0, max_value=10**12 - 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.one_of(anything, amounts), max_size=4), max_size=6))
def test_whatever_is_written_comes_back_to_the_cent(drawn):
    rows = tuple(tuple(Cell(v) if isinstance(v, str) else Cell(Amount(v)) for v in row) for row in drawn)
    wanted = {
        (r, c): clean(v) if isinstance(v, str) else Decimal(v).scaleb(-2)
        for r, row in enumerate(drawn)
        for c, v in enumerate(row)
        if v is not None and (not isinstance(v, str) or clean(v))
    }
    for ending in ENDINGS:
        found = workbook.read(write(ending, Sheet("A", rows)))
        assert (found.tables[0].cells if found.tables else {}) == wanted


# ── files of others ──────────────────────────────────────────────────────────────────────────────────────────────────
def archive(**held):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in held.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), part)
    return file.getvalue()


def xlsx(rows, *, strings="", styles="", head=""):
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="r"'
    return archive(
        xl__workbook_dot_xml=f'{head}<workbook {space}><sheets><sheet name="A" sheetId="1" r:id="i"/></sheets></workbook>',
        xl___rels__workbook_dot_xml_dot_rels='<Relationships><Relationship Id="i" Target="worksheets/s.xml"/></Relationships>',
        xl__worksheets__s_dot_xml=f"{head}<worksheet {space}><sheetData>{rows}</sheetData></worksheet>",
        xl__sharedStrings_dot_xml=f"<sst {space}>{strings}</sst>",
        xl__styles_dot_xml=f"<styleSheet {space}>{styles}</styleSheet>",
    )


OPEN = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)


def ods(rows, head=""):
    return archive(
        mimetype=sheets.ODS,
        content_dot_xml=f'{head}<office:document-content {OPEN}><office:body><office:spreadsheet><table:table table:name="A">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
    )


def one(**attributes):
    more = "".join(f' table:number-{name}-repeated="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="float" office:value="1"{more}/>'


def test_workbooks_as_others_write_them():
    strings = "<si><t>a</t></si><si><r><t>b</t></r><r><rPr/><t xml:space='preserve'> c</t></r><rPh><t>no</t></rPh></si>"
    styles = '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
    rows = (
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>d</t></is></c></row>'
        '<row r="3"><c r="B3"><v>0.30000000000000004</v></c><c r="C3" s="1"><v>44845</v></c><c r="D3" t="b"><v>1</v></c>'
        '<c r="E3" t="e"><v>#REF!</v></c><c r="F3"><v>1E400</v></c><c r="G3" t="d"><v>2022-10-11T00:00:00</v></c><c r="H3"/>'
        '<c r="I3"><v>nan</v></c><c r="J3" t="str"><f>A1</f><v>a</v></c></row>'
    )
    assert laid_out(workbook.read(xlsx(rows, strings=strings, styles=styles)).tables[0]) == [
        ["a", "b c", "d", *[None] * 7],
        [None] * 10,
        [None, Decimal("0.3"), date(2022, 10, 11), True, "#REF!", "1E400", date(2022, 10, 11), None, "nan", "a"],
    ]


def test_a_formula_without_result_is_no_empty_cell():
    """D14: as programs write workbooks; a formula whose result is an empty text has one."""
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><f>A1</f><v></v></c><c r="C1"><f t="shared" si="0"/><v/></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c><c r="E1"><f>1+1</f><v>2</v></c></row>'
    )
    assert workbook.read(xlsx(rows)).tables[0].cells == {
        (0, 0): Uncomputed("1+1"),
        (0, 1): Uncomputed("A1"),
        (0, 2): Uncomputed("…"),
        (0, 4): Decimal(2),
    }
    cells = (
        '<table:table-cell table:formula="of:=1+1"/><table:table-cell table:formula="of:=[.A1]" office:value-type="float"/>'
        '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>'
        '<table:table-cell table:formula="=1+1" office:value-type="float" office:value="2"/>'
    )
    assert workbook.read(ods(f"<table:table-row>{cells}</table:table-row>")).tables[0].cells == {
        (0, 0): Uncomputed("1+1"),
        (0, 1): Uncomputed("[.A1]"),
        (0, 3): Decimal(2),
    }


def test_open_documents_as_others_write_them():
    rows = (
        "<table:table-header-rows><table:table-row><table:table-cell><text:p>a<text:s text:c='2'/>b<text:span>c</text:span>"
        "</text:p><text:p>d</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        f"{one(columns=2)}<table:covered-table-cell/></table:table-row>"
        '<table:table-row><table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="date" office:date-value="2022-10-11T10:00:00"/>'
        '<table:table-cell office:value-type="date" office:date-value="hier"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert laid_out(workbook.read(ods(rows)).tables[0]) == [
        ["a  bc\nd", None, None, None],
        [None, None, Decimal(1), Decimal(1)],
        [None, None, Decimal(1), Decimal(1)],
        [True, date(2022, 10, 11), "hier", None],
    ]


LOL = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {y} "{"&" + x + ";" * 1}">' for x, y in ("ab", "bc"))
    + "]>"
)
HOSTILE: dict[str, Callable[[], bytes]] = {  # made where they are read: some are large
    "empty": lambda: b"",
    "text": lambda: b"a;b\n1;2\n",
    "cut": lambda: xlsx("<row/>")[:-200],
    "a zip of something else": lambda: archive(a_dot_txt="a"),
    "far cell": lambda: xlsx('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far column": lambda: xlsx('<row r="1"><c r="SG1"><v>1</v></c></row>'),
    "no such string": lambda: xlsx('<row><c t="s"><v>7</v></c></row>'),
    "a document type": lambda: xlsx("<row><c><v>1</v></c></row>", head="<!DOCTYPE a>"),
    "entities": lambda: ods(f"<table:table-row>{one()}</table:table-row>", head=LOL),
    "not well formed": lambda: xlsx("<row>"),
    "bomb": lambda: archive(xl__workbook_dot_xml="<a>" + " " * 90_000_000 + "</a>"),
    "repeated cells": lambda: ods(f"<table:table-row>{one(columns=16384)}</table:table-row>"),
    "repeated rows": lambda: ods(
        f'<table:table-row table:number-rows-repeated="99999999999">{one()}</table:table-row>'
    ),
    "many rows of many": lambda: ods(
        f'<table:table-row table:number-rows-repeated="19999">{one(columns=499)}</table:table-row>'
    ),
    "endless number": lambda: ods(
        f'<table:table-row table:number-rows-repeated="{"9" * 5000}">{one()}</table:table-row>'
    ),
    "endless row": lambda: xlsx("<row>" + "".join(f"<c r='A{n}'/>" for n in range(100_000)) + "</row>"),
    "endless tag": lambda: xlsx("<row " + " ".join(f"a{n}=''" for n in range(150_000)) + "/>"),
    "many attributes": lambda: xlsx(
        "<row>" + "".join(f"<c a{n}='' b='' c='' d=''/>" for n in range(30_000)) + "</row>"
    ),
    "endless text": lambda: xlsx("<row><c><v>" + "".join(str(n) for n in range(600_000)) + "</v></c></row>"),
    "many elements": lambda: xlsx("<row/>" + "<x/>" * 2_100_000),
    "another open document": lambda: archive(
        mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<a/>"
    ),
    "many sheets": lambda: ods(
        f"<table:table-row>{one()}</table:table-row>"
        + "".join(
            f'</table:table><table:table table:name="{n}"><table:table-row>{one()}</table:table-row>' for n in range(60)
        )
    ),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_workbook_is_refused_in_a_sentence(name):
    content, start = HOSTILE[name](), time.monotonic()
    with pytest.raises(Refused) as refused:
        workbook.read(content)
    assert refused.value.code == "R05" and refused.value.field == "file" and refused.value.message.endswith(".")
    assert time.monotonic() - start < 10


def test_a_long_name_space_is_not_written_out_before_each_element():
    """Half a megabyte of name and 100,000 elements once took a gigabyte and eighty seconds."""
    strings = "".join(f"<p:si><p:t>{n}</p:t></p:si>" for n in range(50_000))
    content = xlsx("<row><c><v>3</v></c></row>", strings=f"<p:a xmlns:p='{'u' * 500_000}'>{strings}</p:a>")
    start = time.process_time()
    assert workbook.read(content).tables[0].cells == {(0, 0): 3}
    assert time.process_time() - start < 5


def test_the_refusal_names_the_cell_that_goes_too_far():
    with pytest.raises(Refused, match="Feuille « A », cellule XFD1048576"):
        workbook.read(HOSTILE["far cell"]())


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([xlsx("<row><c><v>1</v></c></row>"), ods(f"<table:table-row>{one()}</table:table-row>")]), st.data()
)
def test_a_damaged_byte_is_never_an_error_of_ours(content, data):
    damaged = bytearray(content)
    for _turn in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        workbook.read(bytes(damaged))
    except Refused as refused:
        assert refused.code == "R05"


def test_encrypted_parts_are_named_as_such():
    content = bytearray(xlsx("<row/>"))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(Refused, match="mot de passe"):
        workbook.read(bytes(content))
