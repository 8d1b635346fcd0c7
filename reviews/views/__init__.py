"""Pages of the evaluation, one module per person who uses them."""

from .agreement import agreement
from .discussion import consensus, designate, discussion, position
from .expert import declare, lock, my_files, piece, recuse
from .experts import experts
from .hdh import opinion, opinions
from .jury import close, open_session, rank, sessions, vote
from .officer import assignments, matrix
from .panel import ask_panel, panel
from .profile import declare_tie, profile, undertaking, withdraw_tie
from .ranking import line, lists, print_ranking, reserve, session
from .report import read, save, score_history, settle, sync
from .room import room
from .rulings import rule, rulings

__all__ = [
    "agreement",
    "ask_panel",
    "assignments",
    "close",
    "consensus",
    "declare",
    "declare_tie",
    "designate",
    "discussion",
    "experts",
    "line",
    "lists",
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
    "profile",
    "rank",
    "read",
    "recuse",
    "reserve",
    "room",
    "rule",
    "rulings",
    "save",
    "score_history",
    "session",
    "sessions",
    "settle",
    "sync",
    "undertaking",
    "vote",
    "withdraw_tie",
]
