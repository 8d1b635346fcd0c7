"""The national file of sites: lines, layouts, encodings; loaded once however often it is asked; each refusal said."""

import csv
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from directory import actions, extracts, finess, seed
from directory.finess import Aside, Body, Line
from directory.models import Establishment, RegisterImport, Site
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.database import by_hand, rolled_back
from tests.pages import tight

from . import national
from .world import AT, someone

CASES = Path(__file__).parents[1] / "cases"
pytestmark = pytest.mark.usefixtures("by_the_owner")  # files are loaded by commands of the owner's


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


# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def built(by_the_owner, django_db_blocker):
    """The land of France, laid once."""
    with rolled_back(django_db_blocker) as here:
        here.set_clock(AT, frozen=True)
        yield seed.load()


@pytest.fixture
def land(built, db, set_clock):
    set_clock(AT, frozen=True)


@pytest.fixture
def load(land, tmp_path):
    """load(rows) → (counts, what was told)."""

    def run(rows, layout=national.etalab):
        told: list[Aside] = []
        path = national.written(tmp_path / "sites.csv", layout(rows))
        entities = national.written(tmp_path / "bodies.csv", national.bodies(rows))
        return dict(actions.import_register(path, entities, tell=told.append, by=None, at=AT)), told

    return run


def body(number: int) -> Establishment:
    return Establishment.objects.get(finess=national.finess(100 + number))


def rows_of(model) -> list:
    return list(model.objects.order_by("pk").values())


def test_a_legal_entity_is_made_of_its_sites(load):
    counts, told = load(
        [
            national.site(1, categetab="362", rslongue="USLD", ej_name="CHU D’ICI", ej_siren=national.siret(2)[:9]),
            national.site(2, categetab="101", rslongue="HÔTEL-DIEU"),
            national.site(3, categetab="355", rslongue="HÔPITAL SUD", departement="22"),
            national.site(4, 2, categetab="365", codesph="0", ej_name="CLINIQUE"),
            national.site(5, 3, categetab="500"),
            national.site(6, 4, categetab="697", ej_name="GCS"),
        ]
    )
    assert counts == {"lines": 6, "skipped": 1, "bodies_created": 3, "sites_created": 5}
    assert [(a.number, a.nature) for a in told] == [(6, "skipped")]
    made = Establishment.objects.filter(from_finess=True).order_by("finess")
    assert [(e.name, e.kind, e.category, e.departement_id, e.siret, e.fictitious) for e in made] == [
        ("CHU D’ICI", "public", "CHR/CHU", "35", national.siret(2), False),
        ("CLINIQUE", "private", "Pluridisciplinaire", "35", national.siret(4), False),
        ("GCS", "gcs", "GCS-ES", "35", national.siret(6), False),
    ]
    assert [(s.finess_et, s.name, s.category, s.departement_id) for s in body(1).sites.for_list()] == [
        (national.finess(90_001), "USLD", "SLD", "35"),
        (national.finess(90_002), "HÔTEL-DIEU", "CHR/CHU", "35"),
        (national.finess(90_003), "HÔPITAL SUD", "CH", "22"),
    ]
    event = Event.objects.filter(kind="register.imported").get()
    assert event.data.pop("bodies_sha256") != event.data["sha256"]
    assert event.data == {"sha256": RegisterImport.objects.get().sha256, **counts}


def test_a_legal_entity_has_the_name_and_the_siren_of_its_own_file(land, tmp_path):
    """D13, finess_metropole_savoie.csv, finess_ej_named_by_site.csv: no site lends its name, nor its SIRET unless it is the seat's."""
    for case, number, name, siren, siret in (
        ("finess_metropole_savoie", "730000015", "CH METROPOLE SAVOIE", "200050292", "20005029200016"),
        ("finess_ej_named_by_site", "358801017", "CHI DES DEUX RIVES", "268801016", "26880101600018"),
    ):
        entities = national.written(tmp_path / "bodies.csv", national.body(number, name, siren))
        actions.import_register(CASES / f"{case}.csv", entities, tell=print, by=None, at=AT)
        made = Establishment.objects.get(finess=number)
        assert (made.name, made.siren, made.siret, made.category) == (name, siren, siret, "CH")
    assert Site.objects.get(finess_et="730000031").name == "CHMS CHAMBERY NH"


def test_a_legal_entity_that_its_own_file_does_not_name_stays_out(land, tmp_path):
    """D13: nor do its sites come in."""
    path = national.written(tmp_path / "sites.csv", national.etalab([CH, national.site(2, 2)]))
    entities = national.written(tmp_path / "bodies.csv", national.bodies([national.site(2, 2), national.site(3, 3)]))
    told: list[Aside] = []
    counts = actions.import_register(path, entities, tell=told.append, by=None, at=AT)
    assert counts == {"lines": 2, "rejected": 1, "bodies_created": 1, "sites_created": 1}
    assert told == [
        Aside(2, "rejected", CH["nofinesset"], f"Son entité juridique {CH['nofinessej']} n’est pas dans le fichier des entités juridiques.")
    ]  # fmt: skip


def test_a_seat_that_no_site_gives_is_said(load):
    """D13: the SIRET of a site of another SIREN is nobody's seat."""
    counts, told = load([national.site(1, ej_siren="200050292")])
    assert (counts["doubtful"], body(1).siret) == (1, "")
    assert (told[0].file, told[0].number) == ("bodies.csv", 2)
    assert told[0].reason == (
        "Aucun SIRET de ses sites n’est du SIREN de l’entité juridique (200050292) : celui du siège manque."
    )


def test_odd_names_come_in_clean(land, tmp_path):
    """D13, finess_odd_names.csv: every site comes in; what nobody sees is off, and said."""
    path, told = CASES / "finess_odd_names.csv", list[Aside]()
    numbers = [(line.finess_ej, line.siret) for line in finess.read(extracts.lines(path))]
    entities = national.written(
        tmp_path / "bodies.csv", "\n".join(national.body(ej, f"CH {ej}", siret[:9]) for ej, siret in numbers)
    )
    counts = actions.import_register(path, entities, tell=told.append, by=None, at=AT)
    assert counts == {"lines": 11, "bodies_created": 11, "sites_created": 11, "doubtful": 5}
    names = Site.objects.order_by("finess_et").values_list("name", flat=True)
    assert [name for name in names if len(name) < 100] == [
        'CENTRE HOSPITALIER "LES TILLEULS"',
        'HOPITAL "LE BEL AIR"',
        "HOPITAL DE L’ISLE SUR ORNE",
        "CENTRE HOSPITALIER D’ARMOR",
        "CH DE BEAUVAL",
        "CH DE MONTREVEL",
        "HÔPITAL DE MÉZIÈRES",
        "HÔPITAL DU SACRÉ-CŒUR — L’HAŸ",
        "CH D&#39;ARGENTEUIL &amp; FILS",
        'LIEU "MAVOUNA 1"',
    ]
    assert [(a.number, a.reason.removeprefix("Caractères invisibles retirés ou remplacés : ")) for a in told] == [
        (4, "U+0092."),
        (5, "U+00AD."),
        (6, "U+200B."),
        (7, "U+00A0."),
        (10, "Dénomination coupée à 160 caractères."),
    ]


def test_the_same_file_again_changes_nothing(load):
    rows = [national.site(1), national.site(2), national.site(3, 2)]
    load(rows)
    before = rows_of(Establishment)
    sites = Site.objects.order_by("pk").values("pk", "finess_et", "name", "establishment")
    held, events = list(sites), Event.objects.count()
    counts, told = load(rows, national.named)
    assert (counts, told) == ({"lines": 3}, [])
    assert (rows_of(Establishment), list(sites)) == (before, held)
    kinds = [event.kind for event in Event.objects.order_by("pk")[events:]]  # that it was read, batch by batch
    assert kinds == ["register.begun", "register.advanced", "register.advanced", "register.imported"]
    assert Site.objects.values_list("read_in", flat=True).distinct().get() == RegisterImport.objects.latest("pk").pk


def test_a_newer_file_corrects_moves_and_removes_nothing(load):
    load([national.site(1, ej_name="AVANT"), national.site(2), national.site(3, 2), national.site(4, 3)])
    keys = dict(Site.objects.values_list("finess_et", "pk"))
    counts, told = load(
        [
            national.site(1, ej_name="APRÈS", rslongue="HÔPITAL APRÈS", siret=""),
            national.site(2, 2, ligneacheminement="22000 ST BRIEUC", ej_name="ENTITÉ 2"),
        ]
    )
    assert counts == {
        "lines": 2,
        "bodies_changed": 2,
        "sites_changed": 2,
        "sites_absent": 2,
        "bodies_absent": 1,
    }  # fmt: skip
    assert dict(Site.objects.values_list("finess_et", "pk")) == keys
    assert (body(1).name, body(1).sort_key, body(1).siret) == ("APRÈS", "apres", national.siret(1))
    assert Site.objects.get(finess_et=national.finess(90_002)).establishment == body(2)
    assert [(a.number, a.nature, a.finess) for a in told] == [
        (0, "absent", national.finess(90_003)),
        (0, "absent", national.finess(90_004)),
        (0, "absent", national.finess(103)),
    ]
    fields = Event.objects.filter(kind="establishment.updated").order_by("pk").values_list("data", flat=True)
    assert [data["fields"] for data in fields] == [["name", "sort_key"], ["name", "siret", "sort_key"]]


def test_13_13_a_file_leaves_what_a_person_corrected_and_says_so(load):
    """The name is corrected: the next file says which name it would have written; the category, which nobody touched, follows it."""
    load([national.site(1, ej_name="NOM FAUX")])
    driss = someone("driss", "instructor")
    actions.correct_establishment(body(1), {"name": ("NOM FAUX", "CHU d’Ici")}, reason="Arrêté.", by=driss, at=AT)
    rows = [national.site(1, ej_name="NOM ENCORE FAUX", categetab="101")]
    counts, told = load(rows)
    assert (body(1).name, body(1).sort_key, body(1).category) == ("CHU d’Ici", "chu d'ici", "CHR/CHU")
    assert (counts["bodies_changed"], counts["doubtful"]) == (1, 1)
    assert [(aside.nature, aside.finess, aside.reason) for aside in told] == [
        (
            "doubtful",
            national.finess(101),
            "Dénomination : le fichier donne « NOM ENCORE FAUX », « CHU d’Ici » est conservé (correction du"
            " 01/09/2022\u00a010:00 : Arrêté.).",
        )
    ]
    assert load(rows)[1] == told  # each time, until the file agrees
    assert load([national.site(1, ej_name="CHU d’Ici", categetab="101")])[1] == []


def test_another_departement_than_the_file_s_is_not_called_absent(load):
    load([national.site(1)])
    counts, told = load([national.site(1, head="29")])
    assert (counts, told) == ({"lines": 1, "bodies_created": 1, "sites_created": 1, "doubtful": 1}, told)
    assert [a.reason for a in told] == [f"SIRET {national.siret(1)} écarté : un autre établissement le porte déjà."]


def test_one_siret_for_two_bodies_of_the_file_is_given_once(load):
    counts, told = load([national.site(1, 1, siret=national.siret(9)), national.site(2, 2, siret=national.siret(9))])
    assert counts == {"lines": 2, "bodies_created": 2, "sites_created": 2, "doubtful": 1}
    assert (body(1).siret, body(2).siret) == (national.siret(9), "")


def test_what_a_person_entered_keeps_its_words(load):
    """A CHU of the public list: its name stays; a made-up SIRET gives way to the real one, and its activity with it."""
    row = national.site(1, head="75", nofinessej="750712184", rslongue="HÔPITAL HÔTEL-DIEU", categetab="355")
    counts, told = load([row])
    paris = Establishment.objects.get(finess="750712184")
    assert (paris.name, paris.category, paris.siret, paris.activity) == ("AP-HP", "CHU", national.siret(1), 0)
    assert (paris.from_finess, paris.activity_fictitious) == (False, False)
    assert counts == {"lines": 1, "doubtful": 1, "bodies_changed": 1, "sites_created": 1}
    assert [a.reason for a in told] == ["L’activité fictive est remise à zéro : chargez l’activité."]
    assert load([row | {"siret": national.siret(2)}])[0] == {"lines": 1}


def test_a_made_up_siret_without_activity_gives_way_too(load):
    with by_hand():
        Establishment.objects.filter(finess="750712184").update(activity=0)
    counts, _told = load([national.site(1, head="75", nofinessej="750712184")])
    assert counts == {"lines": 1, "bodies_changed": 1, "sites_created": 1}


def test_a_fictitious_body_may_have_sites_and_stays_fictitious(load):
    load([national.site(1, head="99", departement="35")])
    made = Establishment.objects.get(finess=national.finess(101, "99"))
    assert (made.fictitious, made.departement_id, made.sites.count()) == (True, "35", 1)


def test_nothing_is_loaded_before_the_territories_nor_from_another_file(db, tmp_path):
    path = national.written(tmp_path / "sites.csv", national.etalab([CH]))
    entities = national.written(tmp_path / "bodies.csv", national.bodies([CH]))
    with pytest.raises(Refused) as early:
        actions.import_register(path, entities, tell=print, by=None, at=AT)
    assert (early.value.code, early.value.message) == (
        "D07",
        "Chargez d’abord les départements : « manage.py load_reference ».",
    )
    seed.load()
    unknown = national.written(tmp_path / "other.csv", "a;b\n1;2\n")
    for files in ((unknown, entities), (path, unknown)):
        with pytest.raises(Refused) as other:
            actions.import_register(*files, tell=print, by=None, at=AT)
        assert other.value.code == "D07"
    assert (RegisterImport.objects.count(), Site.objects.count()) == (0, 0)


def test_only_the_administration_loads(land, tmp_path):
    path = national.written(tmp_path / "sites.csv", national.etalab([CH]))
    entities = national.written(tmp_path / "bodies.csv", national.bodies([CH]))
    driss, adam = someone("driss", "instructor"), someone("adam", "administrator")
    with pytest.raises(PermissionDenied):
        actions.import_register(path, entities, tell=print, by=driss, at=AT)
    for verb in (actions.import_ght, actions.import_activity):
        with pytest.raises(PermissionDenied):
            verb(path, tell=print, by=driss, at=AT)
    assert actions.import_register(path, entities, tell=print, by=adam, at=AT)["sites_created"] == 1


def test_the_walls_of_sites(load, owner):
    load([CH])
    site = Site.objects.get()
    # A number is given once, at birth.
    with pytest.raises(IntegrityError, match="site_finess_form"), transaction.atomic():
        Site.objects.create(establishment=site.establishment, finess_et="12", name="Site", category="355")
    with pytest.raises(IntegrityError, match="site_postcode"), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(postcode="350")
    with pytest.raises(DatabaseError, match="wall_columns"), transaction.atomic():
        Site.objects.filter(pk=site.pk).update(finess_et=national.finess(9))
    assert Site.objects.visible_to(someone("alice")).get() == site and str(site) == "HÔPITAL DU SITE 1"


# ── GHT and activity ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def attach(load, tmp_path):
    load([national.site(1, 1), national.site(2, 2), national.site(3, 3)])

    def run(verb, *lines):
        told: list[Aside] = []
        counts = verb(national.written(tmp_path / "more.csv", "\n".join(lines)), tell=told.append, by=None, at=AT)
        return dict(counts), [(a.number, a.finess, a.reason) for a in told]

    return run


ONE, TWO, THREE = (national.finess(100 + number) for number in (1, 2, 3))


def test_the_groupings_of_a_territory(attach):
    lines = ["finess;code;nom;support", f"{ONE};ght-bre-05;Haute Bretagne;oui", f"{TWO};BRE-05;Haute Bretagne;non"]
    assert attach(actions.import_ght, *lines) == ({"lines": 2, "changed": 2}, [])
    assert [(body(n).ght_code, body(n).ght_name, body(n).ght_support) for n in (1, 2)] == [
        ("BRE-05", "Haute Bretagne", True),
        ("BRE-05", "Haute Bretagne", False),
    ]
    assert attach(actions.import_ght, *lines) == ({"lines": 2, "changed": 0}, [])


def test_a_support_is_handed_over_whatever_the_order(attach):
    attach(actions.import_ght, f"{ONE};BRE-05;Haute Bretagne;oui", f"{THREE};BRE-06;Autre;oui")
    counts, _told = attach(actions.import_ght, f"{TWO};BRE-05;Haute Bretagne;oui", f"{THREE};BRE-06;Autre;oui")
    assert counts == {"lines": 2, "changed": 2}
    assert [body(n).ght_support for n in (1, 2, 3)] == [False, True, True]
    attach(actions.import_ght, f"{ONE};BRE-05;Haute Bretagne;oui", f"{TWO};BRE-06;Autre;oui", f"{THREE};BRE-06;Autre;")
    assert [(body(n).ght_code, body(n).ght_support) for n in (1, 2, 3)] == [
        ("BRE-05", True),
        ("BRE-06", True),
        ("BRE-06", False),
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((f"{ONE};BRE-05;Nom;peut-être",), (1, ONE, "« peut-être » n’est pas une réponse : écrivez oui ou non pour l’établissement support.")),
        ((f"{ONE};BRE 05;Nom;oui",), (1, ONE, "Le code de GHT « BRE 05 » n’a pas la forme attendue (ARA-01).")),
        ((f"{ONE};{'A' * 13};Nom;oui",), (1, ONE, f"Le code de GHT « {'A' * 13} » n’a pas la forme attendue (ARA-01).")),
        ((f"{ONE};BRE-05;;oui",), (1, ONE, "Le nom du GHT compte de 1 à 120 caractères.")),
        ((f"{ONE};BRE-05;Nom",), (1, ONE, "Cette ligne a 3 colonnes au lieu de 4.")),
        ((f"{ONE};BRE-05;Nom;oui", f"{ONE};BRE-06;Nom;non"), (2, ONE, "Cet établissement est déjà plus haut dans le fichier.")),
        ((f"{ONE};BRE-05;Nom;oui", f"{TWO};BRE-05;Nom;oui"), (2, TWO, f"Le GHT BRE-05 a déjà un établissement support : {ONE}.")),
        (("010000024;BRE-05;Nom;oui",), (1, "010000024", "Aucune entité juridique de l’annuaire ne porte ce numéro.")),
        (("12;BRE-05;Nom;oui",), (1, "12", "Un numéro FINESS a neuf caractères : deux pour le département, puis sept chiffres.")),
        (("x" * 20_000,), (1, "", "Cette ligne est trop longue pour être de ce fichier.")),
        ((f"{ONE};BRE-05;HÃ´tel-Dieu;oui",), (1, "", "Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier.")),
    ],
)  # fmt: skip
def test_a_line_of_groupings_kept_out_says_why(attach, lines, told):
    if lines[0].startswith("x"):
        lines, told = (f"{ONE};BRE-05;Nom;oui", *lines), (2, *told[1:])
    counts, said = attach(actions.import_ght, *lines)
    assert (said, counts["rejected"]) == ([told], 1)


def test_groupings_and_activity_are_cleaned_and_read_in_both_encodings(attach, tmp_path):
    """D13: the GHT and activity files the same."""
    path = tmp_path / "ght.csv"
    path.write_bytes(
        f"\u200b{ONE};BRE-05;HÔ\u00adTEL\n".encode().replace(b"\n", b";oui\n")
        + f"{TWO};BRE-05;ÎLE;non".encode("cp1252")
    )
    told: list[Aside] = []
    assert actions.import_ght(path, tell=told.append, by=None, at=AT) == {"lines": 2, "doubtful": 1, "changed": 2}
    assert [body(n).ght_name for n in (1, 2)] == ["HÔTEL", "ÎLE"]
    assert told == [Aside(1, "doubtful", ONE, "Caractères invisibles retirés ou remplacés : U+00AD, U+200B.")]
    counts, said = attach(actions.import_activity, f"{ONE};60\u202f000\u200b;2021")
    assert (counts, body(1).activity) == ({"lines": 1, "doubtful": 1, "changed": 1}, 60_000) and len(said) == 1


def test_the_walls_of_supports(attach):
    attach(actions.import_ght, f"{ONE};BRE-05;Nom;oui", f"{TWO};BRE-05;Nom;non")
    for wrong in ({"ght_support": True}, {"ght_code": "", "ght_support": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Establishment.objects.filter(finess=TWO).update(**wrong)


def test_the_declared_activity_is_the_latest_year_s(attach):
    lines = ["finess;activite;annee", f"{ONE};60 000;2020", f"{ONE};61000;2021", f"{TWO};5;2021", f"{TWO};4;2020"]
    assert attach(actions.import_activity, *lines) == ({"lines": 4, "older": 1, "changed": 2}, [])
    assert [(body(n).activity, body(n).activity_year) for n in (1, 2)] == [(61_000, 2021), (5, 2021)]
    assert attach(actions.import_activity, f"{ONE};1;2020") == ({"lines": 1, "older": 1}, [])
    with by_hand():
        Establishment.objects.filter(finess="750712184").update(activity_year=2021)
    assert Establishment.objects.get(finess="750712184").activity_fictitious is False


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{ONE};12,5;2021", "L’activité combinée est un nombre entier de séjours, sans virgule."),
        (f"{ONE};-3;2021", "L’activité combinée est un nombre entier de séjours, sans virgule."),
        (f"{ONE};1234567890;2021", "L’activité combinée est un nombre entier de séjours, sans virgule."),
        (f"{ONE};12;1999", "L’année va de 2000 à l’année en cours."),
        (f"{ONE};12;2023", "L’année va de 2000 à l’année en cours."),
        (f"{ONE};12;an", "L’année va de 2000 à l’année en cours."),
    ],
)
def test_a_line_of_activity_kept_out_says_why(attach, line, reason):
    assert attach(actions.import_activity, line) == ({"lines": 1, "rejected": 1}, [(1, ONE, reason)])


def test_the_bounds_of_the_year(attach):
    assert attach(actions.import_activity, f"{ONE};12;2000")[0] == {"lines": 1, "changed": 1}
    assert attach(actions.import_activity, f"{ONE};12;2022")[0] == {"lines": 1, "changed": 1}


# ── the command and the page ─────────────────────────────────────────────────────────────────────────────────────────
def test_the_command_reports_in_a_file(land, tmp_path, capsys):
    path = national.written(tmp_path / "sites.csv", national.etalab([CH, national.site(2, nofinesset="12345")]))
    text = national.bodies([CH]) + national.body("730000016", "CH", "")
    entities = national.written(tmp_path / "bodies.csv", text)
    ght = national.written(tmp_path / "ght.csv", f"{ONE};BRE-05;Haute Bretagne;oui\n")
    activity = national.written(tmp_path / "activite.csv", f"{ONE};x;2021\n")
    call_command("import_finess", str(path), str(entities), ght=ght, activity=activity)
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(".csv")[0] for line in told[:3]] == ["sites", "ght", "activite"]
    assert "lignes lues : 2, rejetées : 2, entités juridiques inscrites : 1, sites inscrits : 1." in told[0]
    with (tmp_path / "sites.ecarts.csv").open(encoding="utf-8-sig", newline="") as out:
        written = list(csv.reader(out, delimiter=";"))
    assert [row[:4] for row in written] == [
        ["fichier", "ligne", "nature", "finess"],
        ["sites.csv", "3", "rejetée", "12345"],
        ["bodies.csv", "3", "rejetée", "730000016"],
        ["activite.csv", "1", "rejetée", ONE],
    ]


def test_the_command_refuses_with_a_sentence(land, tmp_path):
    with pytest.raises(CommandError, match="n’existe pas"):
        call_command("import_finess", str(tmp_path / "nothing.csv"), str(tmp_path / "nothing.csv"))
    other = str(national.written(tmp_path / "other.csv", "a;b\n"))
    with pytest.raises(CommandError, match="La première ligne ne nomme pas les colonnes"):
        call_command("import_finess", other, other)


def test_the_page_of_an_establishment_shows_its_sites(attach, client):
    attach(actions.import_ght, f"{ONE};BRE-05;Haute Bretagne;oui")
    attach(actions.import_activity, f"{ONE};61000;2021")
    client.force_login(someone("alice"))
    page = tight(client.get(f"/annuaire/etablissements/{body(1).pk}/").content.decode())
    for said in ("Sites géographiques", "HÔPITAL DU SITE 1", "35000 RENNES", "Haute Bretagne", "établissement support", "(année 2021)"):  # fmt: skip
        assert page.count(said) >= 1, said
