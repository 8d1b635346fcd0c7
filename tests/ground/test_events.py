"""Events and obligations: one chain per stream, no back-dating, lease and fence, nothing lost and nothing done twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from edsh_portal import chain, events, pdf
from edsh_portal.models import Delivery, Event, PortalClock, StreamHead
from edsh_portal.verify import findings

AT = datetime(2022, 9, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def listening(monkeypatch):
    """Registers reactions for one test: listening({"name": function})."""

    def register(**functions):
        for name, function in functions.items():
            monkeypatch.setitem(events.REACTIONS, f"test.{name}", events.Reaction(function))
            monkeypatch.setitem(events.LISTENERS, "clock.touched", [f"test.{n}" for n in functions])

    return register


def touch(**data) -> Event:
    with transaction.atomic():
        clock_row = PortalClock.objects.get()
        clock_row.pk = 1  # any subject with a number will do
        return events.record("clock.touched", clock_row, by=None, stream="test:1", **data)


def test_events_chain_and_verify(db, set_clock):
    set_clock(AT, frozen=True)
    first, second = touch(cents=1), touch(cents=2)
    assert (first.seq, second.seq) == (1, 2)
    assert second.previous_hash == first.hash
    assert first.at == second.at == AT
    assert StreamHead.objects.get(stream="test:1").hash == second.hash
    assert list(chain.verify_chain()) == []


@pytest.mark.parametrize("shift", [timedelta(minutes=-2), timedelta(seconds=2)])
def test_web_cannot_date_an_event_elsewhere_than_now(db, set_clock, shift):
    set_clock(AT, frozen=True)
    with pytest.raises(DatabaseError, match="present"), transaction.atomic():
        events.record("clock.touched", PortalClock(pk=1), by=None, at=AT + shift, stream="test:1")
    assert Event.objects.filter(stream="test:1").count() == 0


def test_a_stream_never_goes_back(db, set_clock):
    set_clock(AT, frozen=True)
    touch()
    set_clock(AT - timedelta(hours=1), frozen=True)
    with pytest.raises(DatabaseError, match="before the last event"), transaction.atomic():
        touch()


def test_a_reaction_runs_once_with_its_effect(committed, listening, set_clock):
    done = []
    listening(echo=lambda event: lambda: done.append(event.pk))
    event = touch()
    delivery = Delivery.objects.get(event=event)
    assert events.run(delivery.pk) is True
    assert events.run(delivery.pk) is False
    assert done == [event.pk]
    assert Delivery.objects.get(pk=delivery.pk).state == "done"


def test_an_error_backs_off_then_blocks(committed, listening):
    def fail(event):
        raise ValueError("no printer")

    listening(fail=fail)
    delivery = Delivery.objects.get(event=touch())
    for attempt in range(1, events.MOST_TRIES + 1):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=Now())
        assert events.run(delivery.pk) is False
        delivery.refresh_from_db()
        assert delivery.tries == attempt
        assert delivery.state == ("blocked" if attempt == events.MOST_TRIES else "todo")
    assert delivery.last_error == "ValueError: no printer"
    assert events.due() == []


def test_blocked_at_once_and_unblocked_by_a_person(committed, listening):
    listening(block=lambda event: (_ for _ in ()).throw(events.Blocked("block 3 is empty")))
    delivery = Delivery.objects.get(event=touch())
    events.run(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error, delivery.tries) == ("blocked", "block 3 is empty", 1)
    events.unblock(delivery, by=None)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("todo", 0)


def test_a_lost_lease_is_fenced(committed, listening):
    """A worker that slept through its lease ends nothing: the effect belongs to who holds the token."""
    done = []

    def slow(event):
        Delivery.objects.filter(event=event).update(lease_until=Now() - timedelta(seconds=1))
        assert events.claim(Delivery.objects.get(event=event).pk) is not None  # another worker takes over
        return lambda: done.append("late")

    listening(slow=slow)
    delivery = Delivery.objects.get(event=touch())
    assert events.run(delivery.pk) is False
    assert done == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("todo", 2)


def test_a_worker_that_dies_each_time_ends_blocked(committed, listening):
    listening(die=lambda event: None)
    delivery = Delivery.objects.get(event=touch())
    Delivery.objects.filter(pk=delivery.pk).update(tries=events.MOST_TRIES, last_error="")
    assert events.run(delivery.pk) is False
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("blocked", "the worker died each time it tried")


def test_an_effect_that_fails_leaves_nothing(committed, listening):
    def reaction(event):
        def effect():
            Event.objects.filter(pk=event.pk).first()
            touch(inner=1)
            raise RuntimeError("disk full")

        return effect

    listening(effect=reaction)
    event = touch()
    events.run(Delivery.objects.get(event=event).pk)
    assert Event.objects.filter(stream="test:1").count() == 1
    assert Delivery.objects.get(event=event).state == "todo"


def test_the_obligation_is_in_the_transaction_of_its_event(committed, listening):
    listening(echo=lambda event: None)
    with pytest.raises(RuntimeError), transaction.atomic():
        touch()
        raise RuntimeError
    assert (Event.objects.filter(stream="test:1").count(), Delivery.objects.count()) == (0, 0)


def test_due_gives_what_is_due_and_free(committed, listening):
    listening(echo=lambda event: None)
    first, second = (Delivery.objects.get(event=touch()) for _ in range(2))
    assert events.due() == [(first.pk, "default"), (second.pk, "default")]
    events.claim(first.pk)
    assert events.due() == [(second.pk, "default")]


def test_roots_see_a_rewritten_stream(committed, superuser):
    touch(cents=1)
    touch(cents=2)
    chain.sign_roots()
    assert findings() == []
    superuser.execute("SET session_replication_role = replica")  # what only a superuser can do: no trigger fires
    superuser.execute("DELETE FROM event WHERE stream = 'test:1' AND seq = 2")
    superuser.execute(
        "UPDATE event_head SET seq = 1, hash = (SELECT hash FROM event WHERE stream = 'test:1' AND seq = 1) WHERE stream = 'test:1'"
    )
    assert [(f.code, f.what) for f in findings()] == [("roots.rewritten", "test:1#2")]


def test_roots_of_a_key_that_was_renewed(committed, settings, tmp_path):
    """The certificates of the seal are the present one, then past ones."""
    touch(cents=1)
    first, past = chain.sign_roots(), settings.SEAL_CERT_PATH.read_text()
    settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH = pdf.make_seal_key(tmp_path)
    touch(cents=2)
    chain.sign_roots()
    assert [(f.code, f.what) for f in findings()] == [("roots.signature", first.name)]
    settings.SEAL_CERT_PATH.write_text(settings.SEAL_CERT_PATH.read_text() + past)
    assert findings() == []


def test_the_portal_s_clock_is_the_machine_s_in_production(db, set_clock, settings):
    settings.DEMO = False
    assert [f.code for f in findings()] == []
    set_clock(AT)
    assert [f.code for f in findings()] == ["clock.shift"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_now() - %s::timestamptz < interval '5 seconds'", [AT])
        assert cursor.fetchone()[0] is True
