"""R50: each kind of link makes an assignment impossible in the form, the verb and the database, and suspends it later."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from directory import actions as directory
from directory.actions.register import change
from directory.identifiers import siret_problem
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions, permissions, reactions
from reviews.models import Assignment, ReviewerPermission, in_words

from .world import person, place

pytestmark = pytest.mark.usefixtures("by_the_owner")  # what ties two bodies is corrected in the register by its owner


def same_employer(world):
    directory.affiliate(world.claire, world.hospitals[0], kind="employee", by=None)
    return "employer", "même employeur : CHU 0"


def partner_employer(world):
    directory.affiliate(world.claire, world.partner, kind="employee", by=None)
    return "employer", "même employeur : CH partenaire"


def associated_employer(world):
    directory.affiliate(world.claire, world.company, kind="employee", by=None)
    return "employer", "même employeur : Données SAS"


def same_siren(world):
    own = place(500, "Annexe")
    with connection.cursor() as cursor:  # two SIRET of one SIREN
        cursor.execute(
            "UPDATE directory_establishment SET siret = %s WHERE id = %s", [world.partner.siret[:9] + "00099", own.pk]
        )
    directory.affiliate(world.claire, own, kind="employee", by=None)
    return "siren", "même SIREN : Annexe et CH partenaire"


def same_ght(world):
    directory.affiliate(world.claire, place(501, "CH voisin", ght="GHT-0"), kind="employee", by=None)
    return "ght", "même GHT : CH voisin et CHU 0"


def member_of_party_gcs(world):
    own = place(502, "CH membre")
    directory.add_gcs_member(_as_gcs(world.partner), own, by=None)
    directory.affiliate(world.claire, own, kind="employee", by=None)
    return "gcs_member", "CH membre est membre du CH partenaire"


def gcs_of_a_party(world):
    gcs = place(503, "GCS Ouest", "gcs")
    directory.add_gcs_member(gcs, world.hospitals[0], by=None)
    directory.affiliate(world.claire, gcs, kind="employee", by=None)
    return "gcs_itself", "GCS Ouest a pour membre CHU 0"


def common_gcs(world):
    gcs, own = place(504, "GCS Ouest", "gcs"), place(505, "CH frère")
    directory.add_gcs_member(gcs, world.hospitals[0], by=None)
    directory.add_gcs_member(gcs, own, by=None)
    directory.affiliate(world.claire, own, kind="employee", by=None)
    return "gcs_common", "CH frère et CHU 0 sont membres d’un même GCS"


def _as_gcs(establishment):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_establishment SET kind = 'gcs' WHERE id = %s", [establishment.pk])
    establishment.kind = "gcs"
    return establishment


LINKS = (
    same_employer,
    partner_employer,
    associated_employer,
    same_siren,
    same_ght,
    member_of_party_gcs,
    gcs_of_a_party,
    common_gcs,
)


def plainest(dossier, people):
    """{user id: the plainest fact that shuts the dossier to them, in words}."""
    return {user: links[0].words for user, links in permissions.shut(dossier, people).items() if links[0].strong}


@pytest.mark.parametrize("tie", LINKS)
def test_impossible_in_verb_and_database(small, tie):
    kind, words = tie(small)
    dossier = small.dossiers[0]
    assert plainest(dossier, [small.claire.pk])[small.claire.pk] == words
    with pytest.raises(Refused) as refused:
        actions.assign(dossier, small.claire, by=small.driss)
    assert (refused.value.code, refused.value.field) == ("R50", "expert")
    assert words in refused.value.message
    with pytest.raises(DatabaseError, match="R50 assignment refused") as wall, transaction.atomic():
        _insert(dossier, small.claire, small.driss)
    assert wall.value.__cause__.sqlstate == "EP050"
    assert kind in str(wall.value)
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("tie", LINKS)
def test_later_link_suspends_and_shuts(small, tie):
    dossier = small.dossiers[0]
    assignment = actions.declare(
        actions.assign(dossier, small.claire, by=small.driss), conflict=False, statement="Aucun.", by=small.claire
    )
    assert type(dossier).objects.visible_to(small.claire).get() == dossier
    kind, words = tie(small)
    assert actions.suspend_linked() == 1
    assignment.refresh_from_db()
    assert (assignment.state, assignment.fact.split("|")[0], assignment.fact_in_words) == ("suspended", kind, words)
    assert not ReviewerPermission.objects.exists()
    assert not type(dossier).objects.visible_to(small.claire).exists()
    assert actions.suspend_linked() == 0


def test_members_of_the_frozen_version_count(small):
    """A partner that left the live consortium was still read by the expert."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE applications_membership SET state = 'removed' WHERE establishment_id = %s", [small.partner.pk]
        )
    directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    with pytest.raises(Refused, match="même employeur"):
        actions.assign(small.dossiers[0], small.claire, by=small.driss)


def test_associated_siren_alone_counts(small):
    dossier = small.dossiers[0]
    own = place(600, "Laboratoire", "company")
    dossier.associated.create(name="Partenaire nommé", kind="company", siren=own.siren)
    directory.affiliate(small.claire, own, kind="employee", by=None)
    assert plainest(dossier, [small.claire.pk])[small.claire.pk] == "même SIREN : Laboratoire et Partenaire nommé"


def test_an_ended_affiliation_is_a_former_employer(small):
    affiliation = directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    directory.end_affiliation(affiliation, by=None)
    assert permissions.conflict(small.claire, small.dossiers[0]) == ""
    assert actions.assign(small.dossiers[0], small.claire, by=small.driss).state == "waiting"


def test_no_empty_number_ties(small):
    """Two bodies without GHT or SIRET have nothing in common."""
    own = place(601, "CH isolé")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_establishment SET siret = '', ght_code = ''")
    directory.affiliate(small.claire, own, kind="employee", by=None)
    assert permissions.conflict(small.claire, small.dossiers[0]) == ""


def test_the_wall_stands_at_declaration_too(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    same_employer(small)
    with pytest.raises(Refused) as refused:
        actions.declare(assignment, conflict=False, statement="Aucun.", by=small.claire)
    assert refused.value.code == "R50"
    with pytest.raises(DatabaseError, match="R50"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_assignment SET state = 'declared', declared_at = now(), confidentiality = true, statement = 'x'"
        )


def test_suspension_needs_a_fact(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    with pytest.raises(Refused, match="Aucun lien"):
        actions.suspend(assignment, by=small.victor)


def test_expert_and_dossier_never_change(world):
    assignment = actions.assign(world.dossiers[0], world.claire, by=world.driss)
    for column, value in (("expert_id", world.chloe.pk), ("application_id", world.dossiers[1].pk)):
        with (
            pytest.raises(DatabaseError, match="refused to everyone"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE reviews_assignment SET {column} = %s WHERE id = %s", [value, assignment.pk])


def test_a_temporary_table_cannot_hide_the_facts(small):
    same_employer(small)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE directory_affiliation (LIKE public.directory_affiliation)")
        with pytest.raises(DatabaseError, match="R50"), transaction.atomic():
            _insert(small.dossiers[0], small.claire, small.driss)
        cursor.execute("DROP TABLE pg_temp.directory_affiliation")


def test_words_of_no_fact():
    assert in_words("") == in_words(None) == ""


def _insert(dossier, expert, by):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reviews_assignment (application_id, expert_id, state, assigned_by_id, assigned_at, due_at, statement,"
            " confidentiality, reason, fact) VALUES (%s, %s, 'assigned', %s, now(), now() + interval '1 day', '', false, '', '')",
            [dossier.pk, expert.pk, by.pk],
        )


def test_one_live_assignment_of_a_pair(small):
    actions.assign(small.dossiers[0], small.claire, by=small.driss)
    with pytest.raises(IntegrityError), transaction.atomic():
        _insert(small.dossiers[0], small.claire, small.driss)


def test_other_dossiers_stay_open(world):
    opened = actions.assign(world.dossiers[1], world.claire, by=world.driss)
    directory.affiliate(world.claire, place(707, "CH voisin", ght="GHT-0"), kind="employee", by=None)  # no candidate
    assert actions.suspend_linked() == 0
    assert Assignment.objects.live().get() == opened
    assert plainest(world.dossiers[0], [person("neutre", role="expert").pk]) == {}


# ── which event looks at which assignments ───────────────────────────────────────────────────────────────────────────
def affiliated(world):
    directory.affiliate(world.claire, world.partner, kind="employee", by=None)
    return "affiliation.changed"


def the_expert_s_body_joins(world):
    gcs, own = place(700, "GCS Ouest", "gcs"), place(701, "CH frère")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    directory.add_gcs_member(gcs, world.hospitals[0], by=None)
    directory.add_gcs_member(gcs, own, by=None)
    return "establishment.joined_gcs"


def the_dossier_s_body_joins(world):
    gcs, own = place(700, "GCS Ouest", "gcs"), place(701, "CH frère")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    directory.add_gcs_member(gcs, own, by=None)
    directory.add_gcs_member(gcs, world.hospitals[0], by=None)
    return "establishment.joined_gcs"


def _renumbered(world, told):
    own = place(702, "Annexe")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    siren = world.partner.siret[:9]
    siret = next(said for n in range(90, 100) if not siret_problem(said := f"{siren}{n:05}"))
    directory.correct_establishment(own, changes={"siret": (own.siret, siret)}, reason="Même siège.", by=world.driss)
    return told


def corrected(world):
    return _renumbered(world, "establishment.corrected")


def _of(world, kind, subject):
    record(kind, subject, by=None)
    return kind


def invited(world):
    own = place(703, "CH invité")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    membership = world.dossiers[0].memberships.create(
        establishment=own, role="partner", state="invited", invited_at=clock.now()
    )
    return _of(world, "membership.invited", membership)


def associated(world):
    own = place(704, "Laboratoire", "company")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    world.dossiers[0].associated.create(name="Partenaire nommé", kind="company", siren=own.siren)
    return _of(world, "associated.added", world.dossiers[0])


def deposited(world):
    associated(world)
    return _of(world, "application.submitted", world.dossiers[0])


def updated(world):
    """By a file of the owner's: the GHT of one becomes that of the other."""
    own = place(705, "CH rattaché")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    own.refresh_from_db()
    change(own, {"ght_code": world.hospitals[0].ght_code}, by=None, at=clock.now())
    return "establishment.updated"


@pytest.mark.parametrize(
    "happens",
    (
        affiliated,
        the_expert_s_body_joins,
        the_dossier_s_body_joins,
        corrected,
        invited,
        associated,
        deposited,
        updated,
    ),
)
def test_an_event_suspends_those_that_it_touches(small, happens):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    event = Event.objects.filter(kind=happens(small)).latest("id")
    reactions.suspend_linked(event)()
    assignment.refresh_from_db()
    assert assignment.state == "suspended"
    assert {delivery.reaction for delivery in event.deliveries.all()} >= {"reviews.suspend_linked"}


def test_an_event_leaves_the_dossiers_of_others_alone(world):
    """What it does not touch is not read again: another event, or `verify`, would say so."""
    actions.assign(world.dossiers[1], world.claire, by=world.driss)
    actions.assign(world.dossiers[2], world.chloe, by=world.driss)
    events = [Event.objects.filter(kind=happens(world)).latest("id") for happens in (affiliated, associated)]
    looked = [{row.expert_id for row in Assignment.objects.filter(reactions.TIES[e.kind](e))} for e in events]
    assert looked == [{world.claire.pk}, set()]


def test_a_correction_that_ties_nobody_looks_at_nothing(world, django_assert_num_queries):
    actions.assign(world.dossiers[1], world.claire, by=world.driss)
    own = place(706, "CH renommé")
    change(own, {"name": "CH renommé deux fois"}, by=None, at=clock.now())
    event = Event.objects.filter(kind="establishment.updated").latest("id")
    with django_assert_num_queries(0):
        assert reactions.suspend_linked(event) is None
