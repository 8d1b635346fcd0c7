"""Pages of decisions: the programme, the batch, the decision, who signs, the public verification."""

from .approval import approve, approve_many, return_proposal
from .batch import batch, batch_progress, restart
from .decision import decision, document, open_decision, recall, revoke
from .feedback import feedback, feedback_file
from .postal import post_notice, registered_letter
from .procedure import (
    answer_procedure,
    drop_procedure,
    notice,
    observe,
    open_exclusion_procedure,
    open_recovery_procedure,
    open_revocation_procedure,
    procedure,
    procedure_file,
    procedures,
)
from .programme import proposals, propose
from .release import planned, release
from .remedy import (
    answer_remedy,
    end_remedy,
    lodge_remedy,
    register_remedy,
    remedies,
    remedies_file,
    remedy,
    remedy_file,
)
from .scenario import call_reserve, compare_scenarios, draw_dossier, freeze_scenario, scenario
from .signature import delegations, propose_delegation, propose_delegation_end
from .studio import programme_advice, programme_wave
from .terms import letter_terms
from .verification import verify, verify_number

__all__ = [
    "answer_procedure",
    "answer_remedy",
    "approve",
    "approve_many",
    "batch",
    "batch_progress",
    "call_reserve",
    "compare_scenarios",
    "decision",
    "delegations",
    "document",
    "draw_dossier",
    "drop_procedure",
    "end_remedy",
    "feedback",
    "feedback_file",
    "freeze_scenario",
    "letter_terms",
    "lodge_remedy",
    "notice",
    "observe",
    "open_decision",
    "open_exclusion_procedure",
    "open_recovery_procedure",
    "open_revocation_procedure",
    "planned",
    "post_notice",
    "procedure",
    "procedure_file",
    "procedures",
    "programme_advice",
    "programme_wave",
    "proposals",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "recall",
    "register_remedy",
    "registered_letter",
    "release",
    "remedies",
    "remedies_file",
    "remedy",
    "remedy_file",
    "restart",
    "return_proposal",
    "revoke",
    "scenario",
    "verify",
    "verify_number",
]
