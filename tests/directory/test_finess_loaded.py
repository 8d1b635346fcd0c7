"""The national register loaded: once however often it is asked, corrected by a newer file; its groupings, its activity, its command."""

import csv
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from directory import actions, extracts, finess, seed
from directory.finess import Aside
from directory.models import Establishment, RegisterImport, Site
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.database import by_hand, rolled_back
from tests.pages import tight

from . import national
from .world import AT, someone

CASES = Path(__file__).parents[1] / "cases"
CH = national.site(1)
pytestmark = pytest.mark.usefixtures("by_the_owner")  # files are loaded by commands of the owner's


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
