"""Reading costs in proportion to what is sent: four times the bytes, about four times the work, never sixteen."""

import contextlib
import gc
import re
import time
import zlib

import pikepdf
import pytest

from edsh_portal.intake import (
    addresses,
    attached,
    cmap,
    fields,
    formulas,
    image,
    package,
    patients,
    pdf,
    recognise,
)
from edsh_portal.workflow import Refused
from tests.corpus import hostile_office, hostile_pictures
from tests.office_files import packed, xlsx_parts

TIMES = 4
MOST = 9  # linear is 4, quadratic 16; the rest is for a busy machine
TEXTS = {
    "formula": (formulas.fetched, ['"', "'", "\"'", "A", "A.", "A ", "A(", "{", "|", "'a'#", "1A", "\u00e9."]),
    "field": (fields.check, ['"', '"a" ', "\\l ", "HYPERLINK ", "\\\\a "]),
    "address": (addresses.plain, ["%25", "%", "../", "\\", "a:", " "]),
    "inside": (addresses.inside, ["a", "a+", "../"]),
    "number": (patients.has_nir, ["1 ", "1 84 12 ", "184127645108", "1-", "2A", ". "]),
    "table": (lambda text: patients.found(patients.lines(text)), [" ", "  ", ";", "nom;ipp\n", "01/02/1950;", "|\t"]),
    "csv": (attached._COMPUTES.search, [";", "; ", ' "', ";'", "-", ";-1"]),
    "xml": (
        lambda text: [*package.reading(iter([b"<a>", text.encode(), b"</a>"]), package.Budget())],
        ["<b/>", "<b c='d'/>", "a", "<!--b-->"],
    ),
}
BYTES = {
    "map": (
        lambda text: [*cmap._meanings(text)],
        [b"<", b"<0", b"<0 ", b"[", b"beginbfchar", b"beginbfrange<0><1>[", b"beginbfchar<41><42>", b"< >"],
    ),
    "lzw": (pdf.LZW.search, [b"/LZWDecod", b"/", b"/#4c#5a"]),
    "values": (pdf._values, [b"stream", b"endstream", b"stream endstream ", b"[ "]),
    "jpeg": (
        lambda body: image._jpeg_end(b"\xff\xd8" + body),
        [b"\xff", b"\xff\0", b"\xff\xfe\0\2", b"\xff\xd0", b"a"],
    ),
    "png": (lambda body: image._png_end(image.PNG_MAGIC + body), [b"\0\0\0\0teXt\0\0\0\0", b"\0"]),
}


def spent(work, given) -> float:
    """Seconds of processor, whatever it answers; without the collector, which looks through all that the process holds."""
    gc.disable()
    try:
        began = time.process_time()
        with contextlib.suppress(Refused):
            work(given)
        return time.process_time() - began
    finally:
        gc.enable()


def ratio(work, made, least: int = 2000) -> float:
    """How many times longer it takes on TIMES as much, at a size that takes long enough to be measured. Both are read in turn, and the
    least of each counts: what else the machine does slows a turn down, never quickens it."""
    size = least
    while min(spent(work, made(size)) for _turn in range(3)) < 0.004 and size < 4_000_000:
        size *= 2
    small, big = made(size), made(size * TIMES)
    turns = [(spent(work, small), spent(work, big)) for _turn in range(5)]
    before, after = (min(times) for times in zip(*turns, strict=True))
    return after / max(before, 0.0005)


CASES = [(name, work, unit) for held in (TEXTS, BYTES) for name, (work, units) in held.items() for unit in units]


@pytest.mark.parametrize(("name", "work", "unit"), CASES, ids=[f"{name} {unit!r}" for name, _work, unit in CASES])
def test_an_expression_reads_each_sign_so_many_times(name, work, unit):
    assert ratio(work, lambda size: unit * (size // len(unit))) < MOST


def test_the_measure_tells_a_quadratic_expression_from_a_linear_one():
    """What cmap.py and office.py said before."""
    old = (re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL), re.compile(r"[\w.]+\|'[^']*'!"))
    assert ratio(old[0].findall, lambda size: b"beginbfchar" * (size // 11)) > MOST
    assert ratio(old[1].search, lambda size: "a" * size) > MOST


def test_a_map_gives_a_meaning_to_so_many_codes_at_most(monkeypatch):
    ranges = b"beginbfrange " + b"<0000> <ffff> <0041>" * 1000
    monkeypatch.setattr(cmap, "MOST_CODES", 1000)
    with pikepdf.Pdf.new() as made:
        assert len(cmap._mapped(made.make_stream(ranges))) == 1000


def pdf_of(count: int) -> bytes:
    from tests.corpus.hostile_pdf import page

    return page(b"<<>>", b"<<>>", *[b"<</A[1 2 3]/B/C/D(e)>>"] * count)


def drawn(count: int) -> bytes:
    from tests.corpus.hostile_pdf import drawing

    return drawing(b"BT /F1 9 Tf (12) Tj 0 -12 Td ET\n" * count)


FILES = {
    "objects of a pdf": pdf_of,
    "drawing of a pdf": drawn,
    "cells": hostile_office.cells,
    "attributes": hostile_office.attributes,
    "elements": lambda count: packed(
        xlsx_parts() | {"xl/a.xml": "<a>" + "".join(f'<b r="{n}"/>' for n in range(count)) + "</a>"}
    ),
    "segments of a jpeg": lambda count: hostile_pictures.segments(min(count, 20_000)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_four_times_larger_takes_about_four_times_longer(name):
    assert ratio(recognise.recognise, FILES[name], 1000) < MOST


# ── what is unpacked, to the byte ────────────────────────────────────────────────────────────────────────────────────
def test_a_stream_is_unpacked_no_further_than_asked(monkeypatch):
    from edsh_portal.intake import pdf_streams

    asked: list[int] = []
    real = zlib.decompressobj

    class Counted:
        def decompress(self, data, most):
            out = real().decompress(data, most)
            asked.append(len(out))
            return out

    monkeypatch.setattr(pdf_streams.zlib, "decompressobj", Counted)
    with pikepdf.Pdf.new() as made:
        held = made.make_stream(zlib.compress(b" " * 50_000_000, 9), Filter=pikepdf.Name.FlateDecode)
        assert len(pdf_streams.decoded(held, 1000)) == 1000
    assert asked == [1000]


def test_rows_are_searched_as_they_are_read_and_none_is_held():
    from edsh_portal.intake import office

    content = packed(xlsx_parts([[f"ligne {n}"] for n in range(30_000)]))
    _kind, rows = office.checked(content)

    seen = most = 0
    for _row in rows:
        seen += 1
        if seen % 5000 == 0:
            most = max(most, sum(type(one) is patients.Row for one in gc.get_objects()))
    assert (seen, most < 10_000) == (30_000, True)
