"""The only writers of the room, one module per noun; their maps are in steps.py, call.py and admissibility.py."""

from .admissibility import (
    ADMISSIBILITY_STEPS,
    RULES,
    deem_admissible,
    deem_overdue,
    lapse_proposals,
    propose_admissibility,
    return_admissibility,
    validate_admissibility,
)
from .budget import save_budget, save_work, years
from .call import CALL_STEPS, close_call, create_call, create_wave, edit_settings, new_settings, publish_call
from .complements import COMPLEMENT_STEPS, ask_complements, lapse_complements, withdraw_complements
from .consortium import (
    accept_membership,
    add_associated,
    decline_membership,
    invite_partner,
    remove_associated,
    remove_member,
)
from .deposit import answer_complements, completed, lapse, submit, withdraw
from .dossier import (
    create,
    remove_perimeter,
    remove_project,
    save_answer,
    save_identity,
    save_perimeter,
    save_project,
)
from .messages import close_thread, mark_read, open_thread, post_message
from .pieces import add_piece, remove_piece
from .prorogation import PROROGATION_STEPS, propose_prorogation, return_prorogation, validate_prorogation
from .reminders import remind
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS

__all__ = [
    "ADMISSIBILITY_STEPS",
    "APPLICATION_STEPS",
    "CALL_STEPS",
    "COMPLEMENT_STEPS",
    "MEMBERSHIP_STEPS",
    "PROROGATION_STEPS",
    "RULES",
    "accept_membership",
    "add_associated",
    "add_piece",
    "answer_complements",
    "ask_complements",
    "close_call",
    "close_thread",
    "completed",
    "create",
    "create_call",
    "create_wave",
    "decline_membership",
    "deem_admissible",
    "deem_overdue",
    "edit_settings",
    "invite_partner",
    "lapse",
    "lapse_complements",
    "lapse_proposals",
    "mark_read",
    "new_settings",
    "open_thread",
    "post_message",
    "propose_admissibility",
    "propose_prorogation",
    "publish_call",
    "remind",
    "remove_associated",
    "remove_member",
    "remove_perimeter",
    "remove_piece",
    "remove_project",
    "return_admissibility",
    "return_prorogation",
    "save_answer",
    "save_budget",
    "save_identity",
    "save_perimeter",
    "save_project",
    "save_work",
    "submit",
    "validate_admissibility",
    "validate_prorogation",
    "withdraw",
    "withdraw_complements",
    "years",
]
