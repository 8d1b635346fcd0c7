"""The broker's end of a worker: a message that is not one of ours is refused, logged and dropped.

kombu trusts what it finds in its lists, and one that cannot be read ends the worker, at each start again when it is given back. Nothing
is lost with a message: what is owed is a row (events.py).
"""

from typing import Any

import structlog
from kombu.transport import redis

log = structlog.get_logger(__name__)


class Channel(redis.Channel):
    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except ValueError as error:  # neither text nor JSON
            log.warning("broker.refused", error=str(error)[:200])
            return True


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str) -> None:
        try:
            _check(message)
            super()._deliver(message, queue)
        except self.connection_errors:
            raise
        except Exception as error:  # whatever is wrong with it, it is not ours
            log.warning("broker.refused", queue=queue, error=f"{type(error).__name__}: {error}"[:200])
            self._forget(message)

    def _forget(self, message: Any) -> None:
        """What was already written down as being worked on would be given back."""
        properties = message.get("properties") if isinstance(message, dict) else None
        tag = properties.get("delivery_tag") if isinstance(properties, dict) else None
        for channel in self.channels:
            if isinstance(tag, str) and tag in channel.qos._delivered:
                channel.basic_ack(tag)


def _check(message: Any) -> None:
    """The envelope of our own: a task by name, for somebody, with its arguments."""
    headers, body = message["headers"], message["body"]
    if not (isinstance(headers["task"], str) and isinstance(headers["id"], str) and isinstance(body, str) and body):
        raise ValueError("not a task")
