"""Pages of the evaluation, one module per person who uses them."""

from .agreement import agreement
from .discussion import consensus, designate, discussion, position
from .expert import declare, lock, my_files, piece, read, recuse, save, total
from .hdh import opinion, opinions
from .jury import close, line, open_session, print_ranking, rank, session, sessions, vote
from .officer import assignments, matrix
from .panel import ask_panel, panel

__all__ = [
    "agreement",
    "ask_panel",
    "assignments",
    "close",
    "consensus",
    "declare",
    "designate",
    "discussion",
    "line",
    "lock",
    "matrix",
    "my_files",
    "open_session",
    "opinion",
    "opinions",
    "panel",
    "piece",
    "position",
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
