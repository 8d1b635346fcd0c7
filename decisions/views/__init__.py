"""Pages of decisions: the programme, the batch, the decision, who signs, the public verification."""

from .batch import batch, batch_progress, release
from .decision import decision, document, open_decision, revoke
from .feedback import feedback, feedback_file
from .programme import approve, proposals, propose, return_proposal
from .signature import delegations, propose_delegation, propose_delegation_end
from .terms import letter_terms
from .verification import verify, verify_number

__all__ = [
    "approve",
    "batch",
    "batch_progress",
    "decision",
    "delegations",
    "document",
    "feedback",
    "feedback_file",
    "letter_terms",
    "open_decision",
    "proposals",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "release",
    "return_proposal",
    "revoke",
    "verify",
    "verify_number",
]
