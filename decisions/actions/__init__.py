"""Verbs of the decisions: propose, return, approve; render, release, notify, open, revoke; who signs for the State."""

from .decision import DECISION_STEPS, attach_pdf, notify, open_notification, propose_revocation, release
from .proposal import PROPOSAL_STEPS, approve, before, propose, propose_refusal, return_proposal
from .signature import propose_delegation, propose_delegation_end

__all__ = [
    "DECISION_STEPS",
    "PROPOSAL_STEPS",
    "approve",
    "attach_pdf",
    "before",
    "notify",
    "open_notification",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "propose_refusal",
    "propose_revocation",
    "release",
    "return_proposal",
]
