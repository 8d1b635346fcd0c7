"""A number of social security, a table of patients: recognised wherever they are written, and told by their place alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edsh_portal.intake import desk, kinds, patients, recognise
from edsh_portal.workflow import Refused
from tests.hostile_files import HOSTILE, PATIENTS, TEXTS, nir, spaced

NUMBERS = st.builds(
    nir,
    st.sampled_from([1, 2, 3, 4, 7, 8]),
    st.integers(0, 99),
    st.sampled_from([*range(1, 13), 20, 30, 42, 50, 99]),
    st.one_of(st.integers(1, 99).map("{:02d}".format), st.sampled_from(["2A", "2B"])),
    st.integers(1, 999),
    st.integers(1, 999),
)
BLANKS = st.sampled_from(["", " ", "\u00a0", "\u202f", ".", "-"])


@given(NUMBERS, BLANKS, st.sampled_from(["", "NIR : ", "(", "n°"]), st.sampled_from(["", ".", " Martin", ")", ", né"]))
def test_a_right_number_is_found_however_it_is_written(number, blank, before, after):
    assert patients.has_nir(f"{before}{spaced(number, blank)}{after}")


@given(NUMBERS, st.integers(1, 96), BLANKS)
def test_another_key_is_not_a_number(number, shift, blank):
    other = (int(number[13:]) - 1 + shift) % 97 + 1
    assert not patients.has_nir(spaced(f"{number[:13]}{other:02d}", blank))


@given(NUMBERS, st.sampled_from("0123456789"))
def test_a_longer_run_of_digits_is_something_else(number, digit):
    assert not patients.has_nir(digit + number) and not patients.has_nir(number + digit)


def test_the_bounds_of_the_month():
    def held(month: int) -> bool:
        return patients.has_nir(nir(month=month))

    assert [month for month in range(100) if held(month)] == [*range(1, 13), 20, *range(30, 43), *range(50, 100)]


def test_one_box_a_digit():
    assert patients.has_nir(" ".join(nir())) and patients.has_nir("\t".join(nir(place="2A")))
    assert not patients.has_nir(" ".join("1" + nir()))
    assert not patients.has_nir(" ".join("100000000000000"))


def in_text(text):
    return patients.found(patients.lines(text))


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_nobody_is_left_alone(name):
    assert in_text(TEXTS[name]) is None


def test_a_text_tells_its_line_and_nothing_else():
    assert in_text(f"a\nb {nir()}") == patients.Finding("nir", "", 2)
    assert in_text("") is None


def table(rows: int, heads: str = "Nom;Prénom;Date de naissance;IPP", born: str = "12/03/1950") -> str:
    return "\n".join([heads, *(f"MARTIN;Luc;{born};{n}" for n in range(rows))])


def test_four_birth_dates_are_an_example_and_five_a_list():
    assert in_text(table(4)) is None
    assert in_text(table(5)) == patients.Finding("table", "", 1)


@pytest.mark.parametrize(
    ("born", "found"),
    [
        ("31/12/2017", True), ("01/01/2018", False), ("01/01/1900", True), ("31/12/1899", False), ("1950-03-12", True),
        ("12.3.50", True), ("12/03/17", True), ("12/03/18", False), ("12/03/29", False), ("12/03/30", True), ("32/03/1950", False),
        ("1950", True), ("0", False), ("43100", True), ("43101", False),
    ],
)  # fmt: skip
def test_dates_of_birth_are_not_those_of_the_project(born, found):
    assert (in_text(table(5, born=born)) is not None) == found


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ("Nom;Prénom;Date de naissance;IPP", True), ("NOM;x;DDN;y", True), ("Sexe;x;Née le;y", True), ("Patient;x;y;N° IPP", True),
        ("Nom;Prénom;Fonction;Poste", False), ("Jalon;Responsable;Date;Lot", False), ("Nom de naissance;Prénom;Date;Lot", False),
        ("IPP;a;b;c", False), ("Nom " + "x" * 60 + ";a;naissance;c", False),
    ],
)  # fmt: skip
def test_the_heads_of_a_table_of_patients(heads, found):
    assert (in_text(table(6, heads)) is not None) == found


def test_dates_stand_under_their_own_head_and_in_their_own_sheet():
    rows = [patients.Row("a", 1, ("Nom", "DDN", "IPP"))]
    asked = [patients.Row("a", n, ("x", "", "12/03/1950")) for n in range(2, 9)]
    assert patients.found(rows + asked) is None
    other = [patients.Row("b", n, ("x", "12/03/1950", "1")) for n in range(2, 9)]
    assert patients.found(rows + other) is None
    short = [patients.Row("a", n, ("x",)) for n in range(2, 9)]
    assert patients.found(rows + short) is None
    serial = [patients.Row("a", n, ("x", f"{43_096 + n}.0", "1")) for n in range(9)]
    assert patients.found(rows + serial) == patients.Finding("table", "a", 1)
    assert patients.found(rows + serial[1:]) is None


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith(("numéro", "liste"))])
def test_every_kind_of_file_is_searched_and_no_digit_is_repeated(name):
    with pytest.raises(Refused) as refused:
        recognise.received(HOSTILE[name]())
    said = refused.value.message
    assert "modèle vide" in said and refused.value.facts == {}
    assert not any(part in said for part in (nir(), nir()[:13], "MARTIN", PATIENTS[1][2]))


@pytest.mark.parametrize("name", [nir(), f"{spaced(nir())}.pdf", f"dossier_{nir()}.pdf", f"{spaced(nir(), '_')}.pdf"])
def test_a_name_may_not_be_a_number(name):
    with pytest.raises(Refused) as refused:
        desk.named(name, kinds.PDF)
    assert nir()[:5] not in refused.value.message


def test_the_refusal_says_the_place():
    with pytest.raises(Refused) as refused:
        patients.need_none([patients.Row("page 3", 12, (nir(),))])
    assert "(page 3, ligne 12)" in refused.value.message
    patients.need_none([patients.Row("page 3", 12, ("rien",))])
