"""The public facts, loaded once however often it is asked."""

import pytest
from django.core.management import call_command

from directory import coverage, seed
from directory.models import Departement, Establishment, GcsMembership, Region
from edsh_portal.models import Event

from .world import AT

pytestmark = pytest.mark.usefixtures("by_the_owner")  # files are loaded by commands of the owner's


@pytest.fixture
def loaded(db, set_clock, capsys):
    set_clock(AT, frozen=True)
    call_command("load_reference")
    return capsys.readouterr().out


def test_the_public_facts_are_loaded_once(loaded):
    assert loaded == "regions: 18, departements: 101, hospitals: 32\n"
    events = Event.objects.count()
    assert events == 32 and seed.load() == {"regions": 18, "departements": 101, "hospitals": 32}
    assert Event.objects.count() == events
    assert (Region.objects.filter(overseas=True).count(), Departement.objects.count()) == (5, 101)
    assert Departement.objects.populations() == seed.populations()
    hospital = Establishment.objects.get(finess="750712184")
    assert (hospital.name, hospital.category, hospital.departement_id) == ("AP-HP", "CHU", "75")
    assert (hospital.fictitious, hospital.siret_fictitious, hospital.activity_fictitious) == (False, True, True)
    assert Establishment.objects.get(finess="380780080").ght_code == "ARA-05"
    assert Establishment.objects.in_register().count() == 32
    assert str(hospital.departement) == "Paris (75)" and str(hospital.departement.region) == "Île-de-France"


def test_coverage_from_the_database(loaded):
    hospitals = [finess for members in seed.laureates().values() for finess in members]
    sites = Establishment.objects.filter(finess__in=hospitals).values_list("departement_id", flat=True)
    populations = Departement.objects.populations()
    found = [coverage.covered(sites, grain=grain, populations=populations) for grain in ("region", "departement")]
    assert [(len(c.units), c.among, f"{float(c.share * 100):.1f}") for c in found] == [
        (13, 18, "89.7"),
        (27, 101, "39.0"),
    ]


def test_a_bearer_gcs_is_fictitious_and_has_its_real_members(loaded):
    gcs = seed.fictitious_body(
        1000,
        name="GCS NOVA",
        kind="gcs",
        category="GCS",
        departement="33",
        gcs_of=("330781196", "870000015", "860014208"),
    )
    assert (gcs.finess[:2], gcs.siret[:3], gcs.fictitious) == ("99", "000", True)
    assert GcsMembership.objects.filter(gcs=gcs).count() == 3
    lab = seed.fictitious_body(1001, name="Labo", kind="research", category="", departement="35", with_finess=False)
    assert lab.finess is None and Establishment.objects.in_register().filter(pk=lab.pk).count() == 0
    with pytest.raises(ValueError, match="1,000"):
        seed.fictitious_body(999, name="x", kind="gcs", category="", departement="35")
