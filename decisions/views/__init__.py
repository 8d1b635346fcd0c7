"""Pages of decisions: the programme, the batch, the decision, who signs, the public verification."""

from .approval import approve, approve_many, return_proposal
from .batch import batch, batch_progress, restart
from .decision import decision, document, open_decision, recall, revoke
from .feedback import feedback, feedback_file
from .postal import registered_letter
from .programme import proposals, propose
from .release import planned, release
from .scenario import call_reserve, compare_scenarios, draw_dossier, freeze_scenario, scenario
from .signature import delegations, propose_delegation, propose_delegation_end
from .studio import programme_advice, programme_wave
from .terms import letter_terms
from .verification import verify, verify_number

__all__ = [
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
    "feedback",
    "feedback_file",
    "freeze_scenario",
    "letter_terms",
    "open_decision",
    "planned",
    "programme_advice",
    "programme_wave",
    "proposals",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "recall",
    "registered_letter",
    "release",
    "restart",
    "return_proposal",
    "revoke",
    "scenario",
    "verify",
    "verify_number",
]
