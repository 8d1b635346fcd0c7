"""The only writers of the evaluation, one module per noun, each with its map at the top."""

from .assignment import ASSIGNMENT_STEPS, assign, declare, recuse, suspend, suspend_linked
from .cells import save_cells, settle_cell
from .jury import SESSION_STEPS, break_tie, close_session, open_session, rank_again, set_list
from .report import REVIEW_STEPS, give_opinion, lock_review, purge_private_notes, save_review

__all__ = [
    "ASSIGNMENT_STEPS",
    "REVIEW_STEPS",
    "SESSION_STEPS",
    "assign",
    "break_tie",
    "close_session",
    "declare",
    "give_opinion",
    "lock_review",
    "open_session",
    "purge_private_notes",
    "rank_again",
    "recuse",
    "save_cells",
    "save_review",
    "set_list",
    "settle_cell",
    "suspend",
    "suspend_linked",
]
