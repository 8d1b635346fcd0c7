"""Weak links (15, §2): each kind waits for the chair, in the verb and in the database; the ruling, its reason, what comes after."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from directory import actions as directory
from directory.models import Affiliation
from edsh_portal.models import Event, Mail
from edsh_portal.workflow import Refused
from reviews import actions, permissions, reactions
from reviews.models import Assignment, Review, ReviewerPermission, Ruling
from tests.pages import tight
from tests.roles import give
from tests.tables import rows

from . import world as built
from .test_conflicts import _insert
from .world import opened, person, place, reviewed

pytestmark = pytest.mark.usefixtures("by_the_owner")
WHY = "Mission ancienne, sans rapport avec le projet."


def former_employer(world):
    directory.end_affiliation(directory.affiliate(world.claire, world.partner, kind="employee", by=None), by=None)
    return "a travaillé pour CH partenaire (dossier : CH partenaire)"


def declared_employer_of_before(world):
    actions.declare_tie(
        world.claire,
        kind="employer",
        body="Le CH",
        siren=world.partner.siret[:9],
        until_on=date(2020, 1, 1),
        by=world.claire,
    )
    return "a travaillé pour Le CH (dossier : CH partenaire)"


def declared(world):
    actions.declare_tie(world.claire, kind="advice", body="données sas", by=world.claire)
    return "lien déclaré avec données sas (dossier : Données SAS)"


def mail(world):
    """A sub-domain of that of who writes for the hospital."""
    writer = directory.create_user(email="w@chu-zero.example", full_name="Écrit", by=None)
    directory.affiliate(writer, world.hospitals[0], kind="writer", by=None)
    world.people["claire"] = directory.create_user(email="c@labo.chu-zero.example", full_name="Claire Bis", by=None)
    give(world.claire, "expert")
    actions.sign_undertaking(world.claire, world.wave, by=world.claire)
    return "même domaine de messagerie : labo.chu-zero.example et chu-zero.example"


def associated_name(world):
    own = place(810, "Institut Nommé", "company")
    world.dossiers[0].associated.create(name=" institut nommé", kind="company")
    directory.affiliate(world.claire, own, kind="employee", by=None)
    return "Institut Nommé porte le nom d’un partenaire associé,  institut nommé"


def candidate(world):
    directory.affiliate(world.claire, world.hospitals[1], kind="employee", by=None)
    return "CHU 1 est candidat dans la même relève"


def colleague(world):
    labo = place(811, "Laboratoire commun", "company")
    for one in (world.claire, world.alice):
        directory.end_affiliation(directory.affiliate(one, labo, kind="employee", by=None), by=None)
    return "a travaillé avec Alice Essai (Laboratoire commun)"


KINDS = (former_employer, declared_employer_of_before, declared, mail, associated_name, candidate, colleague)


@pytest.mark.parametrize("tie", KINDS)
def test_15_2_each_kind_waits_in_the_verb_and_in_the_database(world, tie):
    words, dossier = tie(world), world.dossiers[0]
    claire = world.claire
    assert permissions.conflict(claire, dossier) == ""
    (link,) = permissions.shut(dossier, [claire.pk])[claire.pk]
    assert (link.strong, link.words) == (False, words)
    with pytest.raises(DatabaseError, match="R50 assignment waits for the chair") as wall, transaction.atomic():
        _insert(dossier, claire, world.driss)
    assert wall.value.__cause__.sqlstate == "EP050"
    waiting = actions.assign(dossier, claire, by=world.driss)
    assert (waiting.state, waiting.fact_in_words) == ("waiting", words)
    assert not Assignment.objects.visible_to(claire).exists()
    assert permissions.shut(world.dossiers[2], [claire.pk]).keys() == (set() if tie is not candidate else {claire.pk})


@pytest.mark.parametrize("strong", (True, None))
def test_15_2_what_the_call_calls_strong_is_forbidden_and_what_it_leaves_out_is_nothing(
    db, set_clock, monkeypatch, strong
):
    lists = built.LISTS | {"links": [row | {"strong": True} for row in built.LINKS] if strong else []}
    monkeypatch.setattr(built, "LISTS", lists)
    world = built.build(set_clock, 2)
    claire = world.claire
    for tie in KINDS:
        point = transaction.savepoint()
        tie(world)
        if strong:
            with pytest.raises(Refused, match="Conflit d’intérêts"):
                actions.assign(world.dossiers[0], world.claire, by=world.driss)
        else:
            assert actions.assign(world.dossiers[0], world.claire, by=world.driss).state == "assigned"
        transaction.savepoint_rollback(point)
        world.people["claire"] = claire


def test_15_2_a_link_that_is_over_for_longer_than_the_call_says_is_none(small, set_clock):
    former_employer(small)
    actions.declare_tie(small.claire, kind="money", body="Données SAS", until_on=date(2018, 1, 1), by=small.claire)
    assert len(permissions.shut(small.dossiers[0], [small.claire.pk])[small.claire.pk]) == 2
    set_clock(datetime(2023, 6, 1, tzinfo=UTC), frozen=True)
    assert [link.words for link in permissions.shut(small.dossiers[0], [small.claire.pk])[small.claire.pk]] == [
        "a travaillé pour CH partenaire (dossier : CH partenaire)"
    ]
    set_clock(datetime(2027, 12, 1, tzinfo=UTC), frozen=True)
    assert permissions.shut(small.dossiers[0], [small.claire.pk]) == {}


def test_15_2_providers_of_mail_tell_nothing(small):
    """Everyone of these tests writes from test.invalid, which the settings name."""
    assert permissions.shut(small.dossiers[0], [small.claire.pk, small.chloe.pk]) == {}


def test_15_2_a_declared_employer_of_today_is_strong(small):
    actions.declare_tie(small.claire, kind="employer", body="Le CH", siren=small.partner.siret[:9], by=small.claire)
    with pytest.raises(Refused, match="même SIREN : Le CH et CH partenaire"):
        actions.assign(small.dossiers[0], small.claire, by=small.driss)


def test_15_2_allowed_it_goes_on_and_a_new_link_waits_anew(small):
    declared(small)
    dossier, claire = small.dossiers[0], small.claire
    waiting = actions.assign(dossier, claire, by=small.driss)
    for other in (small.driss, small.claire):
        with pytest.raises(PermissionDenied):
            actions.rule(waiting, True, WHY, by=other)
    with pytest.raises(Refused) as refused:
        actions.rule(waiting, True, " ", by=small.jean)
    assert (refused.value.code, Ruling.objects.count()) == ("W02", 0)
    ruling = actions.rule(waiting, True, WHY, by=small.jean)
    assert (ruling.facts, ruling.allowed, waiting.state) == (
        "lien déclaré avec données sas (dossier : Données SAS)",
        True,
        "assigned",
    )
    actions.declare(waiting, conflict=False, statement="Une mission en 2021.", by=claire)
    actions.save_review(waiting.review, {1: (4, "Un début.")}, by=claire)
    assert actions.suspend_linked() == 0
    with pytest.raises(Refused, match="n’est pas possible"):
        actions.rule(waiting, False, WHY, by=small.jean)
    former_employer(small)
    assert actions.suspend_linked() == 1
    waiting.refresh_from_db()
    assert (waiting.state, ReviewerPermission.objects.count()) == ("waiting", 0)
    actions.rule(waiting, True, WHY, by=small.jean)
    assert (waiting.state, ReviewerPermission.objects.get().assignment) == ("declared", waiting)
    assert Review.objects.get().scores.get().value == 4 and Ruling.objects.count() == 2


def test_15_2_refused_it_is_over_and_as_strong_as_another(small):
    declared(small)
    dossier, claire = small.dossiers[0], small.claire
    waiting = actions.assign(dossier, claire, by=small.driss)
    actions.rule(waiting, False, WHY, by=small.jean)
    assert (waiting.state, waiting.fact_in_words[:17]) == ("suspended", "lien déclaré avec")
    with pytest.raises(Refused, match="Conflit d’intérêts : lien déclaré"):
        actions.assign(dossier, claire, by=small.driss)


def test_15_2_a_report_that_waits_is_not_counted(world):
    reviewed(world, world.dossiers[0], world.claire, 7)
    assert Review.objects.counted().count() == 1
    declared(world)
    actions.suspend_linked()
    now = Assignment.objects.get().waiting_at
    assert Review.objects.counted().count() == Review.objects.counted_at(now).count() == 0
    actions.rule(Assignment.objects.get(), True, WHY, by=world.jean)
    assert Review.objects.counted().count() == Review.objects.counted_at(now).count() == 1


def test_15_2_events_put_to_wait_and_everyone_concerned_is_told(small):
    assignment = opened(small, small.dossiers[0], small.claire)
    declared(small)
    reactions.suspend_linked(Event.objects.filter(kind="tie.declared").latest("id"))()
    assignment.refresh_from_db()
    assert assignment.state == "waiting"
    reactions.tell_chair(Event.objects.filter(kind="assignment.waiting").latest("id"))()
    assert set(Mail.objects.values_list("address", "subject").order_by("pk")) >= {
        (small.jean.email, f"Dossier {small.dossiers[0].reference} : un lien d’intérêts à arbitrer"),
        (small.claire.email, "Une de vos expertises attend un arbitrage"),
    }


def test_15_2_a_new_person_of_the_dossier_may_tie_an_expert(small):
    """Who is affiliated is not the expert: the dossiers of their establishment are looked at too."""
    labo = place(812, "Laboratoire commun", "company")
    newcomer = person("nina")
    for one in (small.claire, newcomer):
        directory.end_affiliation(directory.affiliate(one, labo, kind="employee", by=None), by=None)
    assignment = opened(small, small.dossiers[0], small.claire)
    directory.affiliate(newcomer, small.hospitals[0], kind="writer", by=None)
    changed = Affiliation.objects.get(user=newcomer, kind="writer")
    reactions.suspend_linked(Event.objects.filter(kind="affiliation.changed", subject_id=changed.pk).latest("id"))()
    assignment.refresh_from_db()
    assert (assignment.state, assignment.fact_in_words) == (
        "waiting",
        "a travaillé avec Nina Essai (Laboratoire commun)",
    )


def test_15_2_declining_tells_why_and_whom_and_is_not_asked_twice(small):
    dossier, claire = small.dossiers[0], small.claire
    assignment = actions.assign(dossier, claire, by=small.driss)
    with pytest.raises(Refused, match="déjà confié"):
        actions.assign(dossier, claire, by=small.driss)
    with pytest.raises(Refused) as refused:
        actions.recuse(assignment, "", cause="other", by=claire)
    assert refused.value.code == "W02"
    actions.recuse(assignment, "", cause="field", suggested=" Nina, CHU 9 ", by=claire)
    assert (assignment.state, assignment.cause, assignment.suggested) == ("declined", "field", "Nina, CHU 9")
    with pytest.raises(Refused, match="a décliné ce dossier"):
        actions.assign(dossier, claire, by=small.driss)
    done = reviewed(small, dossier, small.chloe, 7)
    with pytest.raises(Refused, match="verrouillée"):
        actions.recuse(done, "", cause="load", by=small.chloe)


def test_15_2_the_chair_s_pages(small, at):
    declared(small)
    here, dossier = reverse("reviews:rulings"), small.dossiers[0]
    assigned = at(small.driss, reverse("reviews:assignments", args=[dossier.reference]))
    assert "à arbitrer" in tight(assigned.content.decode())
    answer = at(
        small.driss,
        reverse("reviews:assignments", args=[dossier.reference]),
        {"expert": small.claire.pk, "due_on": "2022-12-01"},
    )
    assert answer.status_code == 302
    assert rows(at(small.jean, here), "Liens à arbitrer heure de Paris")[0][1:3] == [
        "Claire Essai",
        "lien déclaré avec données sas (dossier : Données SAS)",
    ]
    page = reverse("reviews:rule", args=[Assignment.objects.get().pk])
    assert at(small.driss, page).status_code == 200 and at(small.driss, page, {}).status_code == 403
    assert at(small.claire, page).status_code == at(small.claire, here).status_code == 403
    assert at(small.jean, page, {"allowed": "yes", "reason": ""}).status_code == 422
    assert at(small.jean, page, {"allowed": "yes", "reason": WHY}).headers["Location"] == here
    assert [row[2:] for row in rows(at(small.aude, here), "Décisions rendues")] == [
        ["admise", "lien déclaré avec données sas (dossier : Données SAS)", WHY]
    ]
