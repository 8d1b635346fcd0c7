"""Pages of the evaluation, one module per person who uses them."""

from .expert import declare, lock, my_files, piece, read, recuse, save, total
from .experts import experts
from .hdh import opinion, opinions
from .jury import close, line, open_session, print_ranking, rank, session, sessions, vote
from .officer import assignments, matrix
from .profile import declare_tie, profile, undertaking, withdraw_tie
from .rulings import rule, rulings

__all__ = [
    "assignments",
    "close",
    "declare",
    "declare_tie",
    "experts",
    "line",
    "lock",
    "matrix",
    "my_files",
    "open_session",
    "opinion",
    "opinions",
    "piece",
    "print_ranking",
    "profile",
    "rank",
    "read",
    "recuse",
    "rule",
    "rulings",
    "save",
    "session",
    "sessions",
    "total",
    "undertaking",
    "vote",
    "withdraw_tie",
]
