"""The only writers of the room, one module per noun; the maps of the dossier and of its members are in steps.py."""

from .budget import save_budget
from .carry import carry_over
from .columns import years
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
from .deposit import close, lapse, receive, reopen, settle, submit, version_of
from .dossier import create
from .handover import HANDOVER_STEPS, accept_handover, cancel_handover, decline_handover, hand_over_coordination
from .mandate import give_mandate, withdraw_mandate
from .notification import withdraw_consent
from .pieces import add_piece, note_examined, remove_piece
from .printing import print_draft, print_form
from .rows import remove_row, save_row
from .sections import hand_section, mark_section
from .signature import SIGNATURE_STEPS, ask_signature, mark_dossier_read, return_dossier
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS
from .upload import append_upload, begin_upload, discard_upload, expire_uploads, finish_upload
from .writing import Save, attend, restore, save_field, save_together, settle_clash

__all__ = [
    "APPLICATION_STEPS",
    "HANDOVER_STEPS",
    "MEMBERSHIP_STEPS",
    "Save",
    "SIGNATURE_STEPS",
    "abandon",
    "accept_handover",
    "accept_membership",
    "add_associated",
    "add_piece",
    "append_upload",
    "ask_signature",
    "attend",
    "begin_upload",
    "cancel_handover",
    "carry_over",
    "close",
    "create",
    "decline_handover",
    "decline_membership",
    "delegate_signature",
    "discard_upload",
    "give_mandate",
    "hand_section",
    "expire_uploads",
    "finish_upload",
    "hand_over_coordination",
    "invite_partner",
    "lapse",
    "mark_dossier_read",
    "mark_section",
    "note_act_examined",
    "note_examined",
    "print_draft",
    "print_form",
    "receive",
    "reinstate",
    "remove_associated",
    "remove_member",
    "remove_piece",
    "remove_row",
    "reopen",
    "restore",
    "resume",
    "return_dossier",
    "revoke_delegation",
    "save_budget",
    "save_field",
    "save_row",
    "save_together",
    "settle",
    "settle_clash",
    "submit",
    "version_of",
    "withdraw",
    "withdraw_consent",
    "withdraw_mandate",
    "years",
]
