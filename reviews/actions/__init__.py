"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .allocation import ask_allocation, keep_answer, lift, place, send_allocation, set_need, stop_allocation
from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, rule, suspend, suspend_linked, wait
from .expert import declare_tie, sign_undertaking, withdraw_tie, write_profile
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again, set_list
from .report import REVIEW_STEPS, give_opinion, lock_review, save_review

__all__ = [
    "ASSIGNMENT_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "ask_allocation",
    "assign",
    "break_tie",
    "close_session",
    "declare",
    "declare_tie",
    "give_opinion",
    "keep_answer",
    "lift",
    "lock_review",
    "open_session",
    "place",
    "rank_again",
    "recuse",
    "rule",
    "save_review",
    "send_allocation",
    "set_list",
    "set_need",
    "sign_undertaking",
    "stop_allocation",
    "suspend",
    "suspend_linked",
    "wait",
    "withdraw_tie",
    "write_profile",
]
