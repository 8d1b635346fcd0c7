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
        if wrong := _wrong(message):
            log.warning("broker.refused", queue=queue, error=wrong)
            return
        try:
            super()._deliver(message, queue)
        except self.connection_errors:
            raise
        except Exception as error:  # in what it says of itself
            log.warning("broker.refused", queue=queue, error=f"{type(error).__name__}: {error}"[:200])
            self._forget(message["properties"]["delivery_tag"])

    def _forget(self, tag: str) -> None:
        """What is written down as being worked on would be given back."""
        for channel in self.channels:
            if tag in channel.qos._delivered:
                channel.basic_ack(tag)


def _wrong(message: Any) -> str:
    """What the envelope lacks to be one of ours: a task by name, with its arguments; "" when it lacks nothing."""
    try:
        headers, properties = message["headers"], message["properties"]
        texts = (message["body"], headers["task"], headers["id"], properties["delivery_tag"])
        if not all(isinstance(text, str) and text for text in texts):
            return "not a task"
        properties["delivery_info"]["routing_key"]
    except (TypeError, LookupError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""
