"""Where boxes lie until they are swept, and how far each has come: its obligations and its events say it, no table of its own."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, QuerySet

from applications.models import Application
from edsh_portal.models import Delivery, Event

STREAM = "boxes"
PACK, CLOSE = "dashboards.pack_dossier", "dashboards.close_box"


def folder(box: Event) -> Path:
    return Path(settings.MEDIA_ROOT) / "boxes" / str(box.pk)


def part(box: Event, application: Application) -> Path:
    return folder(box) / f"{application.pk}.zip"


def whole(box: Event) -> Path:
    return folder(box) / "boite.zip"


def boxes() -> QuerySet[Event]:
    """Every box that was asked for, newest first."""
    return Event.objects.filter(kind="box.asked", stream=STREAM).select_related("by").order_by("-pk")


class State(NamedTuple):
    """How many dossiers are packed, of how many, how many steps are blocked; what closed the box, who confirmed they take it, and
    until when it lies there."""

    done: int
    total: int
    blocked: int
    made: Event | None
    handed: list[Event]
    until: datetime
    there: bool

    @property
    def moving(self) -> bool:
        return self.made is None and not self.blocked


def state(box: Event) -> State:
    """Two queries."""
    owed = Delivery.objects.filter(event=box).order_by().values("reaction", "state").annotate(n=Count("pk"))
    counts = {(row["reaction"], row["state"]): row["n"] for row in owed}
    about = list(
        Event.objects.filter(
            subject_type=Event._meta.label_lower, subject_id=box.pk, kind__in=("box.made", "box.handed")
        )
        .select_related("by")
        .order_by("pk")
    )
    made = next((one for one in about if one.kind == "box.made"), None)
    return State(
        done=counts.get((PACK, "done"), 0),
        total=sum(n for (reaction, _state), n in counts.items() if reaction == PACK),
        blocked=sum(n for (_reaction, held), n in counts.items() if held == "blocked"),
        made=made,
        handed=[one for one in about if one.kind == "box.handed"],
        until=box.at + timedelta(days=settings.BOX_DAYS),
        there=made is not None and whole(box).is_file(),
    )


def old(now: datetime) -> Iterator[Event]:
    """Those that still lie there and should not."""
    shelved = Path(settings.MEDIA_ROOT) / "boxes"
    keys = [int(one.name) for one in shelved.iterdir() if one.name.isdigit()] if shelved.is_dir() else []
    yield from boxes().filter(pk__in=keys, at__lte=now - timedelta(days=settings.BOX_DAYS))


def sweep(box: Event) -> None:
    shutil.rmtree(folder(box), ignore_errors=True)
