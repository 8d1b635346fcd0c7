"""Verbs of the decisions: propose, return, approve; render, release, notify, open, revoke; who signs for the State; scenarios, and
the reserve called in its order."""

from .decision import DECISION_STEPS, attach_pdf, notify, open_notification, propose_revocation, release
from .proposal import PROPOSAL_STEPS, approve, before, propose, propose_refusal, return_proposal
from .reserve import ahead, propose_call
from .scenario import comment_scenario, draw_dossier, freeze_scenario, keep_scenario, revise_scenario
from .signature import propose_delegation, propose_delegation_end

__all__ = [
    "DECISION_STEPS",
    "PROPOSAL_STEPS",
    "ahead",
    "approve",
    "attach_pdf",
    "before",
    "comment_scenario",
    "draw_dossier",
    "freeze_scenario",
    "keep_scenario",
    "notify",
    "open_notification",
    "propose",
    "propose_call",
    "propose_delegation",
    "propose_delegation_end",
    "propose_refusal",
    "propose_revocation",
    "release",
    "return_proposal",
    "revise_scenario",
]
