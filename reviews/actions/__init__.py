"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, rule, suspend, suspend_linked, wait
from .discussion import designate, draft_consensus, open_discussion, say, take_position
from .expert import declare_tie, sign_undertaking, withdraw_tie, write_profile
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again, set_list
from .panel import ask_panel, keep_panel, weigh
from .report import REVIEW_STEPS, give_opinion, lock_review, save_review

__all__ = [
    "ASSIGNMENT_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "ask_panel",
    "assign",
    "break_tie",
    "close_session",
    "declare",
    "declare_tie",
    "designate",
    "draft_consensus",
    "give_opinion",
    "keep_panel",
    "lock_review",
    "open_discussion",
    "open_session",
    "rank_again",
    "recuse",
    "rule",
    "save_review",
    "say",
    "set_list",
    "sign_undertaking",
    "suspend",
    "suspend_linked",
    "take_position",
    "wait",
    "weigh",
    "withdraw_tie",
    "write_profile",
]
