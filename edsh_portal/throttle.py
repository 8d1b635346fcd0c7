"""How long whoever failed has to wait. Counters are in PostgreSQL and drain with time: a delay that grows, never a lock.

An attempt is counted before it is judged, so that a hundred at once are a hundred; who succeeds gets it back.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from .models import Throttle

KEPT = timedelta(days=1)  # far longer than any counter needs to drain to where it delays nobody


class Limit(NamedTuple):
    """`free` failures cost nothing; after them one waits `first` seconds, twice as long each time, `most` at the longest.
    One failure is forgotten every `drain` seconds. `own`: counts one person alone, whose success empties it."""

    name: str
    free: int
    drain: float
    first: float
    most: float = 900
    own: bool = False

    def wait(self, level: float) -> float:
        """Seconds after the last failure. A failure counts until it is wholly forgotten."""
        beyond = level - self.free
        return min(self.most, self.first * 2 ** min(max(beyond, 0), 20)) if beyond > -1 else 0


Subjects = Mapping[Limit, str]  # who is counted under each limit


@transaction.atomic
def charge(subjects: Subjects) -> float:
    """Counts an attempt of these subjects: 0, go on. Else the seconds that the first of them must wait: nothing was counted."""
    limits = {_key(limit, who): limit for limit, who in subjects.items()}
    Throttle.objects.bulk_create((Throttle(key=key) for key in sorted(limits)), ignore_conflicts=True)
    rows = Throttle.objects.select_for_update(no_key=True).filter(key__in=limits).order_by("key").annotate(now=Now())
    counted = [(row, limits[row.key], max(0.0, (row.now - row.at).total_seconds())) for row in rows]
    wait = max(limit.wait(row.level) - since for row, limit, since in counted)
    if wait > 0:
        return wait
    for row, limit, since in counted:
        row.level = max(0.0, row.level - since / limit.drain) + 1
        Throttle.objects.filter(pk=row.pk).update(level=row.level, at=Now())
    return 0


@transaction.atomic
def forgive(subjects: Subjects) -> None:
    """The attempt just counted succeeded."""
    limits = {_key(limit, who): limit for limit, who in subjects.items()}
    for row in Throttle.objects.select_for_update(no_key=True).filter(key__in=limits).order_by("key"):
        left = 0 if limits[row.key].own else max(0.0, row.level - 1)
        Throttle.objects.filter(pk=row.pk).update(level=left)


def forget() -> None:
    """Of the clocks: counters that nobody has moved for a day."""
    Throttle.objects.filter(at__lt=Now() - KEPT).delete()


def _key(limit: Limit, who: str) -> str:
    """What was typed is kept nowhere: it may be an address that has no account, or a password in the wrong field."""
    return f"{limit.name}:{salted_hmac('portal.throttle', who, algorithm='sha256').hexdigest()}"
