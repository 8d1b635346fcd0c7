"""The only writers of the room, one module per noun, each with its map."""

from .admissibility import (
    ADMISSIBILITY_STEPS,
    RULES,
    deem_admissible,
    deem_overdue,
    end_all,
    lapse_proposals,
    propose_admissibility,
    return_admissibility,
    validate_admissibility,
)
from .complements import (
    COMPLEMENT_STEPS,
    answer_complements,
    ask_complements,
    completed,
    lapse_complements,
    withdraw_complements,
)
from .messages import close_thread, mark_read, note_file_examined, open_thread, post_message
from .prorogation import PROROGATION_STEPS, propose_prorogation, return_prorogation, validate_prorogation
from .reminders import remind

__all__ = [
    "ADMISSIBILITY_STEPS",
    "COMPLEMENT_STEPS",
    "PROROGATION_STEPS",
    "RULES",
    "answer_complements",
    "ask_complements",
    "close_thread",
    "completed",
    "deem_admissible",
    "deem_overdue",
    "end_all",
    "lapse_complements",
    "lapse_proposals",
    "mark_read",
    "note_file_examined",
    "open_thread",
    "post_message",
    "propose_admissibility",
    "propose_prorogation",
    "remind",
    "return_admissibility",
    "return_prorogation",
    "validate_admissibility",
    "validate_prorogation",
    "withdraw_complements",
]
