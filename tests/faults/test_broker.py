"""Anything may be found in the broker's lists: what is not ours is dropped, and the worker goes on, the same process, with what is."""

import base64
import json
import uuid

import pytest
import redis
from django.db import transaction

from edsh_portal import events, tasks
from edsh_portal.models import Delivery, Mail, PortalClock
from tests.database import used
from tests.processes import running


def envelope(**changed):
    """A message as ours are, but for `changed`; None takes the part away."""
    made = {
        "body": "W1sxXSwge30sIHt9XQ==",
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": "edsh_portal.run", "id": str(uuid.uuid4()), "argsrepr": "", "kwargsrepr": ""},
        "properties": {
            "delivery_tag": str(uuid.uuid4()),
            "delivery_info": {"exchange": "", "routing_key": "default"},
            "body_encoding": "base64",
            "priority": 0,
        },
    }
    return json.dumps({name: value for name, value in (made | changed).items() if value is not None})


OTHERS = {
    "cut": "{garbage",
    "a list": "[]",
    "a number": "4",
    "null": "null",
    "empty": "",
    "binary": b"\xff\x00\x80\xfe",
    "nothing in it": "{}",
    "no body": envelope(body=None),
    "an empty body": envelope(body=""),
    "a body of numbers": envelope(body=[1, 2]),
    "a body that is not base64": envelope(body="é"),
    "a body that is not JSON": envelope(body="AAAA"),
    "no headers": envelope(headers=None),
    "headers that are a list": envelope(headers=[]),
    "a task that is not named": envelope(headers={"id": "1"}),
    "a task of others": envelope(headers={"id": "1", "task": "os.system"}),
    "a date that is none": envelope(headers={"id": "1", "task": "edsh_portal.sweep", "eta": "soon"}),
    "limits that are none": envelope(headers={"id": "1", "task": "edsh_portal.sweep", "timelimit": 3}),
    "another format": envelope(**{"content-type": "application/x-python-serialize"}),
    "no properties": envelope(properties=None),
    "properties without a tag": envelope(properties={}),
}


@pytest.fixture(scope="module")
def worker(django_db_setup, django_db_blocker):
    with running(names=("default",)) as portal, used(portal.database), django_db_blocker.unblock():
        yield portal


def test_a_worker_that_has_come_says_so(worker):
    """No beat rings here."""
    worker.wait_until("SELECT array_agg(queue) FROM heartbeat", ["default"])


def owed() -> Delivery:
    """A mail to be sent; no bell of this process is heard there."""
    with transaction.atomic():
        event = events.record("clock.touched", PortalClock(pk=1), by=None, stream="test:broker")
        mail = Mail.objects.create(event=event, address="a@b.fr", message_id=f"<{event.pk}@b.fr>", created_at=event.at)
        return events.deliver(event, "edsh_portal.mail.send", key=str(mail.pk))


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_ours_is_dropped(worker, name):
    broker, pid = redis.Redis.from_url(worker.redis_url), worker.pid("default")
    broker.lpush("default", OTHERS[name])
    delivery = owed()
    broker.lpush("default", envelope(body=base64.b64encode(json.dumps([[delivery.pk], {}, {}]).encode()).decode()))
    worker.wait_until(f"SELECT state FROM delivery WHERE id = {delivery.pk}", "done", seconds=120)
    assert (worker.pid("default"), broker.llen("default"), broker.hlen("unacked")) == (pid, 0, 0)


def test_a_worker_starts_over_what_is_not_ours(worker):
    """One that another left half taken is given back at the start."""
    broker = redis.Redis.from_url(worker.redis_url)
    worker.supervisor.hold("default")
    broker.hset("unacked", "abc", json.dumps([json.loads(envelope(body=None)), "", "default"]))
    broker.zadd("unacked_index", {"abc": 1})
    for message in OTHERS.values():
        broker.lpush("default", message)
    delivery = owed()
    broker.lpush("default", envelope(body=base64.b64encode(json.dumps([[delivery.pk], {}, {}]).encode()).decode()))
    worker.supervisor.resume("default")
    pid = worker.pid("default")
    worker.wait_until(f"SELECT state FROM delivery WHERE id = {delivery.pk}", "done", seconds=120)
    assert (worker.pid("default"), broker.llen("default"), broker.hlen("unacked")) == (pid, 0, 0)
    assert "broker.refused" in worker.log("default")
    assert "Connection to broker lost" not in worker.log("default")


# ── between two messages ─────────────────────────────────────────────────────────────────────────────────────────────
LINES = "SELECT array_agg(pid ORDER BY pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'edsh_worker'"


def ring(worker, delivery: Delivery) -> None:
    body = base64.b64encode(json.dumps([[delivery.pk], {}, {}]).encode()).decode()
    redis.Redis.from_url(worker.redis_url).lpush("default", envelope(body=body))
    worker.wait_until(f"SELECT state FROM delivery WHERE id = {delivery.pk}", "done", seconds=120)


def test_a_connection_serves_the_next_message_and_one_that_broke_is_replaced(worker):
    with worker.database.connect("superuser") as line:
        for _n in range(4):  # each of the two children has had one
            ring(worker, owed())
        lines = line.execute(LINES).fetchone()[0]
        for _n in range(4):
            ring(worker, owed())
        assert line.execute(LINES).fetchone()[0] == lines
        line.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) pid", [lines])
        after = [owed() for _n in range(4)]
        for delivery in after:
            ring(worker, delivery)
        assert not set(line.execute(LINES).fetchone()[0]) & set(lines)
    assert {row.tries for row in Delivery.objects.filter(pk__in=[one.pk for one in after])} == {1}


def test_the_sweeper_rings_for_what_no_message_waits_for(worker, monkeypatch):
    """Nobody works on this queue here. A lost message is rung again, for the oldest row; what is in the queue is not."""
    broker = redis.Redis.from_url(worker.redis_url)
    line = tasks.app.connection_for_write(worker.redis_url)
    monkeypatch.setattr(tasks.app, "connection_for_write", lambda: line)
    with transaction.atomic():
        event = events.record("clock.touched", PortalClock(pk=1), by=None, stream="test:broker")
        rows = [events.deliver(event, "decisions.seal_decision", key=str(n)).pk for n in range(3)]
    for _round in range(2):
        tasks.sweep()
        assert [told(message) for message in broker.lrange("pdf", 0, -1)[::-1]] == rows
    broker.rpop("pdf")
    tasks.sweep()
    assert [told(message) for message in broker.lrange("pdf", 0, -1)[::-1]] == [*rows[1:], rows[0]]


def told(message: bytes) -> int:
    [[pk], _options, _embedded] = json.loads(base64.b64decode(json.loads(message)["body"]))
    return pk
