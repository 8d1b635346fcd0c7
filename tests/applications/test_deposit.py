"""The deposit: frozen, numbered, refused at the cut-off to the microsecond, repeatable, replaceable, withdrawn."""

import hashlib
from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from applications import actions, reactions
from applications.content import freeze
from applications.models import Application, Reception, Version
from directory.models import Affiliation
from edsh_portal import events
from edsh_portal.models import Delivery, Event
from edsh_portal.verify import findings
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
    assert kinds(ready)[-2:] == ["reception.stamped", "application.submitted"]
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
    assert Version.objects.count() == 1
    assert kinds(ready)[events:] == ["reception.stamped", "reception.repeated"]
    actions.save_field(ready, "answers.ambition", "Relier trois hôpitaux.", read_version=1, by=world.cast.alice)
    second = actions.submit(ready, by=world.cast.sophie)
    assert (second.number, second.receipt_number) == (2, "AR-EDSH-1-0001-v2")
    ready.refresh_from_db()
    assert ready.version == second and first.content["answers"]["ambition"] == "Relier deux hôpitaux."
    actions.save_field(ready, "answers.ambition", "Relier deux hôpitaux.", read_version=2, by=world.cast.alice)
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
        lambda: actions.save_field(ready, "answers.ambition", "Trop tard", read_version=1, by=world.cast.alice),
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
    assert (ready.state, ready.withdrawn_at, ready.departure.reason) == ("withdrawn", made.NOW, "Consortium dissous")
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


def test_a_failed_reception_leaves_nothing(world, ready, monkeypatch):
    monkeypatch.setattr("applications.actions.deposit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    assert ready.state == "draft" and not Version.objects.exists() and not Reception.objects.exists()


SECOND = timedelta(seconds=1)


def answers(application):
    """Each reception: its number, its instant from the cut-off, the version that answers it, the rules that refuse it."""
    rows = Reception.objects.filter(application=application).order_by("pk")
    return [(one.number, one.received_at - made.CLOSES, one.version and one.version.number, one.rules) for one in rows]


@pytest.fixture
def received(world, ready, set_clock):
    """A dossier received one second before the cut-off, by a web that died before it was frozen."""
    set_clock(made.CLOSES - SECOND, frozen=True)
    actions.receive(ready, by=world.cast.sophie)
    return ready


def test_a_reception_waits_for_its_version(world, received):
    assert answers(received) == [(1, -SECOND, None, [])]
    assert (Application.objects.get(pk=received.pk).state, Version.objects.count()) == ("draft", 0)
    assert actions.receive(received, by=world.cast.sophie) == Reception.objects.get()  # a second press, meanwhile
    assert findings() == []


def test_who_writes_next_freezes_what_was_received_first(world, received):
    actions.save_field(received, "answers.ambition", "Écrit après la réception.", read_version=1, by=world.cast.alice)
    version = Version.objects.get()
    assert version.content["answers"]["ambition"] == "Relier deux hôpitaux."
    assert (version.number, version.submitted_at, version.submitted_by) == (1, made.CLOSES - SECOND, world.cast.sophie)
    assert freeze.content(received)["answers"]["ambition"] == "Écrit après la réception."
    assert actions.submit(received, by=world.cast.sophie).number == 2
    assert answers(received) == [(1, -SECOND, 1, []), (2, -SECOND, 2, [])]


def test_the_obligation_freezes_after_the_cut_off_what_was_received_before(world, received, set_clock):
    set_clock(made.CLOSES + 30 * SECOND, frozen=True)
    reactions.lapse_drafts()
    assert Application.objects.get(pk=received.pk).state == "draft"  # not lapsed: it is owed an answer
    owed = Delivery.objects.get(reaction="applications.settle_received")
    assert owed.pk not in dict(events.due())  # left for ten seconds to the web that stamped it
    assert events.run(owed.pk)
    version = Version.objects.get()
    assert (version.receipt_number, version.submitted_at) == ("AR-EDSH-1-0001-v1", made.CLOSES - SECOND)
    application = Application.objects.get(pk=received.pk)
    assert (application.state, application.submitted_at) == ("submitted", made.CLOSES - SECOND)
    event = Event.objects.get(kind="application.submitted")
    assert (event.at, event.data["received_at"]) == (
        made.CLOSES + 30 * SECOND,
        (made.CLOSES - SECOND).isoformat(),
    )
    assert findings() == []


def test_a_press_after_the_cut_off_finds_the_deposit_made_before_it(world, received, set_clock):
    set_clock(made.CLOSES + SECOND, frozen=True)
    version = actions.submit(received, by=world.cast.sophie)  # frozen by this press, received by the one before
    assert version.submitted_at == made.CLOSES - SECOND
    assert actions.submit(received, by=world.cast.sophie) == version  # and found again by the next
    assert answers(received) == [(1, -SECOND, 1, [])]


def test_a_press_after_the_cut_off_does_not_pass_for_what_was_written_since(world, ready, set_clock):
    set_clock(made.CLOSES - SECOND, frozen=True)
    actions.submit(ready, by=world.cast.sophie)
    actions.save_field(ready, "answers.ambition", "Écrit après le dépôt.", read_version=1, by=world.cast.alice)
    set_clock(made.CLOSES, frozen=True)
    with pytest.raises(Refused) as refused:
        actions.submit(ready, by=world.cast.sophie)
    assert refused.value.code == "R01"
    assert answers(ready) == [(1, -SECOND, 1, [])]


def test_what_a_rule_refuses_was_received_all_the_same(world, draft, set_clock):
    set_clock(made.CLOSES - 2 * SECOND + timedelta(milliseconds=412), frozen=True)
    with pytest.raises(Refused) as refused:
        actions.submit(draft, by=world.cast.sophie)
    assert refused.value.message.startswith("Reçu le mardi 11 octobre 2022 à 11:59:58,412 ; refusé : R10 · ")
    assert [(one.message, one.rules) for one in Reception.objects.all()] == [
        (refused.value.message, refused.value.facts["rules"])
    ]
    assert kinds(draft)[-2:] == ["reception.stamped", "reception.refused"]
    set_clock(made.CLOSES - SECOND, frozen=True)
    made.fill(world, draft)
    assert actions.submit(draft, by=world.cast.sophie).number == 1  # the number that was refused is given again
    assert [(number, version) for number, _at, version, _rules in answers(draft)] == [(1, None), (1, 1)]
    assert findings() == []


def test_the_answer_is_owed_to_who_has_left_since(world, received):
    Affiliation.objects.filter(user=world.cast.sophie).update(ended_at=made.CLOSES)
    assert actions.settle(Reception.objects.get()).version.submitted_by == world.cast.sophie


REWRITTEN = (
    "UPDATE applications_reception SET received_at = received_at - interval '1 hour'",
    "UPDATE applications_reception SET number = 2",
    "UPDATE applications_reception SET version_id = NULL, settled_at = NULL",
    "DELETE FROM applications_reception",
    "TRUNCATE applications_reception CASCADE",
    "INSERT INTO applications_version (application_id, number, kind, receipt_number, content, sha256, submitted_at, submitted_by_id)"
    " SELECT application_id, 2, kind, 'AR-2', content, sha256, submitted_at, submitted_by_id FROM applications_version",
)
AT = (
    "INSERT INTO applications_reception (application_id, number, received_at, by_id, rules, message)"
    " SELECT application_id, 2, portal_now() - %s::interval, by_id, '{}', '' FROM applications_reception"
)


def refusal(line, statement, *values):
    with pytest.raises(psycopg.DatabaseError) as refused, line.transaction():
        line.execute(statement, values)
    return refused.value.diag.sqlstate


def test_the_reception_wall(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    actions.submit(made.fill(world, made.draft(world)), by=world.cast.sophie)
    with committed.connect("web") as web, committed.connect("owner") as owner:
        said = [refusal(web, statement) for statement in REWRITTEN]
        assert said == ["42501", "42501", "EP003", "42501", "42501", "EP010"]  # not allowed to try, or refused
        said = [refusal(owner, statement) for statement in REWRITTEN]
        assert set(said) == {"EP003", "EP010"}
        assert refusal(web, AT, "1 hour") == "EP010"  # no back-dating
        committed.set_clock(made.CLOSES, frozen=True)
        assert (refusal(web, AT, "0"), refusal(owner, AT, "0")) == ("EP010", "EP010")  # and none at the cut-off
        assert refusal(owner, AT, "-1 second") == "EP010"


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
