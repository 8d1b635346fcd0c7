"""Verbs of the decisions: propose, return, approve, recall; render, release, notify, open, revoke; who signs for the State; scenarios, and
the reserve called in its order."""

from .approval import Answer, approve_each
from .decision import DECISION_STEPS, attach_pdf, notify, open_notification, propose_revocation, recall
from .postal import post_letter, receive_letter
from .procedure import (
    PROCEDURE_STEPS,
    answer_procedure,
    attach_letter,
    drop_procedure,
    note_observations_examined,
    observe,
    open_exclusion_procedure,
    open_recovery_procedure,
    open_revocation_procedure,
)
from .proposal import PROPOSAL_STEPS, approve, before, propose, propose_refusal, return_proposal
from .release import cancel_release, plan_release, release, release_planned, restart
from .remedy import (
    REMEDY_STEPS,
    lodge_remedy,
    note_remedy_examined,
    notified_on,
    propose_remedy_answer,
    record_end,
    register_remedy,
)
from .reserve import ahead, named, propose_call
from .scenario import comment_scenario, draw_dossier, freeze_scenario, keep_scenario, revise_scenario
from .signature import propose_delegation, propose_delegation_end

__all__ = [
    "Answer",
    "DECISION_STEPS",
    "PROCEDURE_STEPS",
    "PROPOSAL_STEPS",
    "REMEDY_STEPS",
    "ahead",
    "answer_procedure",
    "approve",
    "approve_each",
    "attach_letter",
    "attach_pdf",
    "before",
    "cancel_release",
    "comment_scenario",
    "draw_dossier",
    "drop_procedure",
    "freeze_scenario",
    "keep_scenario",
    "lodge_remedy",
    "named",
    "note_observations_examined",
    "note_remedy_examined",
    "notified_on",
    "notify",
    "observe",
    "open_exclusion_procedure",
    "open_notification",
    "open_recovery_procedure",
    "open_revocation_procedure",
    "plan_release",
    "post_letter",
    "propose",
    "propose_call",
    "propose_delegation",
    "propose_delegation_end",
    "propose_refusal",
    "propose_remedy_answer",
    "propose_revocation",
    "recall",
    "receive_letter",
    "record_end",
    "register_remedy",
    "release",
    "release_planned",
    "restart",
    "return_proposal",
    "revise_scenario",
]
