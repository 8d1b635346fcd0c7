"""/healthz: the process answers. /readyz: database, broker, workers and migrations do."""

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
_migrated = False


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    checks: dict[str, Any] = {
        "database": _database(),
        "broker": _broker(),
        "migrations": False,
        "workers": {},
        "clock_skew_seconds": None,
    }
    if checks["database"]:
        checks["migrations"] = _migrations()
        checks["workers"] = _workers()
        checks["clock_skew_seconds"] = _skew()
    ready = checks["database"] and checks["broker"] and checks["migrations"] and all(checks["workers"].values())
    warnings = ["clock_skew"] if abs(checks["clock_skew_seconds"] or 0) > 2 else []
    body = {"status": "ok" if ready else "unready", "checks": checks, "warnings": warnings}
    return JsonResponse(body, status=200 if ready else 503)


def _database() -> bool:
    with suppress(DatabaseError):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    return False


def _broker() -> bool:
    try:
        client = redis.Redis.from_url(settings.BROKER_URL, socket_timeout=0.3, socket_connect_timeout=0.3, retry=None)
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
