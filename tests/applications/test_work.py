"""The work plan: packages are numbered, bounded, written by the coordinator, and taken out once nobody spends on them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from applications import actions
from applications.models import WorkPackage
from edsh_portal.models import Event

from .test_pages import page, reads, signed
from .test_verbs import refusal


def test_packages_are_numbered_after_the_last_and_keep_their_number(world, draft):
    alice, rennes = world.cast.alice, draft.memberships.get()
    first = actions.save_row(draft, "packages", title=" Pilotage ", by=alice)
    second = actions.save_row(
        draft, "packages", title="Sources", summary="s", leader=rennes, starts_month=1, ends_month=1, order=0, by=alice
    )
    assert [(p.number, p.title, p.order) for p in draft.packages.all()] == [(2, "Sources", 0), (1, "Pilotage", 1)]
    same = actions.save_row(draft, "packages", title="Conduite", row=first, by=alice)
    assert (same.pk, same.number, same.order) == (first.pk, 1, 1)
    actions.remove_row(first.application, "packages", first, by=alice)
    assert actions.save_row(draft, "packages", title="Qualité", by=alice).number == 3
    said = Event.objects.filter(kind="application.edited").order_by("-seq").values_list("data__section", flat=True)
    assert list(said[:5]) == ["packages"] * 5 and str(second) == "2. Sources"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"title": " "}, ("E01", "title")),
        ({"title": "x" * 161}, ("E02", "title")),
        ({"summary": "x" * 3001}, ("E02", "summary")),
        ({"starts_month": 0}, ("E04", "starts_month")),
        ({"ends_month": 601}, ("E04", "ends_month")),
        ({"starts_month": 3, "ends_month": 2}, ("E04", "ends_month")),
        ({"order": -1}, ("E04", "order")),
        ({"order": 1000}, ("E04", "order")),
    ],
)
def test_what_a_package_cannot_be(world, draft, said, expected):
    assert refusal(actions.save_row, draft, "packages", **{"title": "a"} | said, by=world.cast.alice) == expected
    assert not draft.packages.exists()


def test_the_leader_is_a_member_that_accepted(world, draft):
    alice = world.cast.alice
    invited = actions.invite_partner(draft, world.brest, by=alice)
    assert refusal(actions.save_row, draft, "packages", title="a", leader=invited, by=alice) == ("E04", "leader")
    actions.accept_membership(invited, by=world.cast.bruno)
    package = actions.save_row(draft, "packages", title="a", leader=invited, by=alice)
    assert package.leader == invited
    with pytest.raises(PermissionDenied):
        actions.save_row(draft, "packages", title="b", by=world.cast.bruno)
    with pytest.raises(PermissionDenied):
        actions.remove_row(package.application, "packages", package, by=world.cast.bruno)


def test_twenty_packages_at_most(world, draft):
    for number in range(20):
        actions.save_row(draft, "packages", title=f"Lot {number}", by=world.cast.alice)
    assert refusal(actions.save_row, draft, "packages", title="un de trop", by=world.cast.alice)[0] == "E03"


def test_the_database_holds_numbers_and_months(world, draft):
    actions.save_row(draft, "packages", title="a", by=world.cast.alice)
    for wrong in (
        {"number": 1},
        {"number": 0},
        {"number": 2, "starts_month": 0},
        {"number": 2, "starts_month": 2, "ends_month": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkPackage.objects.create(application=draft, title="b", order=1, **wrong)


def test_pages_of_the_work_plan(client, world, draft):
    signed(client, world.cast.alice)
    assert "Aucun lot" in client.get(page("schedule", draft)).content.decode()
    assert client.post(page("add_work_package", draft), {"title": ""}).status_code == 422
    leader = draft.memberships.get().pk
    added = client.post(page("add_work_package", draft), {"title": "Lot"})["Location"]
    package = draft.packages.get()
    assert added == page("work_package", draft, package.pk)
    answer = client.post(added, {"title": "", "summary": "gardé"})
    assert answer.status_code == 422 and "gardé" in answer.content.decode()
    client.post(added, {"title": "Lot", "leader": leader, "starts_month": 1, "ends_month": 4})
    package.refresh_from_db()
    assert (package.title, package.leader_id, package.ends_month) == ("Lot", leader, 4)
    assert "mois 1 à 4" in client.get(page("schedule", draft)).content.decode()
    seen = reads(client, "work_package", draft, package.pk)
    client.post(page("work_package", draft, package.pk), {"title": "Autre", "order": "1", "reads": seen})
    package.refresh_from_db()
    assert (package.title, package.leader) == ("Autre", None)
    stone = actions.save_row(draft, "milestones", work_package=package, title="Revue", by=world.cast.alice)
    asked = client.get(page("remove_work_package", draft, package.pk)).content.decode()
    assert "Retirer le lot 1. Autre" in asked and "ainsi que\u00a0: 1 jalon." in asked and stone.pk
    actions.save_budget(draft.memberships.get(), {(1, "staff", 2023): 100}, {}, by=world.cast.alice)
    refused = client.post(page("remove_work_package", draft, package.pk))
    assert refused.status_code == 422 and "déplacez-les d’abord" in refused.content.decode()
    actions.save_budget(draft.memberships.get(), {}, {}, by=world.cast.alice)
    client.post(page("remove_work_package", draft, package.pk))
    assert not draft.packages.exists()
