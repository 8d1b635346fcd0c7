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
from .governance import save_governance
from .pieces import add_piece, remove_piece
from .project import remove_indicator, save_indicator
from .schedule import remove_deliverable, remove_milestone, save_deliverable, save_milestone
from .socle import save_socle
from .steps import APPLICATION_STEPS, MEMBERSHIP_STEPS
from .warehouse import remove_matching, remove_warehouse, save_function, save_matching, save_warehouse
from .work import remove_work_package, save_work_package

__all__ = [
    "ADMISSIBILITY_STEPS",
    "APPLICATION_STEPS",
    "CALL_STEPS",
    "MEMBERSHIP_STEPS",
    "RULES",
    "accept_membership",
    "add_associated",
    "add_piece",
    "close_call",
    "create",
    "create_call",
    "create_wave",
    "decline_membership",
    "deem_admissible",
    "deem_overdue",
    "edit_settings",
    "invite_partner",
    "lapse",
    "lapse_proposals",
    "new_settings",
    "propose_admissibility",
    "publish_call",
    "remove_associated",
    "remove_deliverable",
    "remove_indicator",
    "remove_matching",
    "remove_member",
    "remove_milestone",
    "remove_perimeter",
    "remove_piece",
    "remove_project",
    "remove_warehouse",
    "remove_work_package",
    "return_admissibility",
    "save_answer",
    "save_budget",
    "save_deliverable",
    "save_function",
    "save_governance",
    "save_identity",
    "save_indicator",
    "save_matching",
    "save_milestone",
    "save_perimeter",
    "save_project",
    "save_socle",
    "save_warehouse",
    "save_work",
    "save_work_package",
    "submit",
    "validate_admissibility",
    "withdraw",
    "years",
]
