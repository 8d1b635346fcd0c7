"""Pages of the evaluation, one module per person who uses them."""

from .expert import declare, lock, my_files, piece, read, recuse, save, total
from .hdh import opinion, opinions
from .jury import close, open_session, rank, sessions, vote
from .officer import assignments, matrix
from .ranking import line, lists, print_ranking, reserve, session
from .room import room

__all__ = [
    "assignments",
    "close",
    "declare",
    "line",
    "lists",
    "lock",
    "matrix",
    "my_files",
    "open_session",
    "opinion",
    "opinions",
    "piece",
    "print_ranking",
    "rank",
    "read",
    "recuse",
    "reserve",
    "room",
    "save",
    "session",
    "sessions",
    "total",
    "vote",
]
