"""Pages of decisions: the programme, the batch, the decision, who signs, the public verification."""

from .approval import approve, approve_many, return_proposal
from .batch import batch, batch_progress, restart
from .decision import decision, document, open_decision, recall, revoke
from .feedback import feedback, feedback_file
from .postal import registered_letter
from .programme import proposals, propose
from .release import planned, release
from .signature import delegations, propose_delegation, propose_delegation_end
from .verification import verify, verify_number

__all__ = [
    "approve",
    "approve_many",
    "batch",
    "batch_progress",
    "decision",
    "delegations",
    "document",
    "feedback",
    "feedback_file",
    "open_decision",
    "planned",
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
    "verify",
    "verify_number",
]
