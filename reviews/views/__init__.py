"""Pages of the evaluation, one module per person who uses them."""

from .expert import declare, lock, my_files, piece, read, recuse, save, total
from .experts import experts
from .hdh import opinion, opinions
from .jury import close, line, open_session, print_ranking, rank, session, sessions, vote
from .matrix import allocation, ask_allocation, matrix, need, place, send_allocation, stop_allocation
from .officer import assignments
from .profile import declare_tie, profile, undertaking, withdraw_tie
from .rulings import rule, rulings

__all__ = [
    "allocation",
    "ask_allocation",
    "assignments",
    "close",
    "declare",
    "declare_tie",
    "experts",
    "line",
    "lock",
    "matrix",
    "my_files",
    "need",
    "open_session",
    "opinion",
    "opinions",
    "piece",
    "place",
    "print_ranking",
    "profile",
    "rank",
    "read",
    "recuse",
    "rule",
    "rulings",
    "save",
    "send_allocation",
    "session",
    "sessions",
    "stop_allocation",
    "total",
    "undertaking",
    "vote",
    "withdraw_tie",
]
