"""The national file of sites as it is read: lines, layouts, encodings; each line kept out says why."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory import extracts, finess
from directory.finess import Aside, Body, Line
from directory.models import Establishment

from . import national

CASES = Path(__file__).parents[1] / "cases"


def read(text: str) -> list:
    return list(finess.read((n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()))


def reasons(found: list) -> list[tuple[int, str, str]]:
    return [(each.number, each.nature, each.reason) for each in found if isinstance(each, Aside)]


# ── one line ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("layout", [national.etalab, national.named, lambda s: national.etalab(s, dated=False)])
def test_both_layouts_say_the_same(layout):
    lines = [each for each in read(layout([national.site(1), national.site(2, categetab="365", codesph="0")])) if each]
    assert [(line.name, line.kind, line.category, line.town, line.postcode, line.departement) for line in lines] == [
        ("HÔPITAL DU SITE 1", "public", "CH", "RENNES", "35000", "35"),
        ("HÔPITAL DU SITE 2", "private", "Pluridisciplinaire", "RENNES", "35000", "35"),
    ]
    assert (lines[0].finess_et, lines[0].finess_ej, lines[0].siret) == (
        national.finess(90_001),
        national.finess(101),
        national.siret(1),
    )


CH = national.site(1)
WRONG_KEY = CH["nofinesset"][:8] + str((int(CH["nofinesset"][8]) + 1) % 10)


@pytest.mark.parametrize(
    ("changed", "nature", "reason"),
    [
        ({"nofinesset": "12345"}, "rejected", "Site « 12345 » : Un numéro FINESS a neuf caractères : deux pour le département, puis sept chiffres."),
        ({"nofinesset": WRONG_KEY}, "rejected", f"Site « {WRONG_KEY} » : La clé de contrôle de ce numéro FINESS est fausse : vérifiez chaque chiffre."),
        ({"nofinessej": ""}, "rejected", "Entité juridique «  » : Un numéro FINESS a neuf caractères : deux pour le département, puis sept chiffres."),
        ({"nofinessej": CH["nofinesset"]}, "rejected", "Le site et son entité juridique portent le même numéro."),
        ({"rs": "", "rslongue": ""}, "rejected", "La raison sociale manque."),
        ({"rs": "AB\x01"}, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier."),
        ({"rs": "AB\ufffd"}, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier."),
        ({"rs": "HÃ”PITAL"}, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier."),
        ({"rs": "CH Ã\xa0 PART"}, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier."),
        ({"rs": "CH DE Lâ€™ISLE"}, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier."),
        ({"categetab": "35"}, "rejected", "La catégorie « 35 » n’a pas trois chiffres : une colonne manque ou est en trop."),
        ({"rs": "CH; SITE"}, "rejected", "La catégorie « 0202020202 » n’a pas trois chiffres : une colonne manque ou est en trop."),
        ({"rs": '"CH', "rslongue": ""}, "rejected", "Le nombre de colonnes n’est pas celui de la première ligne : vérifiez les « ; » et les guillemets."),
        ({"numuai": "0;1;2"}, "rejected", "Le nombre de colonnes n’est pas celui de la première ligne : vérifiez les « ; » et les guillemets."),
        ({"categetab": "500", "libcategetab": "EHPAD"}, "skipped", "Catégorie 500 (EHPAD) : ni établissement de santé de l’appel, ni GCS."),
        ({"categetab": "620", "libcategetab": ""}, "skipped", "Catégorie 620 (sans libellé) : ni établissement de santé de l’appel, ni GCS."),
    ],
)  # fmt: skip
def test_a_line_kept_out_says_why(changed, nature, reason):
    row = CH | {"telecopie": "0202020202"} | changed
    assert reasons(read(national.etalab([row]))) == [(2, nature, reason)]


def test_a_number_met_twice_is_loaded_once():
    found = read(national.etalab([CH, national.site(2), CH | {"rslongue": "AUTRE NOM"}]))
    assert reasons(found) == [(4, "rejected", "Ce numéro est déjà à la ligne 2.")]


def test_what_is_doubtful_is_loaded_and_said():
    wrong = national.site(3, head="2A", nofinesset="2A0000001", siret="2,601E+13")
    found = read(national.etalab([wrong]))
    assert [(line.departement, line.siret, line.doubt) for line in found] == [
        ("2A", "", "Clé FINESS corse à vérifier : 2A0000001. SIRET « 2,601E+13 » écarté : sa clé ou sa forme est fausse.")
    ]  # fmt: skip
    assert read(national.etalab([national.site(4, head="2B")]))[0].doubt == ""


@pytest.mark.parametrize(
    ("code", "sph", "mft", "kind"),
    [
        ("101", "", "", "public"),
        ("355", "0", "", "public"),
        ("131", "1", "", "private"),
        ("697", "1", "03", "gcs"),
        ("696", "", "", "gcs"),
        ("292", "1", "", "public"),
        ("292", "01", "", "public"),
        ("292", "6", "03", "private"),
        ("365", "", "03", "public"),
        ("365", "", "07", "private"),
        ("365", "", "", "private"),
    ],
)
def test_the_nature_of_a_body_by_category_then_status(code, sph, mft, kind):
    assert finess.kind_of(code, sph, mft) == kind


@pytest.mark.parametrize(
    ("column", "number", "departement"),
    [
        ("1", "010000024", "01"),
        ("01", "690781810", "01"),
        ("9A", "970100228", "971"),
        ("9F", "980500003", "976"),
        ("974", "970408589", "974"),
        ("2a", "2A0000014", "2A"),
        ("20", "2A0000014", ""),
        ("96", "750712184", ""),
        ("9E", "970500009", ""),
        ("", "970211207", "972"),
        ("", "970500009", ""),
        ("", "980500003", "976"),
        ("", "2B0000020", "2B"),
        ("", "750712184", "75"),
        ("", "990000011", ""),
    ],
)
def test_the_departement_from_the_column_else_the_number(column, number, departement):
    assert finess.departement_of(column, number) == departement


def test_the_place_of_a_site():
    rows = [
        national.site(1, ligneacheminement="97133 ST BARTHELEMY"),
        national.site(2, ligneacheminement="RENNES CEDEX"),
        national.site(3, codepostal="35200", libelle_routage="RENNES SUD", ligneacheminement=""),
        national.site(4, codepostal="35200", ligneacheminement="RENNES NORD"),
        national.site(5, ligneacheminement=""),
    ]
    assert [(line.postcode, line.town) for line in read(national.named(rows))] == [
        ("97133", "ST BARTHELEMY"),
        ("", "RENNES CEDEX"),
        ("35200", "RENNES SUD"),
        ("35200", "RENNES NORD"),
        ("", ""),
    ]


@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=300))
def test_whatever_a_line_holds_it_is_a_site_or_a_reason(text):
    head = ";".join(national.HEADER)
    for found in read(f"{head}\n{text}"):
        assert isinstance(found, Line) or found.reason and found.nature in ("rejected", "skipped")


@given(st.dictionaries(st.sampled_from(national.HEADER), st.text(max_size=40)))
def test_a_site_that_is_read_may_always_be_written(given_):
    row = CH | {name: " ".join(text.replace(";", " ").replace('"', " ").split()) for name, text in given_.items()}
    for found in read(national.named([row])):
        if isinstance(found, Line):
            assert finess.identifiers.FINESS_FORM.fullmatch(found.finess_et) and found.category and found.name
            assert len(found.name) <= 160 and len(found.town) <= 80 and len(found.category) <= 20
            assert found.postcode == "" or found.postcode.isascii() and len(found.postcode) == 5
            assert found.name.isprintable() and found.town.isprintable() and found.kind in Establishment.Kind.values
            assert found.siret == "" or finess.identifiers.siret_problem(found.siret) == ""


@given(st.integers(0, 10**9), st.sampled_from(("2A", "2B", "01", "35", "97", "99")))
def test_numbers_made_up_have_the_right_key(number, head):
    assert finess.identifiers.finess_valid(national.finess(number % 10 ** (8 - len(head)), head))


def test_a_file_of_no_layout_known(tmp_path):
    with pytest.raises(finess.Unreadable) as raised:
        read("nom;adresse\nCH;ici\n")
    assert str(raised.value) == (
        "La première ligne ne nomme pas les colonnes nofinesset, nofinessej, rs, categetab, et le fichier n’est pas au format « etalab »."
    )


def test_what_nobody_sees_is_taken_off_and_said():
    """D13: soft hyphens, spaces of other widths, accents apart from their letters."""
    name = "CENTRE HOSPI\u00adTALIER DE L\u00a0ISLE\u200b DE ME\u0301ZIE\u0300RES"
    (line,) = read(national.etalab([national.site(1, rslongue=name)]))
    assert line.name == "CENTRE HOSPITALIER DE L ISLE DE MÉZIÈRES"
    assert line.doubt == "Caractères invisibles retirés ou remplacés : U+00A0, U+00AD, U+200B."
    (line,) = read(national.etalab([national.site(1, rslongue="A" * 161)]))
    assert (line.name, line.doubt) == ("A" * 160, "Dénomination coupée à 160 caractères.")


def test_a_line_of_nothing_that_shows_is_a_line_kept_out():
    assert [each.nature for each in read(national.etalab([CH]) + "\u200b\n") if isinstance(each, Aside)] == ["rejected"]


# ── the file of legal entities ───────────────────────────────────────────────────────────────────────────────────────
def bodies(text: str) -> list:
    return list(finess.read_bodies((n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()))


def test_legal_entities_in_both_layouts():
    """D13."""
    entity = Body(2, "730000015", "CH METROPOLE SAVOIE", "200050292", "73")
    assert bodies(
        "finess;etalab;101;2026-05-12\n" + national.body("730000015", "CH METROPOLE SAVOIE", "200050292")
    ) == [entity]
    assert bodies("siren;rs;nofiness\n200 050 292;CH METROPOLE SAVOIE;730000015") == [entity]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (national.body("730000016", "CH", ""), "Entité juridique « 730000016 » : La clé de contrôle de ce numéro FINESS est fausse : vérifiez chaque chiffre."),
        (national.body("730000015", "", ""), "La raison sociale manque."),
        ("structureej;730000015;CH", "Le nombre de colonnes n’est pas celui de la première ligne : vérifiez les « ; » et les guillemets."),
    ],
)  # fmt: skip
def test_a_legal_entity_kept_out_says_why(line, reason):
    assert reasons(bodies(f"finess;etalab;101;2026-05-12\n{line}")) == [(2, "rejected", reason)]


def test_a_siren_that_does_not_hold_is_left_and_said():
    (made,) = bodies(national.body("730000015", "CH", "200050293"))
    assert (made.siren, made.doubt) == ("", "SIREN « 200050293 » écarté : sa clé ou sa forme est fausse.")


def test_one_file_given_for_the_other_is_told():
    with pytest.raises(finess.Unreadable, match="celui des sites .* : donnez celui des entités juridiques"):
        bodies(national.etalab([CH]))
    with pytest.raises(finess.Unreadable, match="celui des entités juridiques .* : donnez celui des sites"):
        read(national.bodies([CH], dated=False))


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_ends_of_line(tmp_path, encoding, end):
    text = national.etalab([national.site(1, rslongue="HÔPITAL « ÉTÉ »")]).replace("\n", end)
    path = national.written(tmp_path / "sites.csv", text, encoding)
    assert [line.name for line in finess.read(extracts.lines(path))] == ["HÔPITAL « ÉTÉ »"]


def test_each_line_is_of_its_own_encoding():
    """D13, finess_mixed_encodings.csv: one line of UTF-8, one of Windows-1252."""
    found = list(finess.read(extracts.lines(CASES / "finess_mixed_encodings.csv")))
    assert [line.name for line in found] == ["HÔPITAL ÉLAN", "HÔPITAL DE L'ÎLE"]


def test_a_line_of_two_encodings_is_refused(tmp_path):
    path = tmp_path / "sites.csv"
    first, second = national.etalab([national.site(1, rslongue="@")]).split("\n")[:2]
    path.write_bytes(
        first.encode() + b"\n" + second.encode().replace(b"@", "HÔPITAL ".encode() + "D’ÉTÉ".encode("cp1252"))
    )
    assert reasons(list(finess.read(extracts.lines(path)))) == [
        (2, "rejected", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier.")
    ]


def test_quotes_spoil_their_own_line_only(tmp_path):
    rows = [
        national.site(1, rslongue='"CLINIQUE ""LES LILAS"""'),
        national.site(2, rslongue='RESIDENCE "LES LILAS"'),
        national.site(3, rslongue='"CLINIQUE OUVERTE'),
        national.site(4),
    ]
    path = national.written(tmp_path / "sites.csv", national.etalab(rows))
    found = list(finess.read(extracts.lines(path)))
    assert [getattr(each, "name", each.number) for each in found] == [
        'CLINIQUE "LES LILAS"',
        'RESIDENCE "LES LILAS"',
        4,
        "HÔPITAL DU SITE 4",
    ]


@pytest.mark.parametrize("tail", ["\n", ""])
def test_a_line_too_long_is_one_line(tmp_path, tail):
    long = "x" * (extracts.LONGEST_LINE * 3)
    text = national.etalab([CH]) + long + "\n\n" + national.etalab([national.site(2)], dated=False) + long + tail
    found = list(finess.read(extracts.lines(national.written(tmp_path / "sites.csv", text))))
    assert [(each.number, isinstance(each, Line)) for each in found] == [(2, True), (4, False), (6, True), (8, False)]
    exact = "y" * (extracts.LONGEST_LINE - 1) + "\nz\n"
    assert [number for number, _text in extracts.lines(national.written(tmp_path / "exact.csv", exact))] == [1, 2]
