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
from .carry import carry_over
from .consortium import (
    accept_membership,
    add_associated,
    decline_membership,
    invite_partner,
    remove_associated,
    remove_member,
)
from .deposit import close, lapse, submit, withdraw
from .dossier import (
    create,
    remove_perimeter,
    remove_project,
    save_answer,
    save_identity,
    save_perimeter,
    save_project,
)
from .handover import (
    HANDOVER_STEPS,
    accept_handover,
    cancel_handover,
    decline_handover,
    hand_over_coordination,
)
from .pieces import add_piece, note_scan, remove_piece
from .postponement import delay_wave, postpone_wave
from .regime import declare_regime
from .sections import hand_section, mark_section
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS
from .upload import append_upload, begin_upload, discard_upload, expire_uploads, finish_upload
from .writing import attend, restore, save_field, save_fields, settle_clash

__all__ = [
    "ADMISSIBILITY_STEPS",
    "APPLICATION_STEPS",
    "CALL_STEPS",
    "HANDOVER_STEPS",
    "MEMBERSHIP_STEPS",
    "RULES",
    "accept_handover",
    "accept_membership",
    "add_associated",
    "add_piece",
    "attend",
    "append_upload",
    "begin_upload",
    "cancel_handover",
    "carry_over",
    "close",
    "close_call",
    "create",
    "create_call",
    "create_wave",
    "declare_regime",
    "decline_handover",
    "decline_membership",
    "deem_admissible",
    "delay_wave",
    "deem_overdue",
    "discard_upload",
    "edit_settings",
    "hand_section",
    "expire_uploads",
    "finish_upload",
    "hand_over_coordination",
    "invite_partner",
    "lapse",
    "lapse_proposals",
    "mark_section",
    "new_settings",
    "note_scan",
    "postpone_wave",
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
