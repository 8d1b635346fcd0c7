"""The watch over payment credits: once a day, the forecast is looked at; a shortage that comes near is said once, and its end too."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from calls.models import Call
from edsh_portal import clock
from edsh_portal.events import instant, record, stream_of

from .. import forecasts
from ..forecasting import YEAR, Lack
from ..models import ForecastRun, Shortage


def watch_credits(at: datetime | None = None) -> bool:
    """Every minute: the forecast of the day, once; False when it was looked at already, or when no call is published."""
    call = Call.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()
    if call is None or _seen(call, at or clock.now()):
        return False
    return _watch(call, at)


def _seen(call: Call, now: datetime) -> bool:
    return ForecastRun.objects.filter(call=call, day=clock.civil(now)).exists()


@transaction.atomic
def _watch(call: Call, at: datetime | None) -> bool:
    """False when another worker looked meanwhile."""
    at = instant(at, call)
    if _seen(call, at):
        return False
    ForecastRun.objects.create(call=call, day=clock.civil(at), at=at)
    found = forecasts.read(call, at)
    near = {(lack.line, lack.year): lack for lack in found.lacks if lack.month - found.now <= settings.SHORTAGE_MONTHS}
    running = {(of.line_id, of.year): of for of in Shortage.objects.filter(line__call=call, ended_at=None)}
    for key, of in running.items():
        if key not in near:
            of.ended_at = at
            of.save(update_fields=["ended_at"])
            record("shortage.ended", of, by=None, at=at, stream=stream_of(call), line=of.line_id, year=of.year)
    for key, lack in near.items():
        if key not in running:
            _say(call, lack, at)
    return True


def _say(call: Call, lack: Lack, at: datetime) -> None:
    month = date(lack.year, lack.month % YEAR + 1, 1)
    row: dict[str, Any] = {"line_id": lack.line, "year": lack.year, "month": month, "cents": lack.by_year_end}
    made = Shortage.objects.create(**row, found_at=at)
    told = {"line": lack.line, "year": lack.year, "month": month.isoformat(), "cents": lack.by_year_end}
    record("shortage.foreseen", made, by=None, at=at, stream=stream_of(call), **told)
