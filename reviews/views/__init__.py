"""Pages of the evaluation, one module per person who uses them."""

from .agreement import agreement
from .calibration import calibrate, calibration, close_calibration, open_calibration, write_calibration
from .discussion import consensus, designate, discussion, further, position
from .expert import declare, lock, my_files, piece, recuse
from .experts import experts
from .feedback import begin_feedback, feedback, feedbacks, propose_feedback, save_feedback, sync_feedback
from .follow import follow
from .hdh import opinion, opinions
from .hearings import (
    ask_hearings,
    hearing_absences,
    hearing_frame,
    hearing_sheet,
    hearings,
    hearings_progress,
    hearings_sheet,
    move_hearing,
    my_hearings,
    revise,
    send_hearings,
    stop_hearings,
)
from .jury import close, open_session, rank, sessions, vote
from .later import confirm
from .matrix import allocation, ask_allocation, matrix, need, place, send_allocation, stop_allocation
from .minutes import minutes, minutes_file, reopen_session
from .officer import assignments
from .panel import ask_panel, panel
from .profile import declare_tie, profile, undertaking, withdraw_tie
from .ranking import line, lists, print_ranking, reserve, session
from .reopening import reopen
from .report import read, save, score_history, settle, sync
from .room import room
from .rulings import rule, rulings
from .sheet import sheet_file, sheet_of, sheets, sheets_file, take_sheets
from .workload import workload, workload_file

__all__ = [
    "agreement",
    "allocation",
    "ask_allocation",
    "ask_hearings",
    "ask_panel",
    "assignments",
    "begin_feedback",
    "calibrate",
    "calibration",
    "close",
    "close_calibration",
    "confirm",
    "consensus",
    "declare",
    "declare_tie",
    "designate",
    "discussion",
    "experts",
    "feedback",
    "feedbacks",
    "follow",
    "further",
    "hearing_absences",
    "hearing_frame",
    "hearing_sheet",
    "hearings",
    "hearings_progress",
    "hearings_sheet",
    "line",
    "lists",
    "lock",
    "matrix",
    "minutes",
    "minutes_file",
    "move_hearing",
    "my_files",
    "my_hearings",
    "need",
    "open_calibration",
    "open_session",
    "opinion",
    "opinions",
    "panel",
    "piece",
    "place",
    "position",
    "print_ranking",
    "profile",
    "propose_feedback",
    "rank",
    "read",
    "recuse",
    "reopen",
    "reopen_session",
    "reserve",
    "revise",
    "room",
    "rule",
    "rulings",
    "save",
    "save_feedback",
    "score_history",
    "send_allocation",
    "send_hearings",
    "session",
    "sessions",
    "settle",
    "sheet_file",
    "sheet_of",
    "sheets",
    "sheets_file",
    "stop_allocation",
    "stop_hearings",
    "sync",
    "sync_feedback",
    "take_sheets",
    "undertaking",
    "vote",
    "withdraw_tie",
    "workload",
    "workload_file",
    "write_calibration",
]
