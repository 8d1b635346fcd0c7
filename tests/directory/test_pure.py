"""Keys of numbers and the arithmetic of coverage, recomputed from the public files."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren, siret

from directory import coverage, identifiers, seed

POPULATIONS = seed.populations()
SITES = st.lists(st.sampled_from(sorted(POPULATIONS)), max_size=12)
GRAINS = st.sampled_from(["region", "departement"])


def test_the_real_numbers_pass_and_one_wrong_digit_fails():
    numbers = [row["finess_ej"] for row in seed.rows("chu_chr")]
    assert len(numbers) == 32
    for number in numbers:
        assert identifiers.finess_valid(number) and identifiers.finess_problem(number) == ""
        for place in range(2, 9):
            wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
            assert not identifiers.finess_valid(wrong) and identifiers.finess_problem(wrong)


def test_corsica_reads_a_as_1_and_only_warns():
    assert identifiers.finess_valid("2A0000014") and identifiers.finess_valid("2B0000020")
    assert identifiers.finess_problem("2A0000013") == "" and identifiers.finess_doubtful("2A0000013")
    assert not identifiers.finess_doubtful("2A0000014") and not identifiers.finess_doubtful("750712185")
    assert identifiers.finess_problem("2C0000014") and identifiers.finess_problem("080000111")


@given(st.integers(0, 99_999))
def test_fictitious_numbers_are_valid_and_nobodys(number):
    finess, number14 = identifiers.fictitious_finess(number), identifiers.fictitious_siret(number)
    assert identifiers.finess_valid(finess) and identifiers.finess_fictitious(finess)
    assert siret.is_valid(number14) and siren.is_valid(number14[:9]) and identifiers.siret_fictitious(number14)
    assert not identifiers.finess_fictitious("750712184") and not identifiers.finess_fictitious(None)


def test_coverage_of_the_confirmed_laureates():
    sites = [row["departement"] for row in seed.rows("chu_chr") if row["projet"]]  # one a hospital
    regions = coverage.covered(sites, grain="region", populations=POPULATIONS)
    assert (len(regions.units), regions.among, f"{float(regions.share * 100):.1f}") == (13, 18, "89.7")
    departements = coverage.covered(sites, grain="departement", populations=POPULATIONS)
    assert (len(departements.units), departements.among, f"{float(departements.share * 100):.1f}") == (27, 101, "39.0")
    assert regions.total == departements.total == 68_350_798
    assert sorted({POPULATIONS[code][0] for code in POPULATIONS} - set(regions.units)) == [
        "03",
        "04",
        "06",
        "93",
        "94",
    ]


def test_nine_projects_are_confirmed_eight_with_their_hospitals():
    assert {project: len(members) for project, members in seed.laureates().items()} == {
        "ACCES": 1,
        "eDOL": 1,
        "EDEN4HEALTH": 6,
        "ODH 2.0": 6,
        "EDS NOVA": 3,
        "AnDH": 2,
        "D2H": 4,
        "DATA4HEALTH": 4,
    }


@given(SITES, GRAINS)
def test_coverage_is_a_share_of_everybody(sites, grain):
    found = coverage.covered(sites, grain=grain, populations=POPULATIONS)
    assert 0 <= found.population <= found.total and found.share == Fraction(found.population, found.total)
    assert found == coverage.covered([*sites, *sites], grain=grain, populations=POPULATIONS)
    assert (found.population == 0) == (not sites)


@given(SITES, SITES, GRAINS)
def test_gain_is_what_is_added_and_never_negative(before, added, grain):
    won = coverage.gain(before, added, grain=grain, populations=POPULATIONS)
    both = coverage.covered([*before, *added], grain=grain, populations=POPULATIONS).population
    assert won == both - coverage.covered(before, grain=grain, populations=POPULATIONS).population >= 0
    assert coverage.gain([*before, *added], added, grain=grain, populations=POPULATIONS) == 0


@given(SITES)
def test_a_region_covers_at_least_its_departement(sites):
    by = {g: coverage.covered(sites, grain=g, populations=POPULATIONS).population for g in ("region", "departement")}
    assert by["departement"] <= by["region"]


def test_everybody_and_nobody():
    everyone = coverage.covered(POPULATIONS, grain="departement", populations=POPULATIONS)
    assert everyone.share == 1 and len(everyone.units) == 101
    assert coverage.covered([], grain="region", populations={}).share == 0
    with pytest.raises(KeyError):
        coverage.covered(["20"], grain="region", populations=POPULATIONS)


def test_a_shape_for_each_departement():
    assert set(seed.shapes()["departements"]) == set(POPULATIONS)
