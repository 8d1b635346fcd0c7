"""What is vendored is what the table says, and the faces draw the spaces French needs."""

import hashlib
import re
from pathlib import Path

import fonts
import pytest
from fontTools.ttLib import TTFont

from edsh_portal import glyphs

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
ROWS = re.findall(r"^\| `([^`]+)`.*`([0-9a-f]{64})` \|$", (ROOT / "docs" / "VENDORED.md").read_text(), re.M)
FACES = sorted(
    [*(ROOT / "static" / "fonts").glob("*.woff2"), *(ROOT / "static" / "fonts" / "pdf").glob("SourceSans3-*.ttf")]
)


@pytest.mark.parametrize(("name", "digest"), ROWS)
def test_bytes(name, digest):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_table_is_complete():
    shipped = {path.resolve() for path in [*VENDOR.glob("*js"), *(ROOT / "static" / "fonts" / "pdf").glob("*.ttf")]}
    listed = {(VENDOR / name).resolve() for name, _ in ROWS}
    assert shipped <= listed
    assert len(listed) == 10


@pytest.mark.parametrize("path", FACES, ids=lambda path: path.name)
def test_face_draws_french(path):
    face = TTFont(path)
    drawn = face.getBestCmap()
    assert [sign for sign in "\u202f\u00a0«»–—…≤≥€→’éèêëàâçîïôùûüÿœæÉÈÊÀÇŒÆ°²−" if ord(sign) not in drawn] == []
    assert len({face["hmtx"][drawn[ord(digit)]][0] for digit in "0123456789"}) == 1  # tabular


def drawn() -> str:
    """The table of edsh_portal/glyphs.py: ranges of what every weight of the text draws, and of what the others draw for it."""
    read = {path: set(TTFont(path).getBestCmap()) for path in (ROOT / "static" / "fonts" / "pdf").glob("*.ttf")}
    text = [codes for path, codes in read.items() if path.name.startswith("SourceSans3-")]
    every = set.intersection(*text).union(*(codes for codes in read.values() if codes not in text))
    codes = sorted(code for code in every if code >= ord(" "))
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{first:X}-{last:X}\n" if last > first else f"{first:X}\n" for first, last in ranges)


def test_the_table_of_what_is_drawn_is_that_of_the_fonts():
    assert glyphs.TABLE.read_text() == drawn()


def test_static_stays_small():
    """What a page asks for; the whole faces, for one that shows what their cores do not draw; the fonts of documents, the press's own."""
    letters = ROOT / "static" / "fonts" / "pdf"
    whole = {fonts.FONTS / f"portal-sans-{face}.woff2" for face in fonts.FACES}
    sizes = {path: path.stat().st_size for path in (ROOT / "static").rglob("*") if path.is_file()}
    reader = {*VENDOR.glob("pdf-*.mjs")}  # comes with the first piece that is opened, and with no page
    assert sum(size for path, size in sizes.items() if path.parent != letters and path not in whole | reader) < 260_000
    assert sum(sizes[path] for path in whole) < 145_000
    assert sum(size for path, size in sizes.items() if path.parent == letters) < 2_150_000
    assert (ROOT / "static" / "js" / "portal.js").stat().st_size < 12_000


# ── the faces of the pages, each a core and the whole ────────────────────────────────────────────────────────────────
def test_the_cores_are_made_of_the_whole_faces():
    """By the recipe that is kept (bin/fonts.py): the same bytes."""
    made = {face: fonts.core(face) for face in fonts.FACES}
    assert {face: (fonts.FONTS / f"portal-sans-{face}-core.woff2").read_bytes() for face in fonts.FACES} == made


def test_a_page_asks_for_the_whole_face_only_for_what_the_core_does_not_draw():
    core = fonts.points(fonts.CORE)
    css = (ROOT / "static" / "css" / "portal.css").read_text()
    said = re.findall(r'portal-sans-(\w+)(-core)?\.woff2".*?unicode-range: ([^;]+);', css, re.DOTALL)
    assert len(said) == 2 * len(fonts.FACES)
    for face, part, ranges in said:
        whole = set(TTFont(fonts.FONTS / f"portal-sans-{face}.woff2").getBestCmap())
        drawn = set(TTFont(fonts.FONTS / f"portal-sans-{face}-core.woff2").getBestCmap())
        assert core == drawn and fonts.points(ranges) == (core if part else whole - core), face


def test_what_the_portal_says_itself_is_drawn_by_the_core():
    files = [
        *(ROOT / "static" / "js").glob("*.js"),
        *(ROOT / "locale").rglob("*.po"),
        *(ROOT / "templates").rglob("*.html"),
    ]
    shown = [file for file in files if "pdf" not in file.parts]
    core = fonts.points(fonts.CORE) | {ord("\n"), ord("─")}  # the line between two parts of a script
    said = {file.name: {sign for sign in file.read_text() if ord(sign) not in core} for file in shown}
    assert {name: signs for name, signs in said.items() if signs} == {}
