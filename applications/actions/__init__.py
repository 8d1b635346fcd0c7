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
from .consortium import (
    accept_membership,
    add_associated,
    decline_membership,
    invite_partner,
    remove_associated,
    remove_member,
)
from .deposit import lapse, submit, withdraw
from .dossier import (
    create,
    remove_perimeter,
    remove_project,
    save_answer,
    save_identity,
    save_perimeter,
    save_project,
)
from .pieces import add_piece, note_scan, remove_piece
from .regime import declare_regime
from .sections import hand_section, mark_section
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS
from .upload import append_upload, begin_upload, discard_upload, expire_uploads, finish_upload
from .writing import attend, restore, save_field, save_fields, settle_clash

__all__ = [
    "ADMISSIBILITY_STEPS",
    "APPLICATION_STEPS",
    "CALL_STEPS",
    "MEMBERSHIP_STEPS",
    "RULES",
    "accept_membership",
    "add_associated",
    "add_piece",
    "attend",
    "append_upload",
    "begin_upload",
    "close_call",
    "create",
    "create_call",
    "create_wave",
    "declare_regime",
    "decline_membership",
    "deem_admissible",
    "deem_overdue",
    "discard_upload",
    "edit_settings",
    "hand_section",
    "expire_uploads",
    "finish_upload",
    "invite_partner",
    "lapse",
    "lapse_proposals",
    "mark_section",
    "new_settings",
    "note_scan",
    "propose_admissibility",
    "publish_call",
    "remove_associated",
    "remove_member",
    "remove_perimeter",
    "remove_piece",
    "remove_project",
    "restore",
    "return_admissibility",
    "save_answer",
    "save_budget",
    "save_field",
    "save_fields",
    "save_identity",
    "save_perimeter",
    "save_project",
    "save_work",
    "settle_clash",
    "submit",
    "validate_admissibility",
    "withdraw",
    "years",
]
