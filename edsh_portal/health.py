"""/healthz: the process answers. /readyz: database, broker, workers and migrations do, as they did a second ago at most.

The door answers them (admission.py), with neither session nor transaction: a database that is down is told, not met.
"""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from .models import Heartbeat

QUEUES = ("default", "pdf", "intake")
STALE = timedelta(seconds=30)
PATIENCE = 2.0  # seconds for the broker: a busy machine is not one that is down
KEPT = 1.0  # seconds for which an answer of /readyz serves whoever asks
_migrated = False
_last: tuple[float, dict[str, Any]] | None = None
_asking = threading.Lock()


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """One asks at a time; meanwhile the others are told what the one before found."""
    global _last
    if _asking.acquire(blocking=_last is None):
        try:
            if _last is None or time.monotonic() - _last[0] > KEPT:
                found = _run_checks()
                _last = time.monotonic(), found
        finally:
            _asking.release()
    assert _last is not None
    return JsonResponse(_last[1], status=200 if _last[1]["status"] == "ok" else 503)


def _run_checks() -> dict[str, Any]:
    checks: dict[str, Any] = {
        "database": _database(),
        "broker": _broker(),
        "migrations": False,
        "workers": {},
        "clock_skew_seconds": None,
        "clock_behind_seconds": None,
    }
    if checks["database"]:
        checks["migrations"] = _migrations()
        checks["workers"] = _workers()
        checks["clock_skew_seconds"] = _skew()
        checks["clock_behind_seconds"] = _behind()
    ready = checks["database"] and checks["broker"] and checks["migrations"] and all(checks["workers"].values())
    warnings = ["clock_skew"] if abs(checks["clock_skew_seconds"] or 0) > 2 else []
    warnings += ["clock_behind"] if checks["clock_behind_seconds"] else []
    return {"status": "ok" if ready else "unready", "checks": checks, "warnings": warnings}


def _database() -> bool:
    with suppress(DatabaseError):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    return False


def _broker() -> bool:
    try:
        client = redis.Redis.from_url(
            settings.BROKER_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
        )
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def _workers() -> dict[str, bool]:
    beats = dict(Heartbeat.objects.values_list("queue", "at"))
    return {queue: queue in beats and timezone.now() - beats[queue] < STALE for queue in QUEUES}


def _migrations() -> bool:
    """True once nothing waits to be applied; asked again until then, remembered after."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _skew() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return round((timezone.now() - cursor.fetchone()[0]).total_seconds(), 3)


def _behind() -> float:
    """How far the portal's clock is behind the last event: it has stepped back, and until then nothing can be recorded there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(extract(epoch FROM greatest(max(at) - portal_now(), '0')), 0) FROM event_head")
        return round(float(cursor.fetchone()[0]), 3)
