"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, suspend, suspend_linked
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again
from .lists import order_reserve, set_list, set_lists
from .report import REVIEW_STEPS, give_opinion, lock_review, save_review
from .room import MOTION_STEPS, close_vote, come, lay, leave, put_to_vote, seat, take_away, vote_on, withdraw

__all__ = [
    "ASSIGNMENT_STEPS",
    "MOTION_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "assign",
    "break_tie",
    "close_session",
    "close_vote",
    "come",
    "declare",
    "give_opinion",
    "lay",
    "leave",
    "lock_review",
    "open_session",
    "order_reserve",
    "put_to_vote",
    "rank_again",
    "recuse",
    "save_review",
    "seat",
    "set_list",
    "set_lists",
    "suspend",
    "suspend_linked",
    "take_away",
    "vote_on",
    "withdraw",
]
