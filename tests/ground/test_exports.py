"""What is exported opens right (D15): identifiers stay texts, euros are numbers, no text is a formula, one writer for all."""

import csv
import gc
import hashlib
import io
import os
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.http import Http404

from edsh_portal.intake import workbook
from edsh_portal.sheets import Amount, answer

ROOT = Path(__file__).resolve().parents[2]
HEAD = ("FINESS", "SIRET", "département", "montant (€)", "nombre", "jour", "rien")
ROW = ("010000024", "26880101600018", "01", Amount(-123_456), 12, date(2023, 3, 21), None)


def lines(response):
    body = response.content.decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:], newline=""), delimiter=";"))


def test_a_table_as_csv():
    made = answer.table("paiements", "csv", HEAD, [ROW])
    assert made["Content-Type"] == "text/csv; charset=utf-8"
    assert made["Content-Disposition"] == 'attachment; filename="paiements.csv"'
    assert lines(made) == [[*HEAD], ["010000024", "26880101600018", "01", "-1234,56", "12", "2023-03-21", ""]]


@pytest.mark.parametrize(("cents", "written"), [(None, ""), (0, "0,00"), (-5, "-0,05"), (123456789, "1234567,89")])
def test_euros_as_a_french_spreadsheet_reads_them(cents, written):
    assert lines(answer.table("x", "csv", ["a"], [[Amount(cents), "b"]])) == [["a"], [written, "b"]]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_table_as_a_workbook_keeps_identifiers_as_texts(ending):
    """« 010000024 » opened as a number is 10000024, and a SIRET 2,68801E+13."""
    (table,) = workbook.read(answer.table("paiements", ending, HEAD, [ROW]).content).tables
    assert table.name == "paiements"
    assert [table.at(1, column) for column in range(7)] == [
        "010000024",
        "26880101600018",
        "01",
        Decimal("-1234.56"),
        Decimal(12),
        date(2023, 3, 21),
        None,
    ]


@pytest.mark.parametrize("text", ["=1+1", "+33 2", "-1", "@SUM(1)", "\t=1", "\n=1", "\r=1", "-12,50"])
def test_one_guard_against_formulas(text):
    (cell,) = lines(answer.table("a", "csv", ["x"], [[text]]))[1]
    assert cell == "'" + text.removeprefix("\r")
    assert lines(answer.table("a", "csv", ["x"], [["a=1"], [Amount(-1)]]))[1:] == [["a=1"], ["-0,01"]]


def test_an_ending_that_nobody_writes_is_not_found():
    for made in (lambda: answer.table("a", "pdf", [], []), lambda: answer.workbook("a", "csv", list)):
        with pytest.raises(Http404):
            made()


def test_nothing_else_writes_csv():
    rooms = ("edsh_portal", "directory", "applications", "reviews", "funding", "decisions", "dashboards")
    writers = {
        str(file.relative_to(ROOT))
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        if "csv.writer(" in file.read_text() or "csv.DictWriter(" in file.read_text()
    }
    assert writers == {"edsh_portal/sheets/csv.py"}


def many(count):
    """No two alike, so that no format packs them away."""
    for number in range(count):
        name = hashlib.sha256(str(number).encode()).hexdigest()
        yield f"{number:09}", name, Amount(number), date(2023, 3, 21)


LARGE = 20_000  # rows


@pytest.mark.parametrize("ending", answer.TABLES)
def test_a_list_of_thousands_is_held_by_no_process(ending):
    """Its rows are written as they come: what is held does not follow their number, and the file waits on disk."""
    answer.table("a", ending, "abcd", many(600))  # what is loaded once is not the list's
    peaks = []
    for count in (600, LARGE):
        tracemalloc.start()
        made = answer.table("a", ending, "abcd", many(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * answer.HELD
    assert made.streaming and len(made.getvalue()) > answer.HELD
    made.close()


@pytest.mark.parametrize("ending", answer.TABLES)
def test_what_waits_on_disk_is_what_is_held(ending, monkeypatch):
    def made():
        response = answer.table("a", ending, "abcd", many(600))
        head = [response[name] for name in ("Content-Type", "Content-Disposition")]
        return response.streaming, head, response.getvalue()

    small = made()
    monkeypatch.setattr(answer, "HELD", 1)
    large = made()
    assert (small[0], large[0]) == (False, True)
    assert small[1:] == large[1:]


@pytest.mark.parametrize("ending", answer.TABLES)
def test_what_fails_half_way_is_no_file(ending):
    def failing():
        yield from many(LARGE)
        raise ZeroDivisionError

    gc.collect()
    before, failed = os.listdir("/proc/self/fd"), False
    try:
        answer.table("a", ending, "abcd", failing())
    except ZeroDivisionError:
        failed = True
    gc.collect()
    assert failed
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_a_workbook_of_thousands_is_read_as_it_was_written():
    """As wide as its first rows ask, and each row where it stood."""
    for ending in ("xlsx", "ods"):
        (table,) = workbook.read(answer.table("a", ending, "abcd", many(700)).getvalue()).tables
        assert [table.at(700, column) for column in range(4)] == [
            "000000699",
            hashlib.sha256(b"699").hexdigest(),
            Decimal("6.99"),
            date(2023, 3, 21),
        ]
