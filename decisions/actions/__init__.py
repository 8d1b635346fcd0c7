"""Verbs of the decisions: propose, return, approve, recall; render, release, notify, open, revoke; who signs for the State; scenarios, and
the reserve called in its order."""

from .approval import Answer, approve_each
from .decision import DECISION_STEPS, attach_pdf, notify, open_notification, propose_revocation, recall
from .postal import post_letter, receive_letter
from .proposal import PROPOSAL_STEPS, approve, before, propose, propose_refusal, return_proposal
from .release import cancel_release, plan_release, release, release_planned, restart
from .reserve import ahead, propose_call
from .scenario import comment_scenario, draw_dossier, freeze_scenario, keep_scenario, revise_scenario
from .signature import propose_delegation, propose_delegation_end

__all__ = [
    "Answer",
    "DECISION_STEPS",
    "PROPOSAL_STEPS",
    "ahead",
    "approve",
    "approve_each",
    "attach_pdf",
    "before",
    "cancel_release",
    "comment_scenario",
    "draw_dossier",
    "freeze_scenario",
    "keep_scenario",
    "notify",
    "open_notification",
    "plan_release",
    "post_letter",
    "propose",
    "propose_call",
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
    "revise_scenario",
]
