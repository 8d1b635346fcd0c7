"""What goes wrong is counted as its page shows it, masked from a chair who is tied; load and punctuality at a cost that does not grow."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory import actions as directory
from reviews import actions, panels, workload
from reviews.models import LIVE, Assignment
from tests.pages import tight

from . import world as made
from .world import NUMBERS, later, opened, person, reviewed

FOLLOW, LOAD = reverse("reviews:follow"), reverse("reviews:workload")


@pytest.fixture
def late(world, set_clock):
    """claire is late on the first dossier; chloe has locked hers a day before its time, and declined the second; paul is late too,
    before he has declared."""
    first, second, _third = world.dossiers
    world.late = opened(world, first, world.claire)
    reviewed(world, first, world.chloe, 7)
    actions.recuse(
        actions.assign(second, world.chloe, by=world.driss), "", cause="load", suggested="Ève Roy", by=world.chloe
    )
    actions.assign(second, world.paul, by=world.driss)
    set_clock(world.late.due_at + timedelta(minutes=1), frozen=True)
    return world


def seen(at, who, pile):
    return tight(at(who, f"{FOLLOW}?pile={pile}").content.decode())


def test_each_pile_says_the_fact_then_the_act(late, at):
    page = seen(at, late.driss, "retard")
    assert page.count("Voir les experts du dossier") == 2 and "Claire Essai" in page and "Paul Essai" in page
    page = seen(at, late.driss, "declinees")
    assert "trop de dossiers" in page and "suggère Ève Roy" in page and "Choisir qui remplace" in page
    page = seen(at, late.jean, "quorum")
    assert "rendues\u00a0: 1 sur 2" in page and page.count("rendues\u00a0: 0 sur 2") == 2
    assert "Rien à suivre ici." in seen(at, late.jean, "divergents")
    actions.assign(late.dossiers[1], late.claire, by=late.driss)
    assert "Rien à suivre ici." in seen(at, late.driss, "declinees")  # replaced: nothing waits


def test_a_tied_chair_counts_the_others_only(late, at):
    assert [row.reference for row in panels.without_quorum(late.jean, later(days=60))] == [
        d.reference for d in late.dossiers
    ]
    sister = made.place(201, "CH voisin", ght="GHT-P")  # of the partner of the first dossier, and candidate to nothing
    directory.affiliate(late.jean, sister, kind="employee", by=None)
    assert [row.reference for row in panels.without_quorum(late.jean, later(days=60))] == [
        d.reference for d in late.dossiers[1:]
    ]
    assert late.dossiers[0].reference not in seen(at, late.jean, "quorum")
    home = tight(at(late.jean, reverse("dashboards:home")).content.decode())
    assert late.dossiers[0].reference not in home and late.dossiers[1].reference in home


def test_the_expert_goes_on_where_the_grid_stopped(late, at):
    actions.save_review(late.late.review, {NUMBERS[0]: (7, made.COMMENT), NUMBERS[1]: (5, "court")}, by=late.claire)
    home = tight(at(late.claire, reverse("dashboards:home")).content.decode())
    assert f"critère {NUMBERS[1]} à noter, 1 sur {len(NUMBERS)} faits" in home
    address = reverse("reviews:read", args=[late.late.pk])
    assert f'href="{address}#criterion-{NUMBERS[1]}"' in home
    assert f'id="criterion-{NUMBERS[1]}"' in at(late.claire, address).content.decode()


def test_load_and_punctuality_are_those_of_the_rows(late, at, set_clock):
    rows = {row["name"]: row for row in workload.by_expert(None, late.late.due_at + timedelta(minutes=1))}
    told = {
        name: [row[key] for key in ("open", "late", "locked", "early", "after", "declined")]
        for name, row in rows.items()
    }
    assert told == {
        "Claire Essai": [0, 1, 0, 0, 0, 0],
        "Paul Essai": [0, 1, 0, 0, 0, 0],
        "Chloe Essai": [0, 0, 1, 1, 0, 1],
    }
    due = Assignment.objects.get(state="declared", expert=late.chloe).due_at
    assert workload.days(rows["Chloe Essai"]["delay"]) == -((due - made.REVIEWING).days)
    actions.save_review(late.late.review, made.marks(6), by=late.claire)
    set_clock(late.late.due_at + timedelta(days=3, hours=1), frozen=True)
    actions.lock_review(late.late.review, by=late.claire)
    page = tight(at(late.driss, LOAD).content.decode())
    assert "3 jours après" in page and "jours avant" in page
    assert [line[0] for line in _csv(at(late.driss, f"{reverse('reviews:workload_file', args=['csv'])}?releve=1"))[1:]] == [
        "Paul Essai", "Chloe Essai", "Claire Essai",
    ]  # fmt: skip
    assert "Paul Essai" in tight(at(late.driss, f"{LOAD}?pile=retard").content.decode())
    assert "Chloe Essai" not in tight(at(late.driss, f"{LOAD}?pile=retard").content.decode()).split("<tbody>")[1]
    for who in (late.claire, late.alice, late.nadia, late.dora):
        assert at(who, LOAD).status_code == 403


def test_reminders_sent_are_counted_by_expert(late, at, set_clock):
    days = late.wave.settings.remind_after_days
    set_clock(late.late.due_at + timedelta(days=days, minutes=1), frozen=True)
    assert actions.remind_reports() == 2
    rows = workload.by_expert(None, late.late.due_at + timedelta(days=days))
    assert {row["name"]: (row["reminded"], row["late"]) for row in rows} == {
        "Claire Essai": (1, 1), "Paul Essai": (1, 1), "Chloe Essai": (0, 0),
    }  # fmt: skip
    assert [line[8] for line in _csv(at(late.driss, reverse("reviews:workload_file", args=["csv"])))[1:]] == [
        "1",
        "1",
        "0",
    ]


def _csv(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_parity_is_told_from_five_profiles_on(world, at):
    told = lambda: tight(at(world.driss, LOAD).content.decode())
    for number in range(panels.LEAST_TOLD):
        assert "comptée à partir de 5 profils" in told()
        expert = person(f"profil{number}", role="expert")
        actions.write_profile(expert, skills=["droit"], capacity=3, languages=["fr"], civility="woman", by=expert)
    assert "5 femmes, 0 hommes, 0 sans réponse" in told()


def test_the_cost_does_not_grow(world, client, monkeypatch):
    monkeypatch.setattr("dashboards.chrome.chrome", made.bare)
    client.force_login(world.driss, backend="directory.backends.EmailBackend")
    costs = []
    for turn in range(3):
        for number in range(6):
            opened(world, world.dossiers[number % 3], person(f"plus{turn}{number}", role="expert"))
        with CaptureQueriesContext(connection) as asked:
            client.get(LOAD)
        costs.append(len(asked))
    assert costs[1] == costs[2] <= 15, costs
    assert Assignment.objects.filter(state__in=LIVE).count() == 18
