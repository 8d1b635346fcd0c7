"""Pages of decisions: the programme, the batch, the decision, the public verification."""

from .batch import batch, batch_progress, release
from .decision import decision, document, open_decision, revoke
from .programme import approve, proposals, propose, return_proposal
from .verification import verify, verify_number

__all__ = [
    "approve",
    "batch",
    "batch_progress",
    "decision",
    "document",
    "open_decision",
    "proposals",
    "propose",
    "release",
    "return_proposal",
    "revoke",
    "verify",
    "verify_number",
]
