"""Events and their obligations: PostgreSQL remembers, Celery only rings.

`record()` appends one hash-chained event and creates, in the same transaction, a Delivery for each reaction
registered with `@on`. A worker claims a delivery by lease and token, works outside any transaction, and ends it in the
same transaction as its effect (HOUSE, « Echoes »; RELIABILITY D7).
"""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy

from . import bell, once
from .clock import PortalNow
from .models import Delivery, Event
from .passing import is_away, is_clock_behind, is_full
from .workflow import SEVERAL, STATES

log = structlog.get_logger(__name__)

STATES["delivery"] = {
    "todo": (gettext_lazy("À faire"), "todo"),
    "done": (gettext_lazy("Terminée"), "ok"),
    "blocked": (gettext_lazy("Bloquée"), "danger"),
}
SEVERAL["delivery"] = {"done": gettext_lazy("Terminées"), "blocked": gettext_lazy("Bloquées")}

MOST_TRIES = 5
LONGEST_WAIT = 60  # seconds between two tries of what waits for a fault to pass
Effect = Callable[[], Any]


class Blocked(Exception):
    """Raised by a reaction that no retry can help: parked at once, shown to a human."""


class Reaction(NamedTuple):
    """What to do, on which queue, how long to leave it to whoever wrote the event (zero: the bell rings at commit), what kinds of
    events it writes in their name, what it is called on the page of tasks, and which of the event's data says before which
    instant of the portal it is not done."""

    function: Callable[..., Effect | None]
    queue: str = "default"
    after: timedelta = timedelta(0)
    owes: tuple[str, ...] = ()
    says: Any = ""
    until: str = ""


REACTIONS: dict[str, Reaction] = {}
LISTENERS: dict[str, list[str]] = {}
UPKEEP: set[str] = set()  # kinds that a command run by the owner writes, in nobody's name


def on(
    *kinds: str,
    says: Any,
    queue: str = "default",
    after: timedelta = timedelta(0),
    owes: tuple[str, ...] = (),
    until: str = "",
) -> Callable:
    """Registers a reaction to event kinds; `queue` names the worker that runs it. No kind: run by `deliver` only.

    `says`: what it does, for whoever reads the page of tasks.
    `after`: due only then, found by the sweeper; for what the process that wrote the event is about to do itself.
    `owes`: what follows from the event in its author's name, which the database lets nobody else write (ground.sql).
    `until`: the key of the event's data that holds the instant of the portal's clock before which it is not done.
    """

    def register(function: Callable[..., Effect | None]) -> Callable[..., Effect | None]:
        name = f"{function.__module__.removesuffix('.reactions')}.{function.__name__}"
        REACTIONS[name] = Reaction(function, queue, after, owes, says, until)
        for kind in kinds:
            LISTENERS.setdefault(kind, []).append(name)
        return function

    return register


def owed_kinds() -> set[tuple[str, str, str]]:
    """(kind of the event that begins it, reaction, kind that follows in the same name)."""
    return {
        (cause, name, kind) for cause, names in LISTENERS.items() for name in names for kind in REACTIONS[name].owes
    }


def stream_of(subject: models.Model) -> str:
    return getattr(subject, "event_stream", None) or f"{subject._meta.model_name}:{subject.pk}"


def instant(at: datetime | None, *streams: models.Model | str) -> datetime:
    """The instant of a verb: the portal's clock, read once the heads of the streams it writes to are held. A verb that reads it
    otherwise dates its event before one that somebody has written meanwhile, and is refused (EP002).

    Called after every row that the verb locks, before what it checks and creates: of what has no row yet, the head is the
    lock. `at`: the instant given, the heads being held all the same.
    """
    names = [name if isinstance(name, str) else stream_of(name) for name in streams]
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_hold(%s)", [names])
        now = cursor.fetchone()[0]
    return at or now.astimezone(UTC)


def record(
    kind: str, subject: models.Model, /, *, by: Any, at: datetime | None = None, stream: str | None = None, **data: Any
) -> Event:
    """Appends « noun.past » to the subject's stream and creates the obligations of its listeners.

    `data` holds ids, amounts and states, never personal data. Must run inside the verb's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_append(%s, %s, %s, %s, %s, %s, %s)",
            [
                stream or stream_of(subject),
                kind,
                subject._meta.label_lower,
                subject.pk,
                by.pk if by is not None else None,
                at,
                json.dumps(data, default=str),
            ],
        )
        return owe(cursor.fetchone()[0])


def owe(event_id: int) -> Event:
    """Creates the obligations of an event that was just appended, one for each listener to its kind; and keeps the key of the form
    that asked for it."""
    once.keep()
    event = Event.objects.get(pk=event_id)
    for delivery in Delivery.objects.bulk_create(_owed(event, name) for name in LISTENERS.get(event.kind, ())):
        _ring(delivery)
    return event


def deliver(event: Event, reaction: str, *, key: str = "") -> Delivery:
    """Creates an obligation (once per event, reaction and key) and rings the bell at commit."""
    owed = _owed(event, reaction, key)
    delivery, created = Delivery.objects.get_or_create(
        event=event,
        reaction=reaction,
        key=key,
        defaults={"queue": owed.queue, "due_at": owed.due_at, "not_before": owed.not_before},
    )
    if created:
        _ring(delivery)
    return delivery


def _owed(event: Event, reaction: str, key: str = "") -> Delivery:
    to = REACTIONS[reaction]
    until = event.data.get(to.until) if to.until else None
    not_before = datetime.fromisoformat(until) if until else None
    if not_before is not None and not_before <= event.at:
        not_before = None  # nothing to wait for
    return Delivery(
        event=event, reaction=reaction, key=key, queue=to.queue, due_at=Now() + to.after, not_before=not_before
    )


def _ring(delivery: Delivery) -> None:
    if not REACTIONS[delivery.reaction].after and delivery.not_before is None:
        transaction.on_commit(lambda: bell.ring(delivery.pk, delivery.queue))


def due(limit: int = 200, *, ahead: timedelta = timedelta(0)) -> list[tuple[int, str]]:
    """(id, queue) of what is due and not under lease."""
    return list(_due(ahead).values_list("id", "queue")[:limit])


def unheard(queue: str, waiting: int, limit: int = 200) -> list[int]:
    """What is due on this queue, the longest first, beyond the `waiting` messages that it holds: no message waits for as many."""
    rows = _due().filter(queue=queue)
    return list(rows.values_list("id", flat=True)[: min(limit, max(0, rows.count() - waiting))])


def _due(ahead: timedelta = timedelta(0)) -> models.QuerySet:
    return Delivery.objects.filter(_free(), state="todo", due_at__lte=Now() + ahead).order_by("due_at", "id")


def _free() -> Q:
    """Under no lease, and its hour has come."""
    hour = Q(not_before=None) | Q(not_before__lte=PortalNow())
    return hour & (Q(lease_until=None) | Q(lease_until__lt=Now()))


def claim(delivery_id: int) -> Delivery | None:
    """Takes the lease with a fresh fencing token, or None when it is not ours to take, or not yet."""
    token = uuid.uuid4()
    taken = Delivery.objects.filter(_free(), pk=delivery_id, state="todo").update(
        token=token, lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS), tries=models.F("tries") + 1
    )
    return Delivery.objects.select_related("event").get(pk=delivery_id) if taken else None


def run(delivery_id: int) -> bool:
    """Works one obligation to its end; True when it is done. Repeatable: a lost worker's lease simply expires."""
    delivery = claim(delivery_id)
    if delivery is None:
        return False
    structlog.contextvars.bind_contextvars(delivery=delivery.pk, reaction=delivery.reaction)
    try:
        if delivery.tries > MOST_TRIES:
            raise Blocked(delivery.last_error or "the worker died each time it tried")
        effect = REACTIONS[delivery.reaction].function(delivery.event, *([delivery.key] if delivery.key else []))
        return finish(delivery, effect)
    except Exception as error:  # whatever a reaction throws is an outcome to keep, not to lose
        hopeless = isinstance(error, Blocked)
        said = str(error) if hopeless else f"{type(error).__name__}: {error}"
        if not hopeless:
            log.exception("delivery.failed")
        if is_full(error) or is_clock_behind(error) or is_away(error):
            wait(delivery, said)
        else:
            park(delivery, said, blocked=hopeless or delivery.tries >= MOST_TRIES)
    finally:
        structlog.contextvars.unbind_contextvars("delivery", "reaction")
    return False


def finish(delivery: Delivery, effect: Effect | None) -> bool:
    """Ends the obligation in the transaction of its effect, unless another token has taken over."""
    with transaction.atomic():
        mine = _mine(delivery).select_for_update(no_key=True)
        if not mine.exists():
            return False
        if effect is not None:
            effect()
        mine.update(state="done", done_at=timezone.now(), lease_until=None, last_error="")
    return True


def park(delivery: Delivery, error: str, *, blocked: bool) -> None:
    """Back-off (4, 16, 64 … s) or a blocked obligation, visible on the job page."""
    _mine(delivery).update(
        state="blocked" if blocked else "todo",
        lease_until=None,
        due_at=Now() + timedelta(seconds=4**delivery.tries),
        last_error=error[:2000],
    )
    if blocked:
        log.error("delivery.blocked", error=error[:500])


def wait(delivery: Delivery, error: str) -> None:
    """For what passes without a person (passing.py): tried again every minute at the latest, however many times."""
    _mine(delivery).update(
        lease_until=None,
        due_at=Now() + timedelta(seconds=min(4**delivery.tries, LONGEST_WAIT)),
        tries=min(delivery.tries, MOST_TRIES - 1),
        last_error=error[:2000],
    )


def _mine(delivery: Delivery) -> models.QuerySet:
    """Its row, unless another token has taken over."""
    return Delivery.objects.filter(pk=delivery.pk, state="todo", token=delivery.token)


@transaction.atomic
def unblock(delivery: Delivery, *, by: Any) -> None:
    """A person asks for one more round of tries."""
    Delivery.objects.filter(pk=delivery.pk, state="blocked").update(state="todo", tries=0, due_at=Now())
    record("delivery.retried", delivery, by=by, stream="jobs", reaction=delivery.reaction)
    transaction.on_commit(lambda: bell.ring(delivery.pk, delivery.queue))
