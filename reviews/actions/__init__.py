"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .allocation import ask_allocation, keep_answer, lift, place, send_allocation, set_need, stop_allocation
from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, rule, suspend, suspend_linked, wait
from .cells import save_cells, settle_cell
from .discussion import designate, draft_consensus, open_discussion, say, take_position
from .expert import declare_tie, sign_undertaking, withdraw_tie, write_profile
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again
from .lists import order_reserve, set_list, set_lists
from .panel import ask_panel, keep_panel, weigh
from .report import REVIEW_STEPS, give_opinion, lock_review, purge_private_notes, save_review, take_sheets
from .room import MOTION_STEPS, close_vote, come, lay, leave, put_to_vote, seat, take_away, vote_on, withdraw

__all__ = [
    "ASSIGNMENT_STEPS",
    "MOTION_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "ask_allocation",
    "ask_panel",
    "assign",
    "break_tie",
    "close_session",
    "close_vote",
    "come",
    "declare",
    "declare_tie",
    "designate",
    "draft_consensus",
    "give_opinion",
    "keep_answer",
    "keep_panel",
    "lay",
    "leave",
    "lift",
    "lock_review",
    "open_discussion",
    "open_session",
    "order_reserve",
    "place",
    "purge_private_notes",
    "put_to_vote",
    "rank_again",
    "recuse",
    "rule",
    "save_cells",
    "save_review",
    "say",
    "seat",
    "send_allocation",
    "set_list",
    "set_lists",
    "set_need",
    "settle_cell",
    "sign_undertaking",
    "stop_allocation",
    "suspend",
    "suspend_linked",
    "take_away",
    "take_position",
    "take_sheets",
    "vote_on",
    "wait",
    "weigh",
    "withdraw",
    "withdraw_tie",
    "write_profile",
]
