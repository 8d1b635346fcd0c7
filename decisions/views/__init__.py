"""Pages of decisions: the programme, the batch, the decision, who signs, the public verification."""

from .batch import batch, batch_progress, release
from .decision import decision, document, open_decision, revoke
from .feedback import feedback, feedback_file
from .programme import approve, proposals, propose, return_proposal
from .scenario import call_reserve, compare_scenarios, draw_dossier, freeze_scenario, scenario
from .signature import delegations, propose_delegation, propose_delegation_end
from .studio import programme_advice, programme_wave
from .terms import letter_terms
from .verification import verify, verify_number

__all__ = [
    "approve",
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
    "programme_advice",
    "programme_wave",
    "proposals",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "release",
    "return_proposal",
    "revoke",
    "scenario",
    "verify",
    "verify_number",
]
