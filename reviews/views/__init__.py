"""Pages of the evaluation, one module per person who uses them."""

from .agreement import agreement
from .discussion import consensus, designate, discussion, position
from .expert import declare, lock, my_files, piece, recuse
from .experts import experts
from .hdh import opinion, opinions
from .jury import close, open_session, rank, sessions, vote
from .matrix import allocation, ask_allocation, matrix, need, place, send_allocation, stop_allocation
from .officer import assignments
from .panel import ask_panel, panel
from .profile import declare_tie, profile, undertaking, withdraw_tie
from .ranking import line, lists, print_ranking, reserve, session
from .report import read, save, score_history, settle, sync
from .room import room
from .rulings import rule, rulings
from .sheet import sheet_file, sheet_of, sheets, sheets_file, take_sheets

__all__ = [
    "agreement",
    "allocation",
    "ask_allocation",
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
    "need",
    "open_session",
    "opinion",
    "opinions",
    "panel",
    "piece",
    "place",
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
    "send_allocation",
    "session",
    "sessions",
    "settle",
    "sheet_file",
    "sheet_of",
    "sheets",
    "sheets_file",
    "stop_allocation",
    "sync",
    "take_sheets",
    "undertaking",
    "vote",
    "withdraw_tie",
]
