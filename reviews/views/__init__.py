"""Pages of the evaluation, one module per person who uses them."""

from .expert import declare, lock, my_files, piece, read, recuse, save, total
from .hdh import opinion, opinions
from .jury import close, line, open_session, print_ranking, rank, session, sessions, vote
from .officer import assignments, matrix

__all__ = [
    "assignments",
    "close",
    "declare",
    "line",
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
    "save",
    "session",
    "sessions",
    "total",
    "vote",
]
