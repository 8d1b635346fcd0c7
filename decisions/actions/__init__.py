"""Verbs of the decisions: propose, return, approve, recall; render, release, notify, open, revoke; who signs for the State."""

from .approval import Answer, approve_each
from .decision import DECISION_STEPS, attach_pdf, notify, open_notification, propose_revocation, recall
from .postal import post_letter, receive_letter
from .proposal import PROPOSAL_STEPS, approve, before, propose, propose_refusal, return_proposal
from .release import cancel_release, plan_release, release, release_planned, restart
from .signature import propose_delegation, propose_delegation_end

__all__ = [
    "DECISION_STEPS",
    "PROPOSAL_STEPS",
    "Answer",
    "approve",
    "approve_each",
    "attach_pdf",
    "before",
    "cancel_release",
    "notify",
    "open_notification",
    "plan_release",
    "post_letter",
    "propose",
    "propose_delegation",
    "propose_delegation_end",
    "propose_refusal",
    "propose_revocation",
    "recall",
    "receive_letter",
    "release",
    "release_planned",
    "restart",
    "return_proposal",
]
