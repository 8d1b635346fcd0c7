"""Pages of the evaluation, one module per person who uses them."""

from .expert import declare, lock, my_files, piece, recuse
from .hdh import opinion, opinions
from .jury import close, line, open_session, print_ranking, rank, session, sessions, vote
from .officer import assignments, matrix
from .report import read, save, score_history, settle, sync

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
    "score_history",
    "session",
    "sessions",
    "settle",
    "sync",
    "vote",
]
