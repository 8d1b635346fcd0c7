"""The five tasks Celery knows: work an obligation, sweep what is due, show life, sign the roots, watch the legal clocks."""

from typing import Any

from celery.signals import task_postrun, task_prerun, worker_ready
from django.db import close_old_connections, connection
from django.db.models.functions import Now

from . import chain, events, mail, once, throttle, verification
from .celery import app
from .health import QUEUES
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


@task_prerun.connect
@task_postrun.connect
def keep_connection(**_signal: Any) -> None:
    """As between two requests: the connection to the database serves the next task, unless it is broken or old."""
    close_old_connections()


@app.task(name="edsh_portal.run")
def run(delivery_id: int) -> None:
    events.run(delivery_id)


@app.task(name="edsh_portal.sweep")
def sweep() -> None:
    """Rings again for what is due and was not heard. A message a row for each round would bury the workers in what is being done."""
    with app.connection_for_write() as line:
        for queue in QUEUES:
            waiting = line.default_channel.queue_declare(queue).message_count
            for delivery_id in events.unheard(queue, waiting):
                run.apply_async([delivery_id], queue=queue, retry=False, connection=line)


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
