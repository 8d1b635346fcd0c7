"""The five tasks Celery knows: work an obligation, sweep what is due, show life, sign the roots, watch the legal clocks."""

from typing import Any

from celery.signals import worker_ready
from django.db import connection
from django.db.models.functions import Now

from . import chain, events, mail, once, throttle, verification
from .celery import app
from .models import Heartbeat

CLOCKS: list = []


def clock(function):
    """Registers a function run every minute on the default queue: what time alone makes happen (legal clocks)."""
    CLOCKS.append(function)
    return function


clock(mail.gather)
clock(throttle.forget)
clock(once.forget)
clock(verification.tell)


@app.task(name="edsh_portal.run")
def run(delivery_id: int) -> None:
    events.run(delivery_id)


@app.task(name="edsh_portal.sweep")
def sweep() -> None:
    for delivery_id, queue in events.due():
        run.apply_async([delivery_id], queue=queue, retry=False)


@app.task(name="edsh_portal.alive")
def alive(queue: str) -> None:
    Heartbeat.objects.update_or_create(queue=queue, defaults={"at": Now()})


@worker_ready.connect
def show_life(**_signal: Any) -> None:
    """A worker that has come says so: nobody waits for the beat's first round to know that it is there."""
    for queue in app.amqp.queues.consume_from:
        alive(queue)
    connection.close()


@app.task(name="edsh_portal.sign_roots")
def sign_roots() -> None:
    if chain.root_is_due():
        chain.sign_roots()


@app.task(name="edsh_portal.clocks")
def clocks() -> None:
    for function in CLOCKS:
        function()
