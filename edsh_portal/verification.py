"""A run of `manage.py verify`: each step that is done is kept with what it found, so that an interrupted run goes on where it stood,
and the last result is there to be shown."""

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from . import clock
from .events import record, stream_of
from .models import Event, Verification, VerificationStep
from .verify import Finding, Since, Step
from .workflow import Refused

RESUMED_WITHIN = timedelta(hours=12)  # what was read before is to be read again
MISSED_AFTER = timedelta(hours=26)  # a run a night, and the time that it takes
TOLD_AGAIN = timedelta(hours=24)
LOCK = 0x7E21F1  # one run at a time


class Done(NamedTuple):
    """A step, how long it took, what it found; `before`: by the run that was interrupted."""

    name: str
    seconds: float
    findings: list[Finding]
    before: bool = False


@contextmanager
def alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused(_("Une autre vérification est en cours : attendez sa fin."))
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def opened(command: str, since: Since, *, anew: bool = False) -> Verification:
    """The run that was interrupted a short while ago, of the same reach; else a new one."""
    root, now = since.root, clock.now()
    left = Verification.objects.filter(ended_at=None, root=root, began_at__range=(now - RESUMED_WITHIN, now))
    latest = Verification.objects.order_by("pk").last()
    run = left.order_by("pk").last()
    if run is not None and run == latest and not anew:
        return run
    return Verification.objects.create(command=command[:200], by=_who(), root=root, began_at=now)


def _who() -> str:
    """The account of the system, and the login of the database."""
    account = "?"
    with suppress(KeyError, OSError):  # an account without a name
        account = getpass.getuser()
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user::text")
        return f"{account}, {cursor.fetchone()[0]}"[:200]


def made(run: Verification, steps: list[Step], since: Since) -> Iterator[Done]:
    """What was done before, then each step that is left."""
    kept = {row.name: row for row in run.steps.all()}
    for step in steps:
        if row := kept.get(step.name):
            yield Done(step.name, row.seconds, [Finding(**one) for one in row.findings], before=True)
            continue
        began = time.monotonic()
        found = step.findings(since)
        seconds = time.monotonic() - began
        told = [finding.as_dict() for finding in found]
        VerificationStep.objects.create(run=run, name=step.name, seconds=seconds, findings=told)
        yield Done(step.name, seconds, found)


def close(run: Verification, differences: int) -> None:
    Verification.objects.filter(pk=run.pk).update(ended_at=clock.now(), differences=differences)


def last_whole() -> Verification | None:
    """The last run that read everything, to its end."""
    return Verification.objects.filter(root="").exclude(ended_at=None).order_by("pk").last()


def is_missed(run: Verification | None, now: datetime) -> bool:
    """Whether a night has passed since the last whole run began."""
    return run is not None and now - run.began_at > MISSED_AFTER


@transaction.atomic
def tell(at: datetime | None = None) -> list[str]:
    """Every minute: what the last whole run found that differs, once; a night without a run, once a day. Answers the kinds of the events.

    Nothing is said of a night in which all agrees: since a run that did not take place is said, silence is an answer, and whoever is
    told has something to do.
    """
    run = last_whole()
    if run is None:
        return []
    now = at or clock.now()
    said = dict(Event.objects.filter(stream=stream_of(run)).order_by("seq").values_list("kind", "at"))
    told = []
    if run.differences and "verification.differed" not in said:
        told.append(record("verification.differed", run, by=None, at=at, differences=run.differences))
    if is_missed(run, now) and now - said.get("verification.missed", run.began_at) > TOLD_AGAIN:
        told.append(record("verification.missed", run, by=None, at=at, differences=run.differences))
    return [event.kind for event in told]
