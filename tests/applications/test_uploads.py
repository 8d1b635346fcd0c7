"""What a file is, by its bytes: plain ones pass whatever their name, pictures lose what they carried, the rest is refused in a sentence."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image, ImageFile, ImageOps

from edsh_portal.intake import desk, image, kinds, office, package, pdf_acts, pdf_text, recognise, sheets
from edsh_portal.intake.cmap import Font
from edsh_portal.workflow import Refused
from tests import office_files as made
from tests.hostile_files import GOOD, HOSTILE, NEUTRALISED

SAMPLE = [*list(HOSTILE)[::7], *(name for name in HOSTILE if name.startswith(("docm", "xlsm", "pdf qui gonfle")))]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        recognise.received(content)
    assert (refused.value.code, refused.value.field) == ("R05", "file") and refused.value.message.endswith(".")
    return refused.value.message


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", SAMPLE)
def test_hostile_files_are_refused_in_a_sentence(name):
    refusal(HOSTILE[name]())


@pytest.mark.parametrize("name", list(GOOD)[::5])
def test_honest_files_pass(name):
    kind, kept = recognise.received(GOOD[name]())
    assert kind in kinds.KINDS and kept


def test_there_are_enough_of_them():
    assert (len(HOSTILE) >= 150, len(GOOD) >= 60, len(NEUTRALISED) >= 5) == (True, True, True)


@pytest.mark.parametrize("name", NEUTRALISED)
def test_pictures_are_drawn_again_without_what_they_carried(name):
    sent = NEUTRALISED[name]()
    kind, kept = recognise.received(sent)
    assert (b"SECRET" in sent or name in ("png à position", "png à profil"), b"SECRET" in kept) == (True, False)
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.size, dict(drawn.getexif())) == ((40, 30), {})
    assert recognise.received(kept)[0] == kind


@pytest.mark.parametrize("name", ["png à texte qui gonfle", "truncated"])
def test_a_picture_is_held_to_our_rule_whatever_another_library_has_asked_of_the_decoder(name, monkeypatch):
    """WeasyPrint, once loaded in a process, has every picture read leniently there."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    if name == "truncated":
        whole = made.picture("JPEG")
        refusal(whole[: len(whole) // 2] + whole[-2:])
    else:
        refusal(HOSTILE[name]())


def test_a_picture_is_kept_upright():
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x010E] = "SECRET"
    for kind in ("JPEG", "PNG"):
        kept = recognise.received(made.picture(kind, exif=turned.tobytes()))[1]
        with Image.open(io.BytesIO(kept)) as drawn:
            assert dict(drawn.getexif()) == ({0x0112: 6} if kind == "JPEG" else {}) and b"SECRET" not in kept
            assert ImageOps.exif_transpose(drawn).size == (30, 40)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (kinds.PDF, made.pdf("a")),
        (kinds.XLSX, made.packed(made.xlsx_parts())),
        (kinds.DOCX, made.packed(made.docx_parts("a"))),
        (kinds.ODT, made.packed(made.odt_parts("a"))),
        (kinds.ODS, made.packed(made.ods_parts())),
        (kinds.PNG, made.picture()),
        (kinds.JPEG, made.picture("JPEG")),
    ],
)
def test_each_kind_is_what_its_bytes_are_and_takes_its_ending(kind, content):
    assert recognise.recognise(content) == kinds.glance(content) == kind
    assert desk.named("note.exe", kind) == f"note{kind.ending}"
    assert desk.named(f"NOTE{kind.ending.upper()}", kind) == f"NOTE{kind.ending.upper()}"
    assert desk.named("note.jpeg", kinds.JPEG) == "note.jpeg"


def test_the_limit_of_size_is_to_the_byte(settings):
    content = made.pdf("a")
    settings.UPLOAD_MAX_BYTES = len(content)
    assert desk.taken_in(content, "a") == (kinds.PDF, "a.pdf")
    settings.UPLOAD_MAX_BYTES = len(content) - 1
    with pytest.raises(Refused, match="au plus"):
        desk.taken_in(content, "a")


def test_the_limit_of_pixels_is_to_the_pixel(monkeypatch):
    monkeypatch.setattr(image, "MOST_PIXELS", 1200)
    assert recognise.recognise(made.picture(size=(40, 30))) == kinds.PNG
    assert "millions de pixels" in refusal(made.picture(size=(1201, 1)))


def test_the_limits_of_an_archive_are_to_the_entry_and_the_byte(monkeypatch):
    parts = made.docx_parts("a")
    content, xml = made.packed(parts), sum(len(body) for body in parts.values())
    monkeypatch.setattr(package, "MOST_ENTRIES", len(parts))
    monkeypatch.setattr(package, "MOST_XML", xml)
    monkeypatch.setattr(package, "MOST_UNPACKED", xml)
    assert recognise.recognise(content) == kinds.DOCX
    for name, least in (("MOST_ENTRIES", len(parts) - 1), ("MOST_XML", xml - 1), ("MOST_UNPACKED", xml - 1)):
        with monkeypatch.context() as tighter:
            tighter.setattr(package, name, least)
            assert "volumineux" in refusal(content)


def test_a_pdf_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_acts, "MOST_SECONDS", -1)
    assert "volumineux" in refusal(made.pdf("a"))


def test_a_search_that_has_no_time_left_finds_nothing(monkeypatch):
    monkeypatch.setattr(pdf_text, "MOST_TEXT_SECONDS", -1)
    assert recognise.recognise(HOSTILE["numéro dans un pdf"]()) == kinds.PDF


@pytest.mark.parametrize("budget", ["MOST_ROWS", "MOST_CELLS", "MOST_TEXT"])
def test_a_search_that_has_spent_its_budget_stops(monkeypatch, budget):
    rows = [[f"ligne {n}"] for n in range(9000)]  # read by pieces of 64 kB
    content = made.packed(made.xlsx_parts(rows))
    _kind, found = office.checked(content)
    assert len(list(found)) == 9000
    monkeypatch.setattr(sheets, budget, 3)
    assert len(list(office.checked(content)[1])) < 3000


def test_a_damaged_stream_is_the_file_s_fault():
    content = bytearray(made.packed(made.docx_parts("a" * 50)))
    start = content.find(b"word/document.xml") + len("word/document.xml")
    content[start : start + 20] = b"\xff" * 20
    assert zipfile.ZipFile(io.BytesIO(bytes(content))).namelist()
    assert "endommagé" in refusal(bytes(content))


# ── what the codes of a font mean ────────────────────────────────────────────────────────────────────────────────────
def font(cmap: str = "", **more) -> Font:
    with pikepdf.Pdf.new() as pdf:
        told = {"ToUnicode": pdf.make_stream(cmap.encode())} if cmap else {}
        return Font(pikepdf.Dictionary(**told, **more))


@pytest.mark.parametrize(
    ("cmap", "said"),
    [
        ("2 beginbfchar <0001> <0031> <0002> <00320033> endbfchar", "123"),
        ("1 beginbfrange <0001> <0002> <0034> endbfrange", "45"),
        ("1 beginbfrange <0001> <0002> [<0037> <0038>] endbfrange", "78"),
        ("1 beginbfrange <0001> <0002> <> endbfrange", ""),
        ("x" * 1_000_001, ""),
    ],
)
def test_a_map_of_codes_of_two_bytes(cmap, said):
    assert font(cmap, Subtype=pikepdf.Name.Type0).read(b"\0\1\0\2") == said


def test_a_font_of_one_byte_without_a_map():
    differences = pikepdf.Array([65, pikepdf.Name.one, pikepdf.Name.space, pikepdf.Name("/g7"), pikepdf.Name("/x")])
    named = font(Subtype=pikepdf.Name.Type1, Encoding=pikepdf.Dictionary(Differences=differences))
    assert named.read(b"ABCD") == "1 Cx"
    assert (font(Subtype=pikepdf.Name.Type1).read(b"12"), Font(None).read(b"12")) == ("12", "12")
    assert font(Subtype=pikepdf.Name.Type0).read(b"\0\1") == ""
