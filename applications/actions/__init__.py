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
from .budget import save_budget
from .call import CALL_STEPS, close_call, create_call, create_wave, edit_settings, new_settings, publish_call
from .carry import carry_over
from .columns import years
from .complements import COMPLEMENT_STEPS, ask_complements, lapse_complements, withdraw_complements
from .consortium import (
    accept_membership,
    add_associated,
    decline_membership,
    invite_partner,
    remove_associated,
    remove_member,
)
from .delegation import delegate_signature, note_act_examined, revoke_delegation
from .departure import abandon, reinstate, resume, withdraw
from .deposit import (
    answer_complements,
    close,
    completed,
    lapse,
    receive,
    reopen,
    settle,
    submit,
    version_of,
)
from .dossier import create
from .handover import (
    HANDOVER_STEPS,
    accept_handover,
    cancel_handover,
    decline_handover,
    hand_over_coordination,
)
from .mandate import give_mandate, withdraw_mandate
from .messages import close_thread, mark_read, note_file_examined, open_thread, post_message
from .pieces import add_piece, note_examined, remove_piece
from .postponement import delay_wave, postpone_wave
from .printing import print_draft, print_form
from .prorogation import PROROGATION_STEPS, propose_prorogation, return_prorogation, validate_prorogation
from .reminders import remind
from .rows import remove_row, save_row
from .sections import hand_section, mark_section
from .signature import SIGNATURE_STEPS, ask_signature, mark_dossier_read, return_dossier
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS
from .upload import append_upload, begin_upload, discard_upload, expire_uploads, finish_upload
from .writing import Save, attend, restore, save_field, save_together, settle_clash

__all__ = [
    "ADMISSIBILITY_STEPS",
    "APPLICATION_STEPS",
    "CALL_STEPS",
    "COMPLEMENT_STEPS",
    "HANDOVER_STEPS",
    "MEMBERSHIP_STEPS",
    "PROROGATION_STEPS",
    "RULES",
    "Save",
    "SIGNATURE_STEPS",
    "abandon",
    "accept_handover",
    "accept_membership",
    "add_associated",
    "add_piece",
    "answer_complements",
    "append_upload",
    "ask_complements",
    "ask_signature",
    "attend",
    "begin_upload",
    "cancel_handover",
    "carry_over",
    "close",
    "close_call",
    "close_thread",
    "completed",
    "create",
    "create_call",
    "create_wave",
    "decline_handover",
    "decline_membership",
    "deem_admissible",
    "delay_wave",
    "delegate_signature",
    "deem_overdue",
    "discard_upload",
    "edit_settings",
    "give_mandate",
    "hand_section",
    "expire_uploads",
    "finish_upload",
    "hand_over_coordination",
    "invite_partner",
    "lapse",
    "lapse_complements",
    "lapse_proposals",
    "mark_dossier_read",
    "mark_read",
    "mark_section",
    "new_settings",
    "note_act_examined",
    "note_examined",
    "note_file_examined",
    "open_thread",
    "post_message",
    "postpone_wave",
    "print_draft",
    "print_form",
    "propose_admissibility",
    "propose_prorogation",
    "publish_call",
    "receive",
    "reinstate",
    "remind",
    "remove_associated",
    "remove_member",
    "remove_piece",
    "remove_row",
    "reopen",
    "restore",
    "resume",
    "return_admissibility",
    "return_dossier",
    "return_prorogation",
    "revoke_delegation",
    "save_budget",
    "save_field",
    "save_row",
    "save_together",
    "settle",
    "settle_clash",
    "submit",
    "validate_admissibility",
    "validate_prorogation",
    "version_of",
    "withdraw",
    "withdraw_complements",
    "withdraw_mandate",
    "years",
]
