"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .allocation import ask_allocation, keep_answer, lift, place, send_allocation, set_need, stop_allocation
from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, rule, suspend, suspend_linked, wait
from .calibration import (
    CALIBRATION_STEPS,
    close_calibration,
    give_calibration,
    need_calibrated,
    open_calibration,
    write_calibration,
)
from .cells import save_cells, settle_cell
from .confirmation import confirm_mark
from .discussion import designate, draft_consensus, is_outdated, open_discussion, say, take_position
from .expert import declare_tie, sign_undertaking, withdraw_tie, write_profile
from .feedback import (
    FEEDBACK_STEPS,
    attach_feedback,
    begin_feedback,
    number_of,
    propose_feedback,
    save_feedback,
    save_texts,
    unanswered,
)
from .further import FURTHER_STEPS, accept_further, dismiss_further
from .hearing import (
    ask_hearings,
    drop_hearing,
    frame_hearings,
    free_hearing,
    keep_hearings,
    move_hearing,
    send_hearings,
    set_absences,
    stop_hearings,
)
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again
from .lists import order_reserve, set_list, set_lists
from .minutes import keep_minutes, reopen_session, sign_minutes
from .panel import ask_panel, keep_panel, weigh
from .reminders import remind_reports
from .reopening import reopen_review
from .report import REVIEW_STEPS, give_opinion, lock_review, purge_private_notes, save_review, take_sheets
from .revision import revise_marks
from .room import MOTION_STEPS, close_vote, come, lay, leave, put_to_vote, seat, take_away, vote_on, withdraw

__all__ = [
    "ASSIGNMENT_STEPS",
    "CALIBRATION_STEPS",
    "FEEDBACK_STEPS",
    "FURTHER_STEPS",
    "MOTION_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "accept_further",
    "ask_allocation",
    "ask_hearings",
    "ask_panel",
    "assign",
    "attach_feedback",
    "begin_feedback",
    "break_tie",
    "close_calibration",
    "close_session",
    "close_vote",
    "come",
    "confirm_mark",
    "declare",
    "declare_tie",
    "designate",
    "dismiss_further",
    "draft_consensus",
    "drop_hearing",
    "frame_hearings",
    "free_hearing",
    "give_calibration",
    "give_opinion",
    "is_outdated",
    "keep_answer",
    "keep_hearings",
    "keep_minutes",
    "keep_panel",
    "lay",
    "leave",
    "lift",
    "lock_review",
    "move_hearing",
    "need_calibrated",
    "number_of",
    "open_calibration",
    "open_discussion",
    "open_session",
    "order_reserve",
    "place",
    "propose_feedback",
    "purge_private_notes",
    "put_to_vote",
    "rank_again",
    "recuse",
    "remind_reports",
    "reopen_review",
    "reopen_session",
    "revise_marks",
    "rule",
    "save_cells",
    "save_feedback",
    "save_review",
    "save_texts",
    "say",
    "seat",
    "send_allocation",
    "send_hearings",
    "set_absences",
    "set_list",
    "set_lists",
    "set_need",
    "settle_cell",
    "sign_minutes",
    "sign_undertaking",
    "stop_allocation",
    "stop_hearings",
    "suspend",
    "suspend_linked",
    "take_away",
    "take_position",
    "take_sheets",
    "unanswered",
    "vote_on",
    "wait",
    "weigh",
    "withdraw",
    "withdraw_tie",
    "write_calibration",
    "write_profile",
]
