"""Files of the State's tools as files: what is written is what is read, in every alphabet and under every separator; hostile ones are
refused in a sentence; one that is cut anywhere is refused whole, or is whole."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as portal
from hypothesis import given, settings
from hypothesis import strategies as st

from edsh_portal.intake import desk, separated, workbook
from edsh_portal.refusal import Refused
from edsh_portal.sheets import Amount, answer, write_xlsx
from edsh_portal.sheets.csv import pour_csv
from funding.exchange import reading
from funding.exchange.layout import BANK, END, HAPI, READ, RETURN, SENT, fold

SIRET = "26972074400011"
HEAD = ["Référence portail", "N° EJ", "N° DP", "N° tiers", "Statut", "Montant (€)", "Date"]
ROWS = [
    ["E-1", "2100000001", "", SIRET, "engagé", "1 234,56", ""],
    ["P-7", "2100000001", "DP9", SIRET, "payé", "200.5", "31/12/2023"],
]
SUM = "1435,06"


def told(head, rows, *end, separator=";", encoding="utf-8"):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows([head, *rows, *([end] if end else [])])
    return file.getvalue().encode(encoding)


def returned(rows=ROWS, total=SUM, **more):
    return told(HEAD, rows, END, len(rows), total, **more)


def taken(content, of=RETURN, announced=None):
    return reading.take(separated.read(content), of, announced)


def lines(content, of=RETURN):
    return [*reading.lines(of, taken(content, of).rows)]


def why(content, of=RETURN, announced=None):
    with pytest.raises(Refused) as met:
        taken(content, of, announced)
    assert met.value.field == "file"
    return str(met.value.message)


# ── read ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("separator", separated.SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_return_is_read_in_every_alphabet_and_under_every_separator(separator, encoding):
    first, second = lines(returned(separator=separator, encoding=encoding))
    assert first.values == {
        "reference": "E-1", "ej": "2100000001", "dp": "", "tiers": SIRET, "status": "engaged", "cents": 123456, "on": None,
    }  # fmt: skip
    assert (second.values["cents"], second.values["on"], second.values["status"]) == (20050, date(2023, 12, 31), "paid")
    assert (first.errors, second.errors, first.number, second.number) == ((), (), 2, 3)


def test_columns_are_known_by_their_name():
    head = ["DATE", "montant", " n° tiers ", "ETAT", "Numero EJ", "référence", "Libellé"]
    content = told(head, [["", "5,00", SIRET, "Engagé", "12", "E-1", "x"]], END, 1, "5,00")
    found = taken(content)
    assert (found.unknown, found.absent) == (["Libellé"], ["N° DP"])
    assert [one.values["reference"] for one in lines(content)] == ["E-1"]
    assert why(told(["Référence", "Statut"], [])) == (
        "Colonnes absentes : « N° EJ », « N° tiers », « Montant (€) ». Ajoutez-les, puis déposez de nouveau le fichier."
    )
    assert why(told([*HEAD, "DP"], [])) == "La colonne « N° DP » vient deux fois : gardez-en une."


def test_hapi_is_read_by_its_names_and_its_known_columns_are_not_unknown():
    head = ["NOM_ARS", "SIRET", "NUM_NOTIFICATION", "MONTANT_NOTIFIE", "DATE_DOCUMENT", "COULEUR"]
    rows = [["ARS", SIRET, "N1", "-1200.50", "31/12/2023 08:30:00", "bleu"], ["ARS", SIRET, "N1", "2000.5", "", ""]]
    content = told(head, rows, separator="|")
    assert taken(content, HAPI, 2).unknown == ["COULEUR"]
    found = [*reading.lines(HAPI, taken(content, HAPI, 2).rows)]
    assert [(one.values["cents"], one.values["on"], one.errors) for one in found] == [
        (-120050, date(2023, 12, 31), ()), (200050, None, ()),
    ]  # fmt: skip
    assert why(content, HAPI).startswith("Ce fichier n’a pas de ligne « FIN » : il est peut-être coupé. Indiquez")
    assert why(content, HAPI, 3) == "Lignes attendues : 3, lignes lues : 2. Le fichier est coupé ou modifié."


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        (0, "", "Référence portail : cette case est vide."),
        (3, "123", "N° tiers : « 123 ». Nombre de chiffres attendu : 14."),
        (4, "perdu", "Statut : « perdu ». Mot inconnu dans cette colonne."),
        (5, "=1+1", "Montant (€) : « =1+1 » est une formule, remplacez-la par sa valeur."),
        (5, "@SUM(A1)", "Montant (€) : « @SUM(A1) » est une formule, remplacez-la par sa valeur."),
        (5, "12,345", "Montant (€) : « 12,345 ». Écrivez un montant en euros, par exemple 1 234,56 (deux décimales au plus, sans signe)."),
        (6, "31/02/2023", "Date : « 31/02/2023 ». Écrivez un jour qui existe, par exemple 31/12/2023."),
        (1, "9" * 21, f"N° EJ : « {'9' * 21} ». Ce texte est trop long (limite : 20)."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_line_by_line(column, cell, said):
    row = [*ROWS[1]]
    row[column] = cell
    total = SUM if column != 5 else "1234,56"
    first, second = lines(returned([ROWS[0], row], total))
    assert first.errors == ()
    assert [" ".join(text.split()) for text in second.errors] == [said]


def test_a_payment_has_its_day_and_a_reference_comes_once():
    row = ["P-7", "1", "D", SIRET, "payé", "1,00", ""]
    first, second = lines(returned([row, row], "2,00"))
    assert first.errors == ("la date est vide : un paiement en porte une.",)
    assert second.errors == ("« P-7 » est déjà à la ligne 2.",)


# ── round trip ───────────────────────────────────────────────────────────────────────────────────────────────────────
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=20).filter(
    lambda text: not text.startswith(reading.GUARD)  # as the portal itself guards a text
)
CENTS = st.integers(0, 10**11)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXT, CENTS), max_size=6), st.sampled_from(["csv", "xlsx"]))
def test_10_what_is_written_is_what_is_read(rows, ending):
    head = ["Référence", "Montant", "Statut", "Date", "Motif"]
    body = [[f"P-{n}", Amount(cents), "exécuté", "2023-12-31", text] for n, (text, cents) in enumerate(rows)]
    end = [END, len(rows), Amount(sum(cents for _text, cents in rows)), "", ""]
    if ending == "csv":
        file = io.BytesIO()
        pour_csv(file, [head, *body, end])
        book = separated.read(file.getvalue())
    else:
        book = workbook.read(write_xlsx([answer.sheet("x", head, [*body, end])]))
    found = [*reading.lines(BANK, reading.take(book, BANK).rows)]
    computed = [ending == "xlsx" and text.startswith(("=", "@")) for text, _cents in rows]
    assert [bool(one.errors) for one in found] == computed
    for one, (text, cents), formula in zip(found, rows, computed, strict=True):
        assert (one.values["cents"], one.values["on"]) == (cents, date(2023, 12, 31))
        assert formula or one.values["motive"] == " ".join(text.split())


# ── cut, hostile ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_10_a_file_cut_at_any_byte_is_refused_or_is_whole(encoding):
    """Whole: only its last line end, or noughts of its sum, are missing."""
    content = returned(encoding=encoding)
    want = taken(content).rows
    whole = 0
    for size in range(len(content)):
        try:
            found = taken(content[:size]).rows
        except Refused as refused:
            assert refused.message
        else:
            assert found == want
            whole += 1
    assert whole <= (2 if encoding != "utf-16" else 4)


def test_10_a_line_taken_out_or_changed_by_a_cent_is_seen():
    assert why(told(HEAD, ROWS[:1], END, 2, SUM)) == (
        "La somme des montants n’est pas celle de la ligne « FIN » : le fichier est coupé ou modifié."
    )
    assert (
        why(told(HEAD, ROWS[:1], END, 2, "1234,56"))
        == "Lignes attendues : 2, lignes lues : 1. Le fichier est coupé ou modifié."
    )
    assert why(returned(total="1435,07")).startswith("La somme des montants")
    assert why(returned() + returned()).startswith("Ligne 5 : le fichier continue après")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide"),
        (b"\xff\xfe\x00", "L’encodage de ce fichier"),
        ("Référence;Statut".encode("utf-16-le"), "L’encodage de ce fichier"),
        (b"a;b\0c", "L’encodage de ce fichier"),
        (b"\x81\x8d", "L’encodage de ce fichier"),
        (b'a;"b\r\nc;d\r\n', "Ce fichier est coupé ou mal formé"),
        (b"a;" * 600, "Ligne 1 : elle dépasse la limite de colonnes (500)."),
        (b"a;" + b"x" * 200_000, "Ce fichier est coupé ou mal formé"),
        (b"a;b\r\n" * 100_000, "Ce fichier dépasse la limite de lignes (20000)"),
    ],
)
def test_10_hostile_files_are_refused_in_a_sentence(content, said):
    with pytest.raises(Refused) as met:
        separated.read(content)
    assert (met.value.code, met.value.field) == ("R05", "file")
    assert str(met.value.message).startswith(said)


def test_10_a_line_beyond_the_most_is_refused_whole():
    rows = [["E-1", "1", "", SIRET, "engagé", "1,00", ""]] * (reading.MOST_LINES + 1)
    assert why(returned(rows, "5001,00")) == "Ce fichier dépasse la limite de lignes (5000) : découpez-le."


def test_10_the_cage_reads_what_is_handed_over(shop_of_readers):
    """As a page asks it: separated values, a spreadsheet, a bomb, something else."""
    assert desk.workbook_now(returned(), "table").tables[0].text(1, 0) == "E-1"
    sheet = write_xlsx([answer.sheet("x", HEAD, ROWS)])
    assert desk.workbook_now(sheet, "table").tables[0].text(1, 0) == "E-1"
    for cut in (sheet[: len(sheet) // 2], sheet[:40]):
        with pytest.raises(Refused, match="endommagé"):
            desk.workbook_now(cut, "table")
    with pytest.raises(Refused, match="demande trop de temps ou de mémoire|volumineux"):
        desk.workbook_now(("a;" * 60 + "\r\n").encode() * 19_000, "table")


@pytest.fixture
def shop_of_readers(settings, tmp_path):
    from edsh_portal.intake import keeper

    settings.MEDIA_ROOT = tmp_path
    yield
    keeper.READERS.stop()


# ── the documentation ────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_documented_columns_are_those_of_the_code():
    text = Path(portal.BASE_DIR, "docs", "EXCHANGES.md").read_text()
    tables = [part.split("\n\n")[1] for part in text.split("\n## ")[1:]]
    want = [*SENT.values(), *READ.values()]
    assert len(tables) == len(want)
    for table, of, sent in zip(tables, want, [True, True, False, False, False], strict=True):
        cells = [re.split(r" *\| *", line)[1:3] for line in table.splitlines()[2:]]
        assert cells == [
            [f"{column.name} *" if column.required and not sent else column.name, str(column.most)]
            for column in of.columns
        ]
    assert all(f"`{name}`" in text for name in HAPI.ignored)


def test_no_two_columns_of_a_file_bear_the_same_name():
    for of in (*SENT.values(), *READ.values()):
        names = [fold(name) for column in of.columns for name in (column.name, *column.also)]
        names += [fold(name) for name in of.ignored]
        assert len(names) == len(set(names)), of
