"""Nouns of what the State does of a dossier deposited."""

from .admissibility import Admissibility
from .complements import ComplementField, ComplementRequest
from .messages import Message, MessageFile, Reading, Side, Thread, unread_count
from .prorogation import Prorogation, Reminder

__all__ = [
    "Admissibility",
    "ComplementField",
    "ComplementRequest",
    "Message",
    "MessageFile",
    "Prorogation",
    "Reading",
    "Reminder",
    "Side",
    "Thread",
    "unread_count",
]
