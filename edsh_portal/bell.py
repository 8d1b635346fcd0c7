"""The doorbell: tells Celery, as a hint, that an obligation waits. Losing a ring loses nothing (the sweeper comes).

Rings leave from a thread of their own, so that a dead or frozen broker never delays a page.
"""

import os
import queue
import threading

import structlog

log = structlog.get_logger(__name__)

_waiting: queue.Queue[tuple[int, str]] = queue.Queue(maxsize=1000)
_ringer: tuple[int, threading.Thread] | None = None
_lock = threading.Lock()


def ring(delivery_id: int, queue_name: str) -> None:
    global _ringer
    with _lock:
        if _ringer is None or _ringer[0] != os.getpid() or not _ringer[1].is_alive():  # once per forked process
            _ringer = (os.getpid(), threading.Thread(target=_ring_forever, name="bell", daemon=True))
            _ringer[1].start()
    try:
        _waiting.put_nowait((delivery_id, queue_name))
    except queue.Full:
        log.warning("bell.full")


def _ring_forever() -> None:
    from .celery import app

    while True:
        delivery_id, queue_name = _waiting.get()
        try:
            app.send_task("edsh_portal.run", args=[delivery_id], queue=queue_name, retry=False, ignore_result=True)
        except Exception as error:  # the broker is down or frozen: the sweeper will find the row
            log.warning("bell.unheard", error=str(error)[:200])
