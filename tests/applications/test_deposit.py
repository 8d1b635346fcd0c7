"""The deposit: frozen, numbered, refused at the cut-off to the microsecond, repeatable, replaceable, withdrawn."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from applications import actions, freeze
from applications.models import Application, Version
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from . import world as made

MICRO = timedelta(microseconds=1)


def kinds(application):
    return list(
        Event.objects.filter(stream=f"application:{application.pk}").order_by("seq").values_list("kind", flat=True)
    )


def test_from_creation_to_deposit(world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    assert (ready.state, ready.reference, version.number) == ("submitted", "EDSH-1-0001", 1)
    assert version.receipt_number == "AR-EDSH-1-0001-v1"
    assert (ready.total_cents, ready.requested_cents, ready.member_count, ready.region_code) == (
        160_000_000,
        100_000_000,
        2,
        "53",
    )
    assert ready.submitted_at == version.submitted_at == made.NOW
    assert version.sha256 == hashlib.sha256(freeze.canonical_json(version.content).encode()).hexdigest()
    assert sorted(version.files.values_list("code", flat=True)) == [
        "annexe-financiere",
        "annexe-financiere",
        "presentation",
    ]
    assert [piece["sha256"] for piece in version.content["pieces"]] == [
        file.document.sha256 for file in version.files.order_by("code", "pk")
    ]
    assert kinds(ready)[-1] == "application.submitted"
    event = Event.objects.get(kind="application.submitted")
    assert (
        event.data["state"] == "submitted"
        and event.data["twins"] == []
        and event.data["requested_cents"] == 100_000_000
    )


def test_same_content_same_receipt_other_content_next_version(world, ready):
    first = actions.submit(ready, by=world.cast.sophie)
    events = len(kinds(ready))
    assert actions.submit(ready, by=world.cast.sophie) == first
    assert Version.objects.count() == 1 and len(kinds(ready)) == events
    actions.save_answer(ready, "ambition", "Relier trois hôpitaux.", read_version=1, by=world.cast.alice)
    second = actions.submit(ready, by=world.cast.sophie)
    assert (second.number, second.receipt_number) == (2, "AR-EDSH-1-0001-v2")
    ready.refresh_from_db()
    assert ready.version == second and first.content["answers"]["ambition"] == "Relier deux hôpitaux."
    actions.save_answer(ready, "ambition", "Relier deux hôpitaux.", read_version=2, by=world.cast.alice)
    third = actions.submit(ready, by=world.cast.sophie)
    assert (third.number, third.sha256) == (3, first.sha256)


@pytest.mark.parametrize(
    ("at", "passes"),
    [
        (made.CLOSES - MICRO, True),
        (made.CLOSES, False),
        (made.CLOSES + MICRO, False),
    ],
)
def test_cut_off_to_the_microsecond(world, ready, set_clock, at, passes):
    set_clock(at, frozen=True)
    if passes:
        assert actions.submit(ready, by=world.cast.sophie).submitted_at == at
        return
    with pytest.raises(Refused) as refused:
        actions.submit(ready, by=world.cast.sophie)
    assert refused.value.code == "R01"
    assert "mardi 11 octobre 2022 à 12:00:00" in refused.value.message
    assert Application.objects.get(pk=ready.pk).state == "draft" and not Version.objects.exists()


def test_before_the_opening(world, ready, set_clock):
    set_clock(made.OPENS, frozen=True)
    with pytest.raises(Refused) as refused:
        actions.create(world.wave, coordinator=world.nantes, acronym="A", by=world.cast.zoe, at=made.OPENS - MICRO)
    assert refused.value.code == "R01" and "ouvrent" in refused.value.message


def test_edits_stop_at_the_cut_off_too(world, ready, set_clock):
    set_clock(made.CLOSES, frozen=True)
    for verb in (
        lambda: actions.save_answer(ready, "ambition", "Trop tard", read_version=1, by=world.cast.alice),
        lambda: actions.invite_partner(ready, world.angers, by=world.cast.alice),
        lambda: actions.add_piece(ready, "presentation", made.pdf(2), name="b.pdf", by=world.cast.alice),
        lambda: actions.remove_member(ready.memberships.get(role="partner"), reason="Tard", by=world.cast.alice),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert refused.value.code == "R01"


def test_a_blocking_rule_names_itself_and_all_the_others(world, draft):
    with pytest.raises(Refused) as refused:
        actions.submit(draft, by=world.cast.sophie)
    assert refused.value.code == "R10"
    assert refused.value.facts["rules"] == ["R10", "R16", "R18", "R19", "R20", "R23"]


def test_a_silent_invitation_blocks(world, ready):
    actions.invite_partner(ready, world.angers, by=world.cast.alice)
    with pytest.raises(Refused) as refused:
        actions.submit(ready, by=world.cast.sophie)
    assert refused.value.code == "R04" and "CHU de Angers" in refused.value.message


@pytest.mark.parametrize(
    "who", ["alice", "bruno", "zoe", "driss", "victor", "adam", "aude", "nadia", "claire", "emma", "dora"]
)
def test_only_the_coordinator_s_legal_representative_deposits_and_withdraws(world, ready, who):
    with pytest.raises(PermissionDenied):
        actions.submit(ready, by=getattr(world.cast, who))
    actions.submit(ready, by=world.cast.sophie)
    with pytest.raises(PermissionDenied):
        actions.withdraw(ready, "Non", by=getattr(world.cast, who))


def test_two_dossiers_of_one_coordinator_warn_and_flag_each_other(world, ready):
    actions.submit(ready, by=world.cast.sophie)
    second = made.fill(world, made.draft(world, acronym="BIS"))
    assert second.reference == "EDSH-1-0002"
    twin = {v.rule: v for v in freeze.read(second, made.NOW).verdicts}["R14"]
    assert not twin.ok and ready.reference in twin.message
    actions.submit(second, by=world.cast.sophie)
    assert Event.objects.filter(kind="application.submitted").latest("pk").data["twins"] == [ready.pk]
    ready.refresh_from_db()
    assert freeze.read(ready, made.NOW).facts.twins == (second.reference,)
    actions.withdraw(second, "Doublon", by=world.cast.sophie)
    assert freeze.read(ready, made.NOW).facts.twins == ()


def test_withdraw(world, ready):
    with pytest.raises(Refused) as early:
        actions.withdraw(ready, "Pas encore déposé", by=world.cast.sophie)
    assert early.value.code == "W01"
    actions.submit(ready, by=world.cast.sophie)
    with pytest.raises(Refused) as silent:
        actions.withdraw(ready, "  ", by=world.cast.sophie)
    assert (silent.value.code, silent.value.field) == ("W02", "reason")
    actions.withdraw(ready, "Consortium dissous", by=world.cast.sophie)
    ready.refresh_from_db()
    assert (ready.state, ready.withdrawn_at, ready.withdrawn_reason) == ("withdrawn", made.NOW, "Consortium dissous")
    for verb in (
        lambda: actions.submit(ready, by=world.cast.sophie),
        lambda: actions.withdraw(ready, "Encore", by=world.cast.sophie),
    ):
        with pytest.raises(Refused) as refused:
            verb()
        assert refused.value.code == "W01"


def test_lapse_only_after_the_cut_off_and_only_drafts(world, draft, set_clock):
    with pytest.raises(Refused):
        actions.lapse(draft)
    set_clock(made.CLOSES, frozen=True)
    actions.lapse(draft)
    draft.refresh_from_db()
    assert draft.state == "not_deposited"
    assert Event.objects.get(kind="application.lapsed").data == {
        "state": "not_deposited",
        "closes_at": made.CLOSES.isoformat(),
    }
    with pytest.raises(Refused):
        actions.lapse(draft)


def test_a_failed_deposit_leaves_nothing(world, ready, monkeypatch):
    monkeypatch.setattr("applications.actions.deposit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    assert ready.state == "draft" and not Version.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE applications_version SET sha256 = repeat('0', 64)",
        "DELETE FROM applications_version",
        "DELETE FROM applications_versionfile",
        "UPDATE applications_answer SET text = 'autre'",
        "UPDATE applications_application SET state = 'admissible' WHERE state = 'draft'",
        "UPDATE applications_application SET state = 'draft', submitted_at = NULL, version_id = NULL",
        "UPDATE applications_membership SET state = 'invited', answered_at = NULL WHERE state = 'accepted'",
        "INSERT INTO applications_membership (application_id, establishment_id, role, state, work, reason, invited_at, answered_at)"
        " SELECT application_id, establishment_id, 'partner', 'declined', '', '', now(), now() FROM applications_membership LIMIT 1",
        "TRUNCATE applications_version CASCADE",
    ],
)
def test_the_state_wall(world, ready, statement):
    actions.submit(ready, by=world.cast.sophie)
    made.draft(world, acronym="LIBRE")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
